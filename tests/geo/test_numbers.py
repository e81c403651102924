from collections import defaultdict

import numpy as np

from geo.generate import generate_city
from geo.numbers import ranks
from stormops.core.network import City, PremiseKind


def _streets(city: City) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for premise, street in enumerate(city.premises.street.tolist()):
        found[street].append(premise)
    return found


def test_ranks_count_equal_keys() -> None:
    assert ranks(np.array([5, 3, 5, 5, 3, 9])).tolist() == [0, 0, 1, 2, 1, 0]
    assert ranks(np.empty(0, np.int64)).tolist() == []


def test_neighbours_have_near_numbers_and_numbers_grow_along_the_street() -> None:
    city = generate_city(4000, seed=5)
    x, y = city.metres(city.premises.lon, city.premises.lat)
    near = 0
    for premises in _streets(city).values():
        numbers = np.array([int(city.premises.house_number[p]) for p in premises])
        order = np.array(premises)[np.argsort(numbers)]
        hop = np.hypot(np.diff(x[order]), np.diff(y[order]))
        near += int((hop < 150).sum())
    assert near > 0.9 * len(city.premises)


def test_mobile_home_parks_share_a_number_and_have_lots() -> None:
    premises = generate_city(8000, seed=1).premises
    lots = [k for k in range(len(premises)) if premises.unit[k].startswith("Lot ")]
    assert lots
    assert {premises.kind[k] for k in lots} == {PremiseKind.MOBILE_HOME}
    parks = defaultdict(set)
    for k in lots:
        parks[premises.street[k], premises.house_number[k]].add(premises.unit[k])
    assert max(map(len, parks.values())) > 5
    assert sum(map(len, parks.values())) == len(lots)


def test_units_of_a_building_share_number_street_and_place() -> None:
    premises = generate_city(5000, seed=2).premises
    first: dict[int, int] = {}
    several = 0
    for k, building in enumerate(premises.building.tolist()):
        other = first.setdefault(building, k)
        if other != k:
            several += 1
            assert premises.house_number[other] == premises.house_number[k]
            assert premises.street[other] == premises.street[k]
            assert premises.unit[other] != premises.unit[k]
    assert several > 500
