"""The ways to read one text."""

from __future__ import annotations

import pytest

from stormops.core.address_said import read
from stormops.core.matching_readings import Reading, readings
from stormops.core.matching_streets import Streets
from stormops.core.matching_towns import UNKNOWN, UNSAID, Towns

TOWNS = Towns(["South Alder", "Alder"])
STREETS = Streets(["Main St", "Palmetto Ave", "North Bay Rd"])


def _all(text: str) -> list[Reading]:
    return list(readings(read(text), TOWNS, STREETS))


def _has(text: str, name: str, kind: str = "", pre: str = "", town: tuple[int, ...] = UNSAID) -> bool:
    return any((r.street.name, r.street.kind, r.street.pre, r.town) == (name, kind, pre, town) for r in _all(text))


def test_the_plain_reading_comes_first_and_alone() -> None:
    found = _all("12 Main St, Alder")
    assert (found[0].street.name, found[0].street.kind, found[0].town) == ("MAIN", "STREET", (1,))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "name", "kind", "pre", "town"),
    [
        ("12 Main St South Alder", "MAIN", "STREET", "", (0,)),
        ("12 Main Alder", "MAIN", "", "", (1,)),
        ("12 Alder", "ALDER", "", "", UNSAID),
        ("12 Main St Oldtown", "MAIN", "STREET", "", UNKNOWN),
        ("12 Main St, Souht Aldr", "MAIN", "STREET", "", (0,)),
        ("12 Main, St, South, Alder", "MAIN", "STREET", "", (0,)),
        ("12 Mainst", "MAIN", "STREET", "", UNSAID),
        ("12 Main Str eet", "MAIN", "STREET", "", UNSAID),
        ("12 Gree ne St", "GREENE", "STREET", "", UNSAID),
        ("12 North shore Rd", "NORTHSHORE", "ROAD", "", UNSAID),
        ("12 Nroth Bay Rd", "BAY", "ROAD", "N", UNSAID),
        ("12 Pine Grove", "PINEGROVE", "", "", UNSAID),
        ("12 Main Steet", "MAIN", "STEET", "", UNSAID),
    ],
)
def test_other_readings(text: str, name: str, kind: str, pre: str, town: tuple[int, ...]) -> None:
    assert _has(text, name, kind, pre, town)


def test_a_last_word_may_be_the_unit() -> None:
    assert any((r.street.name, r.unit) == ("MAIN", "4B") for r in _all("12 Main St 4B"))
    assert any((r.street.name, r.number) == ("MAIN", "24A") for r in _all("24 A Main St"))
    assert any((r.street.name, r.unit) == ("MAIN", "A") for r in _all("24 A Main St"))


def test_a_plain_type_is_part_of_the_name_when_the_city_has_such_a_street() -> None:
    streets = Streets(["Breeze Trail Dr", "N Breeze St"])
    found = readings(read("12 Breeze Trail"), TOWNS, streets)
    assert ("BREEZETRAIL", "") in {(r.street.name, r.street.kind) for r in found}
    assert not _has("12 Palmetto Trail", "PALMETTOTRAIL")


def test_there_are_never_many() -> None:
    assert len(_all("12 " + "St Ave Rd North Alder South " * 20)) < 120
    assert _all("12") == []
