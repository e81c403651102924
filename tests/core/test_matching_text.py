"""Address and landmark texts to claims: units, duplicates, corners, suggestions."""

from __future__ import annotations

import pytest

from stormops.core.matching import Matcher
from tests.core.english import all_english, english
from tests.core.matching_city import HOUSES, House, make_city, row, told, untold

MATCHER = Matcher(make_city())


@pytest.mark.parametrize(
    ("text", "unit"),
    [("200 Garden Blvd Apt 4", "Apt 4"), ("200 Garden Blvd #12", "Apt 12"), ("Unit 7, 200 Garden Blvd", "Apt 7")],
)
def test_a_unit_is_itself(text: str, unit: str) -> None:
    answer = told(MATCHER, text)
    assert (answer.premise, answer.penalty, answer.rule) == (row("200", "Garden Blvd", unit), 0, "address")


def test_without_a_unit_the_building_is_named_when_it_is_one_place() -> None:
    answer = told(MATCHER, "200 Garden Blvd")
    assert (answer.premise, answer.rule) == (row("200", "Garden Blvd", "Apt 1"), "address_building")
    assert all_english(answer.reasons) == ["unit not given: building has 12 units"]


def test_an_unknown_unit_is_in_its_building() -> None:
    answer = told(MATCHER, "200 Garden Blvd Apt 99")
    assert (answer.rule, all_english(answer.reasons)) == (
        "address_building",
        ["unit 99 is not known: building has 12 units"],
    )


def test_a_building_on_two_transformers_is_not_guessed() -> None:
    answer = untold(MATCHER, "300 Garden Blvd")
    assert english(answer.why) == "unit not given: building has 6 units, and they are not one place"
    assert [c.premise for c in answer.candidates] == [
        row("300", "Garden Blvd", "Apt 1"),
        row("300", "Garden Blvd", "Apt 4"),
    ]
    assert told(MATCHER, "300 Garden Blvd Apt 5").premise == row("300", "Garden Blvd", "Apt 5")


def test_a_house_has_no_units() -> None:
    answer = told(MATCHER, "101 Palmetto Ave Apt 4")
    assert (answer.premise, all_english(answer.reasons)) == (0, ["unit 4 given: the address has no units"])


def test_the_only_unit_that_is_known() -> None:
    matcher = Matcher(make_city([House(0, 0, "5", "Fern Way", "Apt 2")]))
    assert all_english(told(matcher, "5 Fern Way").reasons) == ["unit not given: only 2 is known here"]
    assert told(matcher, "5 Fern Way Apt 3").rule == "address_building"


def test_duplicate_rows_of_one_place_are_its_first() -> None:
    answer = told(MATCHER, "7 St Johns Ct")
    assert answer.premise == row("7", "St Johns Ct")
    assert all_english(answer.reasons) == ["the address stands 2 times in the city's data"]


def test_duplicate_rows_far_apart_are_not_guessed() -> None:
    matcher = Matcher(make_city([House(0, 0, "5", "Fern Way"), House(900, 0, "5", "Fern Way", transformer=1)]))
    answer = untold(matcher, "5 Fern Way")
    assert [c.premise for c in answer.candidates] == [0, 1]


def test_a_number_that_is_not_there_gives_its_neighbours() -> None:
    answer = untold(MATCHER, "104 Palmetto Ave")
    assert [HOUSES[c.premise].number for c in answer.candidates] == ["103", "105", "101", "21"]
    assert all_english(answer.candidates[0].reasons) == ["there is no number 104 on this street, 103 is near it"]
    assert all(c.penalty > 2500 for c in answer.candidates)


def test_a_street_alone_gives_some_of_its_houses() -> None:
    answer = untold(MATCHER, "Brook Ln")
    assert english(answer.why) == "no house number is given"
    assert HOUSES[answer.candidates[0].premise].street == "Brook Ln"


def test_a_corner_on_one_transformer_is_that_place() -> None:
    answer = told(MATCHER, "Palmetto & N Main")
    assert (answer.premise, answer.rule) == (0, "intersection")


def test_streets_that_do_not_meet() -> None:
    assert english(untold(MATCHER, "corner of Oak St and Palmetto Ave").why) == "these streets are not known to meet"


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Alder General Hospital", "Hospital Dr"),
        ("alder generel hospital", "Hospital Dr"),
        ("Lift Station 1", "Oak St"),
    ],
)
def test_a_landmark_in_the_address_field(text: str, street: str) -> None:
    answer = told(MATCHER, text)
    assert (answer.rule, HOUSES[answer.premise].street) == ("landmark", street)


def test_a_landmark_amid_several_places_is_not_guessed() -> None:
    houses = [House(0, 40, "1", "A St"), House(10, 40, "2", "A St", transformer=1)]
    matcher = Matcher(make_city([*houses, *(House(9000, 0, str(n), "B St", transformer=2) for n in range(3, 9))]))
    answer = untold(matcher, "Palmetto Park")
    assert english(answer.why) == "a place, not a premise: several stand around it"
    assert [c.premise for c in answer.candidates] == [1, 0]


def test_a_landmark_with_nothing_around() -> None:
    assert english(untold(MATCHER, "Far Lake").why) == "no premise within 60 m of the place"


def test_every_candidate_has_a_reason() -> None:
    for text in ("12 Main St", "12 Oak", "300 Garden", "15 Brock Ln", "104 palmeto", "Oak St", "Palmetto Park"):
        answer = MATCHER.match_address(text)
        assert all(c.reasons and c.penalty >= 0 for c in getattr(answer, "candidates", [])), text
