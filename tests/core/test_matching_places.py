"""Which premises lose service together."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.matching_places import Places, electric_places
from stormops.core.network import EdgeKind
from tests.core.matching_city import House, degrees, make_city, row

CITY = make_city()
PLACES = Places(CITY)


def test_one_transformer_is_one_place() -> None:
    zone = electric_places(CITY)
    assert zone[row("101", "Palmetto Ave")] == zone[row("105", "Palmetto Ave")] >= 0
    assert zone[row("101", "Palmetto Ave")] != zone[row("12", "Oak St")]
    assert zone[row("99", "Nowhere Rd")] == -1


def test_lines_join_and_open_switches_part() -> None:
    city = make_city([House(0, 0, "1", "A", transformer=0), House(0, 0, "2", "A", transformer=1)])
    city.network.edge_kind[:] = EdgeKind.LINE
    assert len(set(electric_places(city).tolist())) == 1
    city.network.edge_open[0] = True
    assert len(set(electric_places(city).tolist())) == 2
    city.network.edge_open[0] = False
    city.network.edge_kind[0] = EdgeKind.FUSE
    assert len(set(electric_places(city).tolist())) == 2


def test_without_a_network_nothing_is_known() -> None:
    city = make_city([House(0, 0, "1", "A", transformer=-1)])
    assert electric_places(city).tolist() == [-1]


def test_a_building_and_its_representative() -> None:
    first = row("200", "Garden Blvd", "Apt 1")
    assert PLACES.units(first + 5) == list(range(first, first + 12))
    assert PLACES.representative(first + 5) == (first, 12)
    split = row("300", "Garden Blvd", "Apt 1")
    assert PLACES.representative(split + 1) == (split, 3)
    assert PLACES.representative(split + 4) == (split + 3, 3)
    assert PLACES.representative(0) == (0, 1)


def test_unknown_buildings_are_alone() -> None:
    city = make_city([House(0, 0, "1", "A"), House(0, 0, "1", "A")])
    city.premises.building[:] = -1
    assert Places(city).units(1) == [1]


def test_units_in_their_canonical_form() -> None:
    assert PLACES.unit[row("200", "Garden Blvd", "Apt 12")] == "12"
    assert PLACES.unit[0] == ""


@pytest.mark.parametrize(
    ("houses", "together"),
    [
        ([House(0, 0, "1", "A")], True),
        ([House(0, 0, "1", "A"), House(900, 0, "2", "A")], True),
        ([House(0, 0, "1", "A"), House(0, 0, "1", "A", transformer=1)], False),
        ([House(0, 0, "1", "A", transformer=-1), House(100, 0, "2", "A", transformer=-1)], True),
        ([House(0, 0, "1", "A", transformer=-1), House(200, 0, "1", "A", transformer=-1)], False),
        ([House(0, 0, "1", "A", transformer=-1), House(0, 200, "1", "A", transformer=0)], False),
        ([House(np.nan, np.nan, "1", "A", transformer=-1), House(0, 0, "1", "A", transformer=-1)], True),
        ([House(np.nan, np.nan, "1", "A", transformer=-1), House(0, 0, "2", "A", transformer=-1)], False),
    ],
)
def test_together(houses: list[House], together: bool) -> None:
    places = Places(make_city(houses))
    assert places.together(range(len(houses))) is together


def test_same_and_distances() -> None:
    assert PLACES.same(0, 1)
    assert not PLACES.same(0, row("12", "Oak St"))
    assert not PLACES.same(0, row("99", "Nowhere Rd"))
    assert PLACES.distance(0, 1) == pytest.approx(30, abs=0.5)
    x, y = CITY.metres(*degrees(0, 50))
    assert PLACES.from_point(0, (float(x), float(y))) == pytest.approx(30, abs=0.5)
    assert np.isnan(PLACES.distance(0, row("99", "Nowhere Rd")))
