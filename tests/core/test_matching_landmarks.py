"""Landmarks and corners name points."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.address_said import read
from stormops.core.matching_address import AddressBook
from stormops.core.matching_landmarks import Corners, Landmarks, Spot
from stormops.core.network import City
from tests.core.english import all_english, english
from tests.core.matching_city import House, degrees, make_city

CITY = make_city()


def _corners(text: str, city: City = CITY) -> list[Spot]:
    return Corners(city, AddressBook(city)).find(read(text))


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Alder General Hospital", ["Alder General Hospital"]),
        ("the alder general hospital", ["Alder General Hospital"]),
        ("Hospital, Alder General", ["Alder General Hospital"]),
        ("Aldr Genral Hospital", ["Alder General Hospital"]),
        ("Lift Station 2", ["Lift Station 2"]),
        ("Lift Station 3", []),
        ("Lift Station", []),
        ("City Hall", []),
        ("", []),
        ("the", []),
    ],
)
def test_landmarks_by_name(said: str, names: list[str]) -> None:
    found = Landmarks(CITY).find(said)
    assert [english(spot.reasons[0]).split("'")[1] for spot in found] == names


def test_the_less_alike_the_higher_the_penalty() -> None:
    exact, near = (Landmarks(CITY).find(t)[0] for t in ("Palmetto Park", "Palmeto Park"))
    assert exact.penalty == 0 < near.penalty


def test_a_corner_by_its_lines() -> None:
    (spot,) = _corners("Palmetto Ave & N Main St")
    lon, lat = degrees(-20, 0)
    assert spot.lon == pytest.approx(lon, abs=1e-5)
    assert spot.lat == pytest.approx(lat, abs=1e-5)
    assert (spot.penalty, all_english(spot.reasons)) == (0, ["corner of Palmetto Ave and N Main St"])


def test_a_corner_misspelt() -> None:
    (spot,) = _corners("Palmeto & Main")
    assert spot.penalty > 0
    assert english(spot.reasons[0]) == "'PALMETO' taken for 'Palmetto Ave'"


@pytest.mark.parametrize(
    "text", ["Oak & Palmetto", "Oak & Nowhere Else", "Oak St & Oak St", "& Oak", "Oak St", "@ & @"]
)
def test_no_corner(text: str) -> None:
    assert _corners(text) == []


def test_without_lines_the_premises_nearest_to_each_other_make_the_corner() -> None:
    houses = [House(0, 0, "1", "A Rd"), House(50, 50, "1", "B Rd"), House(3000, 0, "9", "A Rd", town="Birch")]
    houses += [House(3050, 0, "9", "B Rd", town="Birch"), House(9000, 0, "1", "C Rd")]
    city = make_city(houses)
    city.street_lines, city.street_line_street = [], np.empty(0, np.int32)
    assert len(_corners("A Rd & B Rd", city)) == 2
    (spot,) = _corners("A Rd & B Rd, Birch", city)
    assert spot.lon == pytest.approx(degrees(3025, 0)[0], abs=1e-5)
    assert len(_corners("A Rd and B Rd Birch", city)) == 1
    assert _corners("A Rd & C Rd", city) == []
