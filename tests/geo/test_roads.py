import numpy as np
import pytest

from geo.mesh import Mesh, make_mesh
from geo.plan import Chain, StreetClass, Use
from geo.roads import plan_streets


@pytest.fixture(scope="module")
def town() -> tuple[Mesh, list[Chain]]:
    mesh = make_mesh(np.random.default_rng(5), 30_000)
    return mesh, plan_streets(mesh, np.random.default_rng(6))


def test_every_street_that_reaches_a_main_road_meets_it(town: tuple[Mesh, list[Chain]]) -> None:
    _, chains = town
    main = {tuple(np.rint(p * 1e6)) for c in chains if c.group and c.group[0] >= 2 for p in c.uv}
    for chain in chains:
        if chain.group is None:
            for point in chain.uv[[0, -1]]:
                if (point == np.rint(point)).any():
                    assert tuple(np.rint(point * 1e6)) in main


def test_every_cell_is_bounded_by_roads(town: tuple[Mesh, list[Chain]]) -> None:
    mesh, chains = town
    corners = {tuple(p) for c in chains if c.group and c.group[0] >= 2 for p in c.uv[[0, -1]].tolist()}
    for i, j in mesh.cells.tolist():
        assert {(float(i), float(j)), (i + 1.0, float(j)), (float(i), j + 1.0), (i + 1.0, j + 1.0)} <= corners


def test_some_roads_leave_the_city_through_open_country(town: tuple[Mesh, list[Chain]]) -> None:
    mesh, chains = town
    low, high = mesh.cells.min(axis=0), mesh.cells.max(axis=0) + 1
    leaving = [c for c in chains if (c.uv < low).any() or (c.uv > high).any()]
    assert leaving
    assert {(c.rank, c.use) for c in leaving} == {(StreetClass.ARTERIAL, Use.RURAL)}
