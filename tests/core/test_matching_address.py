"""The address book: what a text may mean in a city."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.matching_address import AddressBook
from stormops.core.matching_meaning import choose
from tests.core.english import english
from tests.core.matching_city import HOUSES, House, make_city, row

BOOK = AddressBook(make_city())


def _rows(text: str) -> tuple[int, ...] | None:
    meaning = choose(BOOK.hear(text)).meaning
    return meaning.rows if meaning else None


def test_rows_of_a_street_and_number() -> None:
    main = next(i for i, parts in enumerate(BOOK.streets.parts) if (parts.pre, parts.name) == ("S", "MAIN"))
    assert BOOK.rows(main, "12") == [row("12", "S Main St")]
    assert BOOK.rows(main, "13") == []
    assert BOOK.rows(main, "no such") == []
    assert BOOK.on_street(main).tolist() == [row("12", "S Main St"), row("14", "S Main St")]
    assert BOOK.localities(main) == {0}


@pytest.mark.parametrize(
    "text",
    ["101 Palmetto Ave", "101 palmeto", "101 Plamettoave", "101 Pal metto avenue, Alder", "101 Palmetto Aveneu 34301"],
)
def test_many_ways_to_say_one_address(text: str) -> None:
    assert _rows(text) == (0,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12 Main St", "several addresses fit equally"),
        ("12 Oak St", "the address exists in several towns"),
        ("107 Palmetto Ave", "there is no number 107 on this street"),
        ("15 Brock Ln", "there is no number 15 on the street named, only on one like it"),
        ("12 Oak St, Gainesville", "'GAINESVILLE' is not a place in this city"),
        ("12 Xyzzyville Turnpike", "no such street is known"),
        ("Palmetto Ave", "no house number is given"),
        ("100 block of Palmetto Ave", "a block is named, not a house"),
    ],
)
def test_why_nothing_is_chosen(text: str, why: str) -> None:
    choice = choose(BOOK.hear(text))
    assert (choice.meaning, choice.why and english(choice.why)) == (None, why)


def test_town_and_postcode_tell_two_apart() -> None:
    birch = (row("12", "Oak St", town="Birch"),)
    assert _rows("12 Oak St, Birch") == birch
    assert _rows("12 Oak St 34399") == birch
    assert _rows("12 Oak St, 34301") == (row("12", "Oak St"),)


def test_the_wrong_town_is_not_believed_when_the_right_one_has_the_street() -> None:
    """There is a 14 Oak St in Alder only, and an Oak St in Birch: the number may be wrong, or the town."""
    assert _rows("14 Oak St") == (row("14", "Oak St"),)
    assert _rows("14 Oak St, Birch") is None


def test_the_wrong_town_is_believed_when_only_one_has_the_street() -> None:
    heard = BOOK.hear("101 Palmetto Ave, Birch")
    assert choose(heard).meaning == heard.there[0]
    assert heard.there[0].penalty == 2000


def test_nearest_numbers() -> None:
    absent = BOOK.hear("104 Palmetto Ave").absent[0]
    assert [HOUSES[r].number for r in BOOK.nearest_numbers(absent)] == ["103", "105", "101", "21"]
    assert BOOK.value(row("24A", "Quail Run")) == BOOK.number_value("24 A") == 24
    assert BOOK.number_value("A1") == -1
    assert BOOK.number_value("9" * 40) == 10**9


def test_nearest_numbers_are_in_the_town_named() -> None:
    absent = BOOK.hear("13 Oak St, Birch").absent[0]
    assert [HOUSES[r].town for r in BOOK.nearest_numbers(absent)] == ["Birch"]


def test_suggestions_reach_further_than_matches() -> None:
    heard = BOOK.hear("Palmto Ave")
    assert (heard.there, heard.absent) == ([], [])
    assert {BOOK.streets.title[m.street] for m in BOOK.suggest(heard).absent} == {"Palmetto Ave"}


def test_an_empty_city_hears_nothing() -> None:
    heard = AddressBook(make_city([])).hear("12 Oak St")
    assert (heard.there, heard.absent) == ([], [])


def test_absurd_house_numbers_of_the_city_are_kept() -> None:
    book = AddressBook(make_city([House(0, 0, "9" * 30, "Oak St"), House(0, 0, "", "Oak St"), House(0, 0, "1", "")]))
    assert book.value(0) == 10**9
    assert choose(book.hear("1 Oak St")).meaning is None


letters = st.text("ABCDEFGHIJKLMNOPRSTU", min_size=5, max_size=10)


@given(st.lists(st.tuples(st.integers(1, 40), letters), min_size=1, max_size=15), st.data())
@settings(max_examples=60, deadline=None)
def test_what_the_city_has_is_found_or_honestly_shared(houses: list[tuple[int, str]], data: st.DataObject) -> None:
    """Any address of any city, said in full: itself, or unmatched because another is equally meant."""
    city = make_city([House(10.0 * i, 0, str(n), f"{name} Ave") for i, (n, name) in enumerate(houses)])
    book = AddressBook(city)
    number, name = data.draw(st.sampled_from(houses))
    choice = choose(book.hear(f"{number} {name} Avenue"))
    same = tuple(i for i, house in enumerate(houses) if house == (number, name))
    assert choice.meaning is not None
    assert choice.meaning.rows == same
