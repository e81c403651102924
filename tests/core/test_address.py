"""Cleaning of address text and the canonical parts of a street's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.address import (
    LIMIT,
    Street,
    compact,
    digits,
    house_number,
    is_route,
    street_text,
    tokens,
    unit_number,
    unit_value,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12 O'Brien Ct.", ["12", "OBRIEN", "CT"]),
        ("12 O\u2019Brien Ct", ["12", "OBRIEN", "CT"]),
        ("José Martí Blvd", ["JOSE", "MARTI", "BLVD"]),
        ("U.S. Route 7", ["US", "ROUTE", "7"]),
        ("N. W. 5th", ["NW", "5TH"]),
        ("6 1/2 Elm, Apt #4", ["6", "1/2", "ELM", ",", "APT", "#", "4"]),
        ("1061/2 Elm", ["106", "1/2", "ELM"]),
        ("24-B Elm-Oak", ["24", "-", "B", "ELM", "OAK"]),
        ("１２ Ｏａｋ", ["12", "OAK"]),  # noqa: RUF001 (full-width letters are the point)
        ("дом 5 🏠", ["5"]),
        ("\x00\x1b\u202e", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("N Main St", "North Main Street"),
        ("Palmetto Ave.", "PALMETTO AVENUE"),
        ("VT ROUTE 116", "Vermont Route 116"),
        ("State Rd 20", "SR 20"),
        ("U.S. Route 7 North", "US Hwy 7 N"),
        ("County Road 12", "CR 12"),
        ("Interstate 89 South", "I 89 S"),
        ("First St", "1st Street"),
        ("E 22nd Ave", "East Twenty Second Avenue"),
        ("W 5 St", "W 5th St"),
        ("St Paul St", "Saint Paul Street"),
        ("Mt View Dr", "Mount View Drive"),
        ("Farrell Hl", "Farrell Hill"),
        ("Ave D", "Avenue D"),
        ("Maple St Ext", "Maple Street Extension"),
        ("Oak  Ridge   Rd", "Oakridge Rd"),
        ("N W 5th St", "NW 5th Street"),
        ("VT Rotue 116", "VT Route 116"),
    ],
)
def test_two_spellings_of_one_street(one: str, other: str) -> None:
    assert street_text(one) == street_text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("N Main St", "S Main St"),
        ("Oak St", "Oak Ln"),
        ("US Route 7", "VT Route 7"),
        ("22nd St", "23rd St"),
        ("County Road 12", "State Road 12"),
        ("North Ave", "North St"),
    ],
)
def test_two_streets_stay_two(one: str, other: str) -> None:
    assert street_text(one) != street_text(other)


def test_parts_of_a_street() -> None:
    assert street_text("N Palmetto Bay Blvd") == Street("N", "PALMETTOBAY", "BOULEVARD", "")
    assert street_text("Main St E") == Street("", "MAIN", "STREET", "E")
    assert street_text("North Ave") == Street("", "NORTH", "AVENUE", "")
    assert street_text("Broadway") == Street("", "BROADWAY", "", "")
    assert street_text("") == Street("", "", "", "")


def test_routes_are_told_from_streets() -> None:
    assert is_route(["STATE", "ROAD", "20"])
    assert not is_route(["PALMETTO", "20"])
    assert not is_route(["ROUTE"])


@pytest.mark.parametrize(
    ("said", "number"),
    [("24 a", "24A"), ("24-A", "24A"), ("007", "7"), ("6 1/2", "6 1/2"), ("61/2", "6 1/2"), ("0", "0"), ("", "")],
)
def test_house_numbers(said: str, number: str) -> None:
    assert house_number(said) == number


@pytest.mark.parametrize(
    ("said", "unit"),
    [("Apt 04", "4"), ("# 4B", "4B"), ("Unit b", "B"), ("apt4", "4"), ("Penthouse", "PH"), ("rear", "REAR"), ("", "")],
)
def test_units(said: str, unit: str) -> None:
    assert unit_number(said) == unit


def test_unit_value_of_a_glued_word() -> None:
    assert unit_value("APT12C") == "12C"
    assert unit_value("0") == "0"


def test_keys_lose_everything_but_letters_and_digits() -> None:
    assert compact(" a-100 7 ") == "A1007"
    assert compact("№ 7/Ä") == "NO7A"
    assert compact("A1007") == "A1007"


@pytest.mark.parametrize(
    "said", ["850-555-0101", "+1 (850) 555-0101", "1.850.555.0101", "8505550101 ext. 12", "8505550101x12"]
)
def test_phones_are_their_digits(said: str) -> None:
    assert digits(said) == "8505550101"


@given(st.text(max_size=400))
def test_any_text_is_read_within_its_bounds(text: str) -> None:
    found = tokens(text)
    assert all(word.isascii() and word for word in found)
    assert sum(map(len, found)) <= 20 * LIMIT
    street_text(text)
    house_number(text)
    unit_number(text)
    assert compact(text).isascii()
    assert not digits(text) or digits(text).isdigit()
