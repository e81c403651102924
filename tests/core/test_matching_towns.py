"""Towns and postcodes in an address text."""

from __future__ import annotations

import pytest

from stormops.core.matching_towns import UNSAID, Postcodes, Towns, key

NAMES = ["South Burlington", "Burlington", "Essex Junction City", "Essex Town", "Saint George", "SOUTH BURLINGTON"]


@pytest.fixture(scope="module")
def towns() -> Towns:
    return Towns(NAMES, ("Greater Burlington",))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("SOUTH BURLINGTON", (0,)),
        ("S BURLINGTON", (0,)),
        ("SO BURLINGTON", (0,)),
        ("SOUTHBURLINGTON", (0,)),
        ("ESSEX JUNCTION", (2,)),
        ("ESSEX JCT", (2,)),
        ("TOWN OF ESSEX", (3,)),
        ("ESSEX", (3,)),
        ("ST GEORGE", (4,)),
        ("GREATER BURLINGTON", (0, 1, 2, 3, 4)),
        ("GAINESVILLE", UNSAID),
    ],
)
def test_exact_towns(towns: Towns, said: str, found: tuple[int, ...]) -> None:
    assert towns.exact(said.split()) == found


def test_spellings_of_one_locality_are_one(towns: Towns) -> None:
    assert towns.canonical == [0, 1, 2, 3, 4, 0]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("BURLINTGON", ((1,), 1)),
        ("SUOTH BURLINGTN", ((0,), 2)),
        ("ESEX", (UNSAID, 0)),
        ("GAINESVILLE", (UNSAID, 0)),
        ("BUR", (UNSAID, 0)),
        ("B" * 200, (UNSAID, 0)),
    ],
)
def test_near_towns(towns: Towns, said: str, found: tuple[tuple[int, ...], int]) -> None:
    assert towns.near(said.split()) == found


def test_the_longest_town_at_the_end_is_meant(towns: Towns) -> None:
    assert towns.tail(["OAK", "ST", "S", "BURLINGTON"]) == (2, (0,))
    assert towns.tail(["OAK", "ST", "BURLINGTON"]) == (1, (1,))
    assert towns.tail(["OAK", "ST"]) == (0, UNSAID)
    assert towns.tail(["BURLINGTON"]) == (0, UNSAID)
    assert towns.tail([]) == (0, UNSAID)


def test_names_without_letters_harm_nothing() -> None:
    towns = Towns(["", "  ", "Alder"])
    assert towns.exact(["ALDER"]) == (2,)
    assert towns.canonical == [0, 1, 2]


def test_key_spells_words_in_one_way() -> None:
    assert key(["ST", "ALBANS"]) == "SAINTALBANS"
    assert key(["MT", "HTS"]) == "MOUNTHEIGHTS"


def test_postcodes() -> None:
    codes = Postcodes(["34301", "34302", "", ""], [0, 1, 0, 2])
    assert codes.penalty("34301", 0, 0) == 0
    assert codes.penalty("34302", 0, 0) == 400
    assert codes.penalty("34399", 0, 0) == 1500
    assert codes.penalty("05401", 0, 0) == 3000
    assert codes.penalty("34302", 2, 0) == 800
    assert codes.penalty("34301", 2, 0) == 0
    assert codes.penalty("34388", 3, 2) == 0
    assert Postcodes(["", ""], [0, 0]).penalty("05401", 0, 0) == 0
