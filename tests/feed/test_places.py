"""Finding a premise by hand."""

from __future__ import annotations

import numpy as np

from stormops.core.matching import Matcher
from stormops.feed.places import PLACES_MAX, Places
from tests.core.storm_day import small_city

CITY, _ = small_city()
PLACES = Places(CITY, Matcher(CITY).rows)
PREMISES = CITY.premises


def test_a_whole_address_comes_first() -> None:
    for row in range(0, len(PREMISES), 7):
        found = [place["address"] for place in PLACES.search(PREMISES.address(row).upper())]
        assert PREMISES.address(row) in found


def test_a_premise_id_finds_that_premise_alone() -> None:
    assert [place["premise"] for place in PLACES.search(f" {PREMISES.id[5]} ")] == [PREMISES.id[5]]


def test_a_number_and_the_beginning_of_a_street_are_enough() -> None:
    address = PREMISES.address(3)
    found = [place["address"] for place in PLACES.search(address[: address.index(" ") + 3])]
    assert address in found


def test_a_street_gives_its_premises() -> None:
    street = PREMISES.streets[PREMISES.street[0]]
    found = PLACES.search(street[1:])
    assert found
    assert all(street[1:].casefold() in place["address"].casefold() for place in found)


def test_nothing_fits_nothing() -> None:
    for query in ("", "   ", "zzzz", "99999999 nowhere", "\x00"):
        assert PLACES.search(query) == []


def test_never_more_than_the_bound() -> None:
    assert len(PLACES.search("e")) == PLACES_MAX
    assert len(PLACES.search("1")) <= PLACES_MAX
    assert PLACES.search("e" * 100_000) == []


def test_the_nearest_come_first() -> None:
    lon, lat = float(PREMISES.lon[10]) + 1e-4, float(PREMISES.lat[10])
    found = PLACES.nearest(lon, lat)
    x, y = CITY.metres(PREMISES.lon, PREMISES.lat)
    px, py = CITY.metres(lon, lat)
    order = np.argsort(np.hypot(x - px, y - py), kind="stable")[:PLACES_MAX]
    assert [place["premise"] for place in found] == [PREMISES.id[row] for row in order]


def test_numbers_find_their_premises_however_they_are_written() -> None:
    row = next(row for row in range(len(PREMISES)) if PREMISES.phone[row] and PREMISES.account[row])
    found = PLACES.search(PREMISES.account[row].lower())
    assert {"premise": PREMISES.id[row], "by": "account"}.items() <= found[0].items()
    digits = "".join(character for character in PREMISES.phone[row] if character.isdigit())
    for written in (digits, f"+1 ({digits[:3]}) {digits[3:6]}-{digits[6:]}"):
        assert PREMISES.id[row] in {place["premise"] for place in PLACES.search(written) if place["by"] == "phone"}
    metered = next((row for row in range(len(PREMISES)) if PREMISES.meter[row]), None)
    if metered is not None:
        assert PLACES.search(f" {PREMISES.meter[metered]} ")[0]["premise"] == PREMISES.id[metered]
