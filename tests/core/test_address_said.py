"""What an address text says: number, unit, street and town words, postcode, corner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.address_said import Said, read


@pytest.mark.parametrize(
    ("text", "number", "unit", "words"),
    [
        ("12 Oak St", "12", "", "OAK ST"),
        ("12Oak St", "12", "", "OAK ST"),
        ("0012 Oak St", "12", "", "OAK ST"),
        ("12 Oak St Apt 4", "12", "4", "OAK ST"),
        ("12 Oak St, #04B", "12", "4B", "OAK ST"),
        ("Apt 4, 12 Oak St", "12", "4", "OAK ST"),
        ("12 Oak St unit #7", "12", "7", "OAK ST"),
        ("12 Oak St aptB", "12", "B", "OAK ST"),
        ("12 Oak St, Rear", "12", "REAR", "OAK ST"),
        ("12-4 Oak St", "12", "4", "OAK ST"),
        ("12-B Oak St", "12B", "", "OAK ST"),
        ("6 1/2 Oak St", "6 1/2", "", "OAK ST"),
        ("my house is at 12 Oak St", "12", "", "OAK ST"),
        ("Oak St 12", "12", "", "OAK ST"),
        ("D8 Oak St", "D8", "", "OAK ST"),
        ("12 Front St", "12", "", "FRONT ST"),
        ("12 72nd St", "12", "", "72ND ST"),
        ("72nd St", "", "", "72ND ST"),
        ("State Road 20", "", "", "STATE ROAD 20"),
        ("", "", "", ""),
    ],
)
def test_number_unit_and_words(text: str, number: str, unit: str, words: str) -> None:
    said = read(text)
    assert (said.number, said.unit, " ".join(said.words)) == (number, unit, words)


def test_tail_of_town_state_postcode_and_country() -> None:
    said = read("12 Oak St, Alder, FL 34301-1234, USA")
    assert (said.segments, said.state, said.postcode) == ([["OAK", "ST"], ["ALDER"]], "FLORIDA", "34301")


def test_a_suffix_is_no_state() -> None:
    assert read("12 Oak CT").words == ["OAK", "CT"]
    assert read("12 Oak St, Hartford, CT").state == "CONNECTICUT"


def test_a_postcode_is_no_house_number() -> None:
    assert read("Oak St 34301").number == ""


def test_a_letter_behind_the_number_is_kept_apart() -> None:
    said = read("24 A Quail Run")
    assert (said.number, said.letter, said.words) == ("24", "A", ["A", "QUAIL", "RUN"])


def test_a_block_is_no_house() -> None:
    said = read("100 block of Oak St")
    assert (said.number, said.block, said.words) == ("100", True, ["OAK", "ST"])
    assert read("100 block Avenue A").block


def test_a_street_may_be_called_block() -> None:
    for text in ("1 Block Avenue", "1 Block Ave, Springs FL"):
        said = read(text)
        assert (said.number, said.block, said.words[0]) == ("1", False, "BLOCK")


@pytest.mark.parametrize(
    "text", ["Palm & Oak", "corner of Palm and Oak", "Palm at Oak", "Palm/Oak", "Palm @ Oak", "intersection Palm + Oak"]
)
def test_corners(text: str) -> None:
    assert read(text).cross == [["PALM"], ["OAK"], []]


def test_a_corner_may_name_its_town() -> None:
    assert read("Palm & Oak St, Birch").cross == [["PALM"], ["OAK", "ST"], ["BIRCH"]]


def test_a_house_on_a_street_with_and_is_no_corner() -> None:
    assert read("12 Town and Country Rd").cross == []
    assert read("Oak &").cross == []


@given(st.text(max_size=300))
def test_any_text_is_cut_without_error(text: str) -> None:
    said = read(text)
    assert isinstance(said, Said)
    assert len(said.words) == sum(map(len, said.segments))
