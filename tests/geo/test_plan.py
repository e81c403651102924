import numpy as np
import pytest

from geo.mesh import CellKind, make_mesh
from geo.plan import Lattice, Planner, StreetClass, Use
from stormops.core.network import Floats


def test_a_plain_lattice_is_its_cell_and_can_be_turned() -> None:
    assert Lattice(2, -1).uv([0.0, 1.0], [0.25, 0.5]).tolist() == [[2.0, -0.75], [3.0, -0.5]]
    assert Lattice(2, -1, across=True).uv([0.0, 1.0], [0.25, 0.5]).tolist() == [[2.25, -1.0], [2.5, 0.0]]


def test_rings_are_round_inside_close_upon_themselves_and_meet_the_border() -> None:
    lattice = Lattice(0, 0, core=0.3, turn=0.123)
    ring: Floats = lattice.uv([0.0, 1.0], [0.0, 0.0]) - 0.5
    assert len(ring) > 40
    assert np.hypot(*ring.T) == pytest.approx(0.15)
    assert ring[0].tolist() == pytest.approx(ring[-1].tolist())
    for p in np.linspace(0, 1, 17):
        end = lattice.uv([float(p), float(p)], [0.5, 1.0])[-1]
        assert ((end == 0) | (end == 1)).any(), "a radial street ends exactly on a main road"


@pytest.fixture(scope="module")
def planner() -> Planner:
    planner = Planner(make_mesh(np.random.default_rng(5), 40_000), np.random.default_rng(6))
    planner.cells()
    return planner


def test_streets_stay_in_their_cells(planner: Planner) -> None:
    for chain in planner.chains:
        if chain.group is None:
            low = planner.mesh.cells[chain.cell]
            assert (chain.uv >= low).all()
            assert (chain.uv <= low + 1).all()
        assert len(chain.uv) >= 2


def test_every_filled_cell_has_a_way_out(planner: Planner) -> None:
    ways_out = {
        chain.cell
        for chain in planner.chains
        if (chain.uv == np.rint(chain.uv)).any(axis=1).any() and chain.group is None
    }
    for cell, kind in enumerate(planner.mesh.kind.tolist()):
        if kind not in (CellKind.DOWNTOWN, CellKind.OLD, CellKind.WOODS):
            assert cell in ways_out


def test_woods_have_no_streets_and_the_old_town_has_a_grid(planner: Planner) -> None:
    woods = set(np.flatnonzero(planner.mesh.kind == CellKind.WOODS).tolist())
    assert not woods & {chain.cell for chain in planner.chains}
    grid = [chain for chain in planner.chains if chain.shape == "grid"]
    assert {chain.prefix for chain in grid} == {"N", "S", "E", "W"}
    assert {chain.use for chain in grid} == {Use.OLD, Use.DOWNTOWN}


def test_shapes_are_mixed(planner: Planner) -> None:
    shapes = [chain.shape for chain in planner.chains if chain.group is None]
    for shape in ("collector", "through", "cul", "loop"):
        assert shapes.count(shape) / len(shapes) > 0.05
    collectors = {chain.rank for chain in planner.chains if chain.shape == "collector"}
    assert collectors == {StreetClass.COLLECTOR}
