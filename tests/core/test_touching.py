import numpy as np
import pytest

from stormops.core.neighbourhoods import neighbourhoods
from stormops.core.touching import Timing, Touching, join, one_cause
from tests.core.radial import radial_city

CITY = radial_city(feeders=1, laterals=3, transformers=5, houses=8)
"""Three streets of 40 houses: four blocks of ten each."""
X, Y = CITY.metres(CITY.premises.lon, CITY.premises.lat)
PLACES = neighbourhoods(X, Y, CITY.premises.street, np.zeros(len(X), np.bool_))
LONE_FROM = 1_000
MINUTE = 60_000
TIMING = Timing()


def touching(owners: dict[int, range]) -> set[tuple[int, int]]:
    """Pairs of fragments that touch, when fragments own these premises; from LONE_FROM on they are lone."""
    owner = np.full(len(X), -1, np.int32)
    for fragment, premises in owners.items():
        owner[PLACES.position[list(premises)]] = fragment
    lone = np.flatnonzero(owner >= LONE_FROM).astype(np.int32)
    pairs = Touching(PLACES, X, Y).pairs(owner, lone, LONE_FROM)
    return {(a, b) for a, b in pairs.T.tolist()}


def test_neighbours_along_a_street_touch_and_others_do_not() -> None:
    assert touching({1: range(10), 2: range(10, 20), 3: range(30, 40)}) == {(1, 2)}


def test_two_causes_of_one_block_touch_each_other_and_the_neighbours() -> None:
    assert touching({1: range(5), 2: range(5, 10), 3: range(10, 20)}) == {(1, 2), (1, 3), (2, 3)}


def test_a_lone_report_touches_what_is_near() -> None:
    assert touching({1: range(8), LONE_FROM: range(9, 10)}) == {(1, LONE_FROM)}
    assert touching({1: range(8), LONE_FROM: range(25, 26)}) == set()
    assert touching({LONE_FROM: range(20, 21), LONE_FROM + 1: range(21, 22)}) == {(LONE_FROM, LONE_FROM + 1)}


def test_nobody_touches_in_an_empty_city() -> None:
    nowhere = np.full(len(X), np.nan)
    places = neighbourhoods(nowhere, nowhere, CITY.premises.street, np.zeros(len(X), np.bool_))
    pairs = Touching(places, nowhere, nowhere).pairs(np.full(len(X), -1, np.int32), np.empty(0, np.int32), 9)
    assert pairs.shape == (2, 0)


def nats(since_minutes: list[int], sizes: list[int], pairs: list[tuple[int, int]]) -> list[float]:
    since = np.array(since_minutes, np.int64) * MINUTE
    values: list[float] = one_cause(np.array(pairs, np.int64).T, since, np.array(sizes, np.int32), TIMING).tolist()
    return values


def test_the_closer_in_time_the_likelier_one_cause() -> None:
    values = [nats([0, minutes], [4, 4], [(0, 1)])[0] for minutes in (0, 10, 30, 60, 240)]
    assert values == sorted(values, reverse=True)
    assert values[1] > 0 > values[3]


def test_many_reports_make_a_time_surer() -> None:
    assert nats([0, 45], [1, 1], [(0, 1)])[0] > nats([0, 45], [4, 4], [(0, 1)])[0]


def test_other_causes_about_make_coincidence_likelier() -> None:
    quiet = nats([0, 20], [3, 3], [(0, 1)])[0]
    busy = nats([0, 20, 300, 500, 700], [3] * 5, [(0, 1), (0, 2), (0, 3), (0, 4)])[0]
    assert busy < quiet


def joined(strength: dict[tuple[int, int], float], extent: list[int], most: int = 100) -> list[list[int]]:
    pairs = np.array(sorted(strength), np.int64).reshape(-1, 2).T
    values = np.array([strength[a, b] for a, b in sorted(strength)])
    return join(pairs, values, np.array(extent, np.int64), most)


def test_likely_pairs_are_joined_through() -> None:
    assert joined({(0, 1): 2.0, (1, 2): 1.0, (3, 4): -1.0}, [10] * 5) == [[0, 1, 2]]


def test_the_surest_come_first_and_no_cause_grows_too_large() -> None:
    assert sorted(joined({(0, 1): 1.0, (1, 2): 3.0, (2, 3): 2.0, (3, 4): 2.5}, [30] * 5, most=70)) == [[1, 2], [3, 4]]


@pytest.mark.parametrize("most", [50, 120, 10_000])
def test_joining_is_a_partition(most: int) -> None:
    chance = np.random.default_rng(3)
    strength = {
        (int(min(a, b)), int(max(a, b))): float(chance.normal()) for a, b in chance.integers(0, 60, (150, 2)) if a != b
    }
    extent = chance.integers(1, 40, 60).tolist()
    causes = joined(strength, extent, most)
    members = [fragment for cause in causes for fragment in cause]
    assert len(members) == len(set(members))
    assert all(cause == sorted(cause) and len(cause) > 1 for cause in causes)
    assert all(sum(extent[fragment] for fragment in cause) <= most for cause in causes)
