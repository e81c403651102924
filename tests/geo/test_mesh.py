import numpy as np
import pytest

from geo.mesh import CellKind, Mesh, make_mesh


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return make_mesh(np.random.default_rng(4), 40_000)


def test_a_point_on_a_border_is_the_same_seen_from_both_cells(mesh: Mesh) -> None:
    rng = np.random.default_rng(1)
    line, along = rng.integers(-2, 3, 200).astype(np.float64), rng.uniform(-2, 2, 200)
    for u, v in ((line, along), (along, line)):
        x, y = mesh.place(u, v)
        for du, dv in ((1e-9, 0.0), (-1e-9, 0.0), (0.0, 1e-9), (0.0, -1e-9)):
            x2, y2 = mesh.place(u + du, v + dv)
            assert np.hypot(x - x2, y - y2).max() < 0.001


def test_no_ground_is_folded_over(mesh: Mesh) -> None:
    """The map keeps its handedness everywhere, so streets that do not cross in the plan do not cross on the ground."""
    inner = np.random.default_rng(2).uniform(0.02, 0.98, (500, 2))
    cell = mesh.cells[np.random.default_rng(3).integers(0, len(mesh.cells), 500)]
    u, v = cell[:, 0] + inner[:, 0], cell[:, 1] + inner[:, 1]
    step = 1e-5
    x, y = mesh.place(u, v)
    xu, yu = mesh.place(u + step, v)
    xv, yv = mesh.place(u, v + step)
    area = ((xu - x) * (yv - y) - (xv - x) * (yu - y)) / (step * mesh.size_m) ** 2
    assert (area > 0.05).mean() > 0.999
    assert np.median(area) == pytest.approx(0.75, abs=0.35)


def test_the_middle_is_old_and_the_rim_is_country(mesh: Mesh) -> None:
    kinds = [CellKind(int(k)) for k in mesh.kind]
    assert kinds[0] == CellKind.DOWNTOWN
    assert CellKind.OLD in kinds[:8]
    assert CellKind.RURAL not in kinds[: len(kinds) // 2]
    assert CellKind.LAKE in kinds
    assert all(mesh.cell_at(i, j) == n for n, (i, j) in enumerate(mesh.cells.tolist()))
    assert mesh.cell_at(99, 0) == -1


def test_a_heart_lies_in_its_cell(mesh: Mesh) -> None:
    cell = int(np.flatnonzero(mesh.core > 0)[0])
    x, y = mesh.heart(cell, np.ones(36))
    i, j = mesh.cells[cell]
    corner_x, corner_y = mesh.place(np.array([i, i + 1.0, i + 1.0, i]), np.array([j, j, j + 1.0, j + 1.0]))
    assert corner_x.min() < x.min()
    assert x.max() < corner_x.max()
    assert corner_y.min() < y.min()
    assert y.max() < corner_y.max()
