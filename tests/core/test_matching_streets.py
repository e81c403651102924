"""Streets by name: exact, by alias, one letter off, alike in sound, further off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from stormops.core.matching_streets import WITH_KIND, WITH_PRE, WITHOUT_CLASS, Streets, misspelt, name_penalty, sound

NAMES = [
    "Palmetto Ave",
    "PALMETTO AVENUE",
    "N Main St",
    "S Main St",
    "First St",
    "US Highway 7",
    "W 22nd St",
    "",
    "Brook Ln",
]


@pytest.fixture(scope="module")
def streets() -> Streets:
    return Streets(NAMES)


def _titles(streets: Streets, likes: list[tuple[int, ...]]) -> set[str]:
    return {streets.title[like[0]] for like in likes}


def test_spellings_of_one_street_are_one(streets: Streets) -> None:
    assert streets.of.tolist() == [0, 0, 1, 2, 3, 4, 5, 6, 7]
    assert len(streets) == 8
    assert streets.title[0] == "Palmetto Ave"


def test_exact_names_and_aliases(streets: Streets) -> None:
    assert streets.exact("PALMETTO") == [(0, 0)]
    assert streets.exact("PALMETTOAVENUE") == [(0, WITH_KIND)]
    assert streets.exact("MAIN") == [(1, 0), (2, 0)]
    assert streets.exact("NORTHMAIN") == [(1, WITH_PRE)]
    assert streets.exact("NORTHMAINSTREET") == [(1, WITH_PRE | WITH_KIND)]
    assert streets.exact("ROUTE7") == [(4, WITHOUT_CLASS)]
    assert streets.exact("FIRST") == [(3, 0)]
    assert streets.exact("") == []
    assert streets.named("PALMETTO")
    assert not streets.named("PALMETTOAVENUE")


@pytest.mark.parametrize("said", ["PALMETO", "PALMETTTO", "PALMRTTO", "PLAMETTO", "ALMETTO", "PALMETT"])
def test_one_letter_off(streets: Streets, said: str) -> None:
    assert "Palmetto Ave" in _titles(streets, list(streets.one_off(said)))


def test_the_name_itself_is_not_one_off(streets: Streets) -> None:
    assert streets.one_off("PALMETTO") == []


def test_numbers_are_never_misspelt(streets: Streets) -> None:
    assert streets.one_off("23ND") == []
    assert streets.one_off("USROUTE8") == []
    assert _titles(streets, list(streets.one_off("22D"))) == {"W 22nd St"}


def test_further_off(streets: Streets) -> None:
    near = streets.further("PALNETO", streets.names)
    assert [(streets.title[like.street], like.distance, like.sounds) for like in near] == [("Palmetto Ave", 2, False)]
    assert streets.further("XYZXYZ", streets.names) == []


def test_alike_in_sound(streets: Streets) -> None:
    like = next(like for like in streets.further("PALMITOE", []) if streets.title[like.street] == "Palmetto Ave")
    assert like.sounds
    assert like.penalty < name_penalty(like.distance, 8, sounds=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PHILLIPS", "FILLIPS"),
        ("KNIGHT", "NITE"),
        ("CEDAR", "SEDER"),
        ("QUICK", "KWIK"),
        ("WRIGHT", "RITE"),
        ("LODGE", "LOJE"),
    ],
)
def test_sounds(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_search_suggests(streets: Streets) -> None:
    assert "Palmetto Ave" in _titles(streets, list(streets.search("PALMTO", [])))
    assert "Brook Ln" in _titles(streets, list(streets.search("ROOK", ["BROOK"])))


def test_misspelt_suffixes() -> None:
    assert misspelt("STEET", "STREET") == 1
    assert misspelt("AVEUNE", "AVENUE") == 1
    assert misspelt("RDX", "ROAD") == 1
    assert misspelt("HOUSE", "STREET") == 0


def test_more_letters_and_shorter_names_cost_more() -> None:
    for length in range(2, 20):
        costs = [name_penalty(distance, length, sounds=False) for distance in range(6)]
        assert costs == sorted(costs)
    for distance in range(1, 5):
        costs = [name_penalty(distance, length, sounds=False) for length in range(2, 20)]
        assert costs == sorted(costs, reverse=True)


@given(st.text("ABCDE", min_size=3, max_size=9), st.lists(st.text("ABCDE", min_size=3, max_size=9), max_size=12))
def test_one_off_finds_all_that_is_one_off(said: str, names: list[str]) -> None:
    """Against every name compared letter by letter (names that are words of the tables read otherwise)."""
    streets = Streets(names)
    found = {like.street for like in streets.one_off(said) if not like.flags}
    wanted = {row for row, parts in enumerate(streets.parts) if OSA.distance(said, parts.name) == 1}
    assert found == wanted
