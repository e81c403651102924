from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as hypothetically
from hypothesis import strategies as st
from msgspec.structs import replace

from stormops.accounts.records_place import ServicePoint
from stormops.counter.duties import DUTIES
from stormops.counter.forms import Wrong, account_of, body_of, cents_of, choices, premise_of, resolved
from stormops.counter.words import said
from tests.accounts.asking.paper import paper

ZONE = ZoneInfo("America/New_York")


@pytest.mark.parametrize(("text", "cents"), [("12.34", 1234), ("$1,200", 120_000), (" 0.5 ", 50), ("0", 0), ("7", 700)])
def test_amounts_are_read_as_people_write_them(text: str, cents: int) -> None:
    assert cents_of(text) == cents


@pytest.mark.parametrize("text", ["", "ten", "1.234", "1e3", "12.3.4", "٣", "nan", "1" * 20])
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    with pytest.raises(Wrong):
        cents_of(text)


@hypothetically(st.integers(0, 10**11))
def test_an_amount_is_read_to_the_cent(cents: int) -> None:
    assert cents_of(f"{cents // 100}.{cents % 100:02d}") == cents


def test_a_body_is_made_of_the_fields_in_their_places() -> None:
    given = {
        "proposal.account": ["a1"],
        "proposal.type": ["leak"],
        "proposal.parts:r1": ["5"],
        "proposal.parts:r2": [""],
        "reason": ["wet"],
    }
    body, errors = body_of(DUTIES["request_adjustment"], given, ZONE)
    assert errors == {}
    assert body == {
        "proposal": {
            "kind": "adjustment",
            "account": "a1",
            "type": "leak",
            "parts": [{"receivable": "r1", "cents": 500}],
        },
        "reason": "wet",
    }


def test_what_is_missing_or_cannot_be_read_is_named_by_its_field() -> None:
    given = {"account": ["a1"], "text": [" "], "owner": ["ann"], "due_ms": ["tomorrow"]}
    _, errors = body_of(DUTIES["make_promise"], given, ZONE)
    assert errors == {"text": "field_needed", "due_ms": "field_moment"}


@pytest.mark.parametrize("text", ["greeting", "greeting: many", ": 9", "greeting: 9\ngreeting: 8", "greeting: 1000"])
def test_points_are_read_one_criterion_a_line(text: str) -> None:
    given = {"review": ["q1"], "points": ["greeting: 90\n\nWho: the caller: 40"]}
    body, errors = body_of(DUTIES["score_review"], given, ZONE)
    assert (body["points"], errors) == ({"greeting": 90, "Who: the caller": 40}, {})
    _, errors = body_of(DUTIES["score_review"], given | {"points": [text]}, ZONE)
    assert errors == {"points": "field_points"}


def test_a_moment_is_the_citys() -> None:
    given = {"account": ["a1"], "text": ["call"], "owner": ["ann"], "due_ms": ["2026-07-01T10:00"]}
    body, _ = body_of(DUTIES["make_promise"], given, ZONE)
    assert body["due_ms"] == 1_782_914_400_000


def test_a_roster_is_one_unit_a_line() -> None:
    given = {
        "umbrella": ["u1"],
        "account": ["a1"],
        "rule": ["equal"],
        "members": ["a2; 1; 1; 2026-07-01\n\na3; 2; 3; 2026-07-01; 2026-12-31"],
        "document": ["a" * 64],
    }
    body, errors = body_of(DUTIES["set_umbrella"], given, ZONE)
    assert errors == {}
    assert [member["weight"] for member in body["members"]] == [1, 3]
    assert body["members"][1]["until"] == "2026-12-31"
    _, errors = body_of(DUTIES["set_umbrella"], given | {"members": ["a2; 1"]}, ZONE)
    assert errors == {"members": "field_members"}


def test_lists_are_one_a_line_and_amounts_the_oldest_first() -> None:
    given = {"proposal.event": ["storm"], "proposal.fund": ["water"], "proposal.accounts": ["a1\na2, a3"]}
    body, _ = body_of(DUTIES["request_mass_credit"], given, ZONE)
    assert body["proposal"]["accounts"] == ["a1", "a2", "a3"]
    body, _ = body_of(DUTIES["request_back_bill"], {"proposal.months": ["1.00\n2.50"]}, ZONE)
    assert body["proposal"]["months"] == [100, 250]


def test_the_account_of_a_form_is_its_own_or_its_records() -> None:
    reader = paper().books
    assert account_of(DUTIES["add_contact"], {"account": ["a9"]}, reader) == "a9"
    assert account_of(DUTIES["stop_service"], {"agreement": ["g-water"]}, reader) == "a1"
    assert account_of(DUTIES["stop_service"], {"here": ["a2"]}, reader) == "a2"


def test_an_address_or_a_meter_is_as_good_as_a_number() -> None:
    world = paper()
    world.put(replace(world.get(ServicePoint, "sp-water"), meter="M-77"))
    typed = {"premise": ["1  Palm Ave."], "point": ["M-77"], "account": ["a1"]}
    made = resolved(DUTIES["start_service"], typed, world.books)
    assert (made["premise"], made["point"], made["account"]) == (["p1"], ["sp-water"], ["a1"])
    assert premise_of(DUTIES["start_service"], made) == "p1"
    unknown = {"premise": ["7 Nowhere"], "point": ["sp-electric"]}
    assert resolved(DUTIES["start_service"], unknown, world.books) == unknown


def test_a_premise_that_a_form_names_gives_its_points_to_an_account_without_service() -> None:
    world, words = paper(), said("en")
    point = next(field for field in DUTIES["start_service"].fields if field.name == "point")
    assert choices(point, "b1", "north", world.books, words) == []
    there = choices(point, "b1", "north", world.books, words, "p1")
    assert {each.value for each in there} == {"sp-electric", "sp-water"}


def test_what_may_be_chosen_is_the_accounts_own() -> None:
    world, words = paper(), said("en")
    world.owes("r1", "electric", 500, world.day)
    by = {field.name: field for duty in ("start_service", "stop_service") for field in DUTIES[duty].fields}
    assert [each.value for each in choices(by["premise"], "a1", "north", world.books, words)] == ["p1"]
    assert {each.value for each in choices(by["point"], "a1", "north", world.books, words)} == {
        "sp-electric",
        "sp-water",
    }
    agreements = choices(by["agreement"], "a1", "north", world.books, words)
    assert "Electric · active" in {each.label for each in agreements}
    assert choices(by["agreement"], "nobody", "north", world.books, words) == []
    parts = next(field for field in DUTIES["request_transfer"].fields if field.kind == "parts")
    assert [each.value for each in choices(parts, "a1", "north", world.books, words)] == ["r1"]
