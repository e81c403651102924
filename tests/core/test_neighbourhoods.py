import numpy as np
import pytest

from stormops.core.hierarchy import Hierarchy
from stormops.core.neighbourhoods import BLOCK, MOST, STEP, neighbourhoods
from tests.core.radial import radial_city

CITY = radial_city(feeders=8, laterals=20, transformers=5, houses=7)
X, Y = CITY.metres(CITY.premises.lon, CITY.premises.lat)
NONE = np.zeros(len(X), np.bool_)


def made(x: np.ndarray = X, y: np.ndarray = Y) -> Hierarchy:
    return neighbourhoods(x, y, CITY.premises.street, NONE)


def test_blocks_are_small_and_along_one_street() -> None:
    places = made()
    blocks = np.flatnonzero(places.own[:-1])
    assert places.own[blocks].max() <= BLOCK
    assert places.own[blocks].min() >= BLOCK // 2 - 1
    for block in blocks.tolist():
        mine = places.order[places.first[block] : places.last[block]]
        assert len(set(CITY.premises.street[mine].tolist())) == 1
        assert np.ptp(X[mine]) <= 15 * BLOCK


def test_neighbourhoods_grow_in_steps_up_to_the_most() -> None:
    places = made()
    sizes = (places.last - places.first)[:-1]
    inner = np.flatnonzero((places.parent[:-1] >= 0) & (places.own[:-1] == 0))
    assert (sizes[places.parent[inner]] >= STEP * sizes[inner]).all()
    tops = sizes[places.parent[:-1] < 0]
    assert tops.sum() == len(X)
    assert (tops <= MOST).all()
    assert len(tops) >= 3


def test_more_service_points_are_likelier_to_fail_together() -> None:
    places = made()
    sizes = (places.last - places.first)[:-1]
    assert set(np.round(np.exp(places.prior[:-1][sizes <= BLOCK]), 4)) == {0.003}
    assert places.prior[:-1][sizes > 100].max() < places.prior[:-1][(sizes > BLOCK) & (sizes <= 100)].min()


def test_the_same_city_has_the_same_neighbourhoods() -> None:
    assert (made().order == made().order).all()
    assert (made(X + 1_000, Y - 500).order == made().order).all()


def test_premises_left_out_or_nowhere_have_none() -> None:
    x, out = X.copy(), NONE.copy()
    x[5], out[9] = np.nan, True
    places = neighbourhoods(x, Y, CITY.premises.street, out)
    assert set(np.flatnonzero(places.leaf == len(places) - 1).tolist()) == {5, 9}


@pytest.mark.parametrize("count", [0, 1, BLOCK, BLOCK + 1])
def test_few_premises(count: int) -> None:
    out = np.arange(len(X)) >= count
    places = neighbourhoods(X, Y, CITY.premises.street, out)
    assert (places.leaf < len(places) - 1).sum() == count
    assert (places.last - places.first)[:-1].max(initial=0) == count
