from __future__ import annotations

from datetime import date

import pytest

from stormops.accounts.commands_place import (
    AddPremise,
    AddServicePoint,
    AddUnit,
    DamageServicePoint,
    EndPremise,
    RetireUnit,
    SetUmbrella,
    plain_address,
)
from stormops.accounts.commands_service import may_be_energised
from stormops.accounts.draft import Draft
from stormops.accounts.records_place import Member, Premise, ServicePoint, Umbrella
from tests.accounts.test_commands_service import start
from tests.accounts.world import HASH, city, official, point, premise


def test_two_descriptions_of_an_address_are_the_same() -> None:
    assert plain_address("  12  Elm St., Apt #4 ") == plain_address("12 ELM ST Apt 4") == "12 elm st apt 4"


def test_a_place_is_usable_at_once_and_official_by_another_person() -> None:
    world = city()
    made = world.do(AddPremise(address="the blue barn by the bridge", longitude=-84.3, latitude=30.4))["premise"]
    assert world.get(Premise, made).state == "provisional"
    assert world.refused(AddPremise(address=" . ")) == "no_address"
    assert world.refused(official(made, "1 Elm St"), "ann") == "maker_is_checker"
    world.do(official(made, "1 Elm St"), "bob")
    again = world.do(AddPremise(address="1 ELM ST"))["premise"]
    assert world.refused(official(again, "1 Elm St."), "bob") == "duplicate_premise"
    world.do(official(again, "1 Elm St.", duplicate_reason="rear house"), "bob")


def test_a_premise_ends_merged_or_retired_but_not_with_service() -> None:
    world = city()
    at, other = premise(world), world.do(AddPremise(address="barn"))["premise"]
    world.do(EndPremise(premise=other, into=at))
    assert world.get(Premise, other).merged_into == at
    world.do(start(at))
    assert world.refused(EndPremise(premise=at)) == "in_service"


def test_units_and_meters_are_there_once() -> None:
    world = city()
    at, other = premise(world), premise(world, "2 Oak St")
    unit = world.do(AddUnit(premise=at, name="1A", since="2026-01-01"))["unit"]
    assert world.refused(AddUnit(premise=at, name="1A", since="2026-01-01")) == "unit_exists"
    world.do(AddServicePoint(premise=at, utility="water", meter="m1", unit=unit))
    assert world.refused(AddServicePoint(premise=at, utility="gas", meter="m1")) == "meter_taken"
    assert world.refused(AddServicePoint(premise=other, utility="gas", unit=unit)) == "other_premise"


def test_a_unit_is_retired_when_nobody_is_served_in_it() -> None:
    world = city()
    at = premise(world)
    unit = world.do(AddUnit(premise=at, name="1A", since="2026-01-01"))["unit"]
    meter = world.do(AddServicePoint(premise=at, utility="electric", meter="m9", unit=unit, needs_release=False))
    world.do(start(at, point=meter["service_point"]))
    assert world.refused(RetireUnit(unit=unit, until="2026-02-01")) == "in_service"
    empty = world.do(AddUnit(premise=at, name="1B", since="2026-01-01"))["unit"]
    assert world.refused(RetireUnit(unit=empty, until="2025-12-31")) == "before_start"
    world.do(RetireUnit(unit=empty, until="2026-02-01"))
    assert world.refused(RetireUnit(unit=empty, until="2026-02-01")) == "retired_already"
    assert world.do(AddUnit(premise=at, name="1B", since="2026-03-01"))["unit"] != empty


def test_what_is_damaged_needs_a_release() -> None:
    world = city()
    meter = point(world, premise(world))
    draft = Draft(world.books, world.envelope(), world.grants("ann"), world.now)
    assert may_be_energised(draft, world.get(ServicePoint, meter))
    assert world.refused(DamageServicePoint(point=meter, evidence=())) == "no_evidence"
    world.do(DamageServicePoint(point=meter, evidence=(HASH,)))
    assert not may_be_energised(draft, world.get(ServicePoint, meter))


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ((), "no_shares"),
        ((Member("a1", "1A", 0, date(2026, 1, 1)),), "no_shares"),
        ((Member("xx", "1A", 1, date(2026, 1, 1)),), "unknown_account"),
        ((Member("a1", "1A", 1, date(2026, 1, 1)), Member("b1", "1A", 1, date(2026, 1, 1))), "unit_twice"),
    ],
)
def test_a_roster_has_members_with_shares(members: tuple[Member, ...], code: str) -> None:
    assert city().refused(SetUmbrella(umbrella="u1", account="a2", rule="even", members=members, document=HASH)) == code


def test_a_roster_is_kept_with_its_document() -> None:
    world = city()
    members = (Member("a1", "1A", 2, date(2026, 1, 1)), Member("b1", "1B", 1, date(2026, 1, 1)))
    world.do(SetUmbrella(umbrella="u1", account="a2", rule="by area", members=members, document=HASH))
    assert world.get(Umbrella, "u1").members == members
