import numpy as np
import pytest
from scipy.spatial import cKDTree

from geo.lots import CUSTOMS, Lots, make_lots, trim
from geo.mesh import make_mesh
from geo.plan import Use
from geo.roads import plan_streets
from geo.streets import Streets, build_streets


@pytest.fixture(scope="module")
def built() -> tuple[Streets, Lots]:
    rng = np.random.default_rng(8)
    mesh = make_mesh(rng, 12_000)
    streets = build_streets(mesh, plan_streets(mesh, rng), rng)
    return streets, make_lots(streets, rng)


def test_lots_stand_off_the_streets_and_apart(built: tuple[Streets, Lots]) -> None:
    streets, lots = built
    away, _ = cKDTree(streets.points).query(np.stack([lots.x, lots.y], axis=1))
    setback = np.array([CUSTOMS[Use(int(u))].setback for u in lots.use])
    assert (away >= np.minimum(0.6 * setback, 28)).all()
    assert not cKDTree(np.stack([lots.x, lots.y], axis=1)).query_pairs(5.0)


def test_sides_are_left_and_right_of_the_street(built: tuple[Streets, Lots]) -> None:
    streets, lots = built
    middle = (lots.at > 10) & (lots.at < streets.length[lots.edge] - 10)
    x, y = streets.along(lots.edge, lots.at)
    x2, y2 = streets.along(lots.edge, lots.at + 4)
    turn = (x2 - x) * (lots.y - y) - (y2 - y) * (lots.x - x)
    assert ((turn > 0) == (lots.side == 0))[middle].mean() > 0.999


def test_trimming_leaves_exactly_the_customers_and_keeps_what_is_fixed(built: tuple[Streets, Lots]) -> None:
    streets, lots = built
    whole = int(lots.units.sum())
    lots.fixed[::50] = True
    for customers in (whole, whole - 1, whole - 17, whole // 2):
        left = trim(lots, streets, customers, np.random.default_rng(1))
        assert int(left.units.sum()) == customers
        assert int(left.fixed.sum()) == int(lots.fixed.sum())
    assert len(trim(lots, streets, whole + 5, np.random.default_rng(1))) == len(lots)


def test_every_use_has_its_custom() -> None:
    assert list(CUSTOMS) == list(Use)
