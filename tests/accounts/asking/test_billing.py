from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from stormops.accounts.records_money import Bill, Receipt
from stormops.accounts.records_place import Account, Member, OwnerAgreement, ServiceAgreement, Umbrella
from tests.accounts.asking.paper import LINE, paper

JULY = {"account": "a1", "since": "2026-07-01", "until": "2026-07-31", "due": "2026-08-20"}


def test_every_service_is_priced_by_its_policy() -> None:
    command = paper().command("post_bill", **JULY)
    cents = {line.charge: line.cents for line in command.lines}
    # 7.77 + 1,000 kWh × 0.1013; 9 + 5 × 1.90; 18 + 5 × 5.50; flat; one ERU; zone 1
    assert cents == {
        "electric": 10_907,
        "water": 1_850,
        "sewer": 4_550,
        "solid_waste": 2_500,
        "stormwater": 1_071,
        "fire": 1_675,
    }
    assert {line.quantity for line in command.lines if line.charge in {"electric", "water"}} == {1000, 5}
    assert {part["rule"] for part in command.decision["decisions"]} >= {"metered.charge", "property.sewer"}


def test_nothing_is_billed_without_a_read_or_twice() -> None:
    world = paper()
    assert world.no("post_bill", **JULY | {"since": "2026-06-01", "until": "2026-06-30"}) == "no_service"
    assert world.no("post_bill", **JULY | {"since": "2026-08-01", "until": "2026-08-31"}) == "no_read"
    assert world.no("post_bill", **JULY | {"until": "2026-07-01"}) == "bad_period"
    world.put(Bill(id="x", account="a1", issued=world.day, due=world.day, cents=100, lines=(LINE,)))
    assert world.no("post_bill", **JULY) == "billed_already"


def test_a_building_is_priced_once_and_shared_by_its_roster() -> None:
    world = paper()
    members = tuple(Member(account, account, weight, date(2026, 7, 1)) for account, weight in (("a2", 1), ("b1", 3)))
    world.put(Umbrella(id="u1", account="a1", rule="equal", members=members, document="a" * 64))
    command = world.command("bill_umbrella", umbrella="u1", since="2026-07-01", until="2026-07-31", due="2026-08-20")
    allocated = [part for part in command.decision["decisions"] if part["rule"] == "umbrella.allocate"]
    assert len(allocated) == len(command.lines)
    assert [share.account for share in command.shares] == ["a2", "b1"]
    for place, line in enumerate(command.lines):
        mine, theirs = (share.lines[place] for share in command.shares)
        assert mine.charge == theirs.charge == line.charge
        assert mine.cents + theirs.cents == line.cents
        assert abs(theirs.cents - 3 * mine.cents) <= 3


def test_an_account_with_two_units_bears_both_in_one_bill() -> None:
    world = paper()
    units = (("a2", "1", 1), ("a2", "2", 1), ("b1", "3", 1), ("a1", "pool", 0))
    members = tuple(Member(account, unit, weight, date(2026, 7, 1)) for account, unit, weight in units)
    world.put(Umbrella(id="u1", account="a1", rule="equal", members=members, document="a" * 64))
    command = world.command("bill_umbrella", umbrella="u1", since="2026-07-01", until="2026-07-31", due="2026-08-20")
    both, one = (sum(line.cents for line in share.lines) for share in command.shares)
    assert both + one == sum(line.cents for line in command.lines)
    assert abs(both - 2 * one) <= 2 * len(command.lines)


def test_a_vacant_unit_is_the_owners_who_signed_and_nobodys_without() -> None:
    world = paper()
    units = (("a2", "1", 1), ("b1", "2", 1))
    members = tuple(Member(account, unit, weight, date(2026, 7, 1)) for account, unit, weight in units)
    world.put(Umbrella(id="u1", account="a1", rule="equal", members=members, document="a" * 64))
    left = next(each for each in world.books.where(ServiceAgreement, account="a1") if each.service == "electric")
    world.put(replace(left, id="left", account="b1", state="finalled", until=date(2026, 7, 2)))
    building = {"umbrella": "u1", "since": "2026-07-01", "until": "2026-07-31", "due": "2026-08-20"}
    assert world.no("bill_umbrella", **building) == "no_owner_agreement"
    owner = world.books.get(Account, "a1")
    assert owner is not None
    signed = OwnerAgreement(id="o1", premise=left.premise, party=owner.party, document="a" * 64, since=date(2026, 7, 1))
    world.put(signed)
    assert [share.account for share in world.command("bill_umbrella", **building).shares] == ["a2", "a1"]
    world.put(replace(signed, until=world.day))
    assert world.no("bill_umbrella", **building) == "no_owner_agreement"


def test_a_late_fee_is_on_what_is_past_due_and_not_on_late_fees() -> None:
    world = paper()
    assert world.no("charge_fee", account="a1", due="2026-09-01") == "no_fee"
    world.owes("r1", "electric", 20_000, date(2026, 7, 20))
    world.owes("r2", "late_fee", 900, date(2026, 7, 20))
    world.owes("r3", "water", 90_000, date(2026, 8, 20))
    assert world.command("charge_fee", account="a1", due="2026-09-01").cents == 300


def test_a_returned_payment_costs_what_its_band_says() -> None:
    world = paper()
    receipt = Receipt(
        id="c1", account="a1", number="1", tender="cheque", till="1020", cents=20_000, day=world.day, state="posted"
    )
    world.put(receipt)
    assert world.command("return_payment", receipt="c1").fee == 3_000
