from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from stormops.accounts.asking.bankruptcy import payer
from stormops.accounts.decision import Decision
from stormops.accounts.records_money import BankruptcyCase, Bill, Deposit, Receivable
from stormops.accounts.rules.bankruptcy import demand_assurance
from tests.accounts.asking.paper import Paper, paper
from tests.accounts.policies import PACKS, proved, refused
from tests.accounts.world import HASH


def filed(chapter: int = 13) -> Paper:
    world = paper()
    world.put(
        BankruptcyCase(
            id="b1",
            account="a1",
            court="Bankr. N.D. Fla.",
            number="26-1",
            chapter=chapter,
            petition=date(2026, 7, 16),
            noticed=date(2026, 7, 20),
            state="stayed",
        )
    )
    return world


def test_the_split_is_by_day_of_service() -> None:
    world = filed()
    world.owes("r1", "electric", 30_000, date(2026, 8, 20), since=date(2026, 7, 1), until=date(2026, 7, 31))
    world.owes("r2", "electric", 5_000, date(2026, 6, 20), since=date(2026, 5, 1), until=date(2026, 6, 1))
    world.owes("r3", "electric", 7_000, date(2026, 8, 20), since=date(2026, 7, 16), until=date(2026, 7, 31))
    world.owes("r4", "late_fee", 300, date(2026, 7, 10))
    world.owes("r5", "late_fee", 400, date(2026, 7, 30))
    command = world.command("split_at_petition", case="b1", new_account="a9")
    assert {part.receivable: part.cents for part in command.before} == {"r1": 15_000, "r2": 5_000, "r4": 300}
    assert (command.assurance_due, command.claim_bar) == ("2026-08-05", "2027-01-12")
    assert command.worksheet["decisions"][0]["rule"] == "bankruptcy.dates"


def test_nothing_before_the_petition_is_nothing_to_split() -> None:
    assert filed().no("split_at_petition", case="b1", new_account="a9") == "nothing_before"


def test_a_deposit_is_held_in_chapter_13_and_may_be_set_off_in_chapter_11() -> None:
    for chapter, code in ((13, "hold"), (11, "")):
        world = filed(chapter)
        world.put(Deposit(id="d1", account="a1", fund="electric", required=100, state="stayed", held=100))
        if code:
            assert world.no("set_off_deposit", case="b1", deposit="d1") == code
        else:
            assert world.command("set_off_deposit", case="b1", deposit="d1").decision["rule"] == "bankruptcy.set_off"


def test_assurance_is_demanded_by_the_rule_with_its_day_its_forms_and_its_amount() -> None:
    world = filed()
    assert world.no("demand_assurance", case="b1", service="electric") == "no_bills"
    command = world.command("demand_assurance", case="b1", service="electric", monthly_bills=[9_000])
    assert (command.cents, command.fund, command.due) == (18_000, "electric", "2026-08-05")
    rules = [each["rule"] for each in command.decision["decisions"]]
    assert rules == ["bankruptcy.demand_assurance", "bankruptcy.dates", "deposits.required"]
    assert "payment through the plan" in command.decision["decisions"][0]["result"]
    issued: dict[str, Any] = {"issued": date(2026, 7, 1), "due": date(2026, 7, 20), "lines": ()}
    world.put(Bill(id="x1", account="a1", cents=12_000, **issued))
    assert world.command("demand_assurance", case="b1", service="electric").cents == 24_000
    world.later(30)  # past the rule's day: due at once
    assert world.command("demand_assurance", case="b1", service="electric").due == "2026-08-31"
    assert filed(12).no("demand_assurance", case="b1", service="electric") == "no_policy"


def test_a_demand_is_withdrawn_on_a_ground_while_nothing_was_given() -> None:
    world = filed()
    ask = {"case": "b1", "ground": "mistake", "reason": "the water account was meant"}
    assert (
        world.command("withdraw_assurance", **ask).decision["decisions"][0]["rule"] == "bankruptcy.withdraw_assurance"
    )
    assert world.no("withdraw_assurance", **ask | {"ground": "court"}) == "no_order"
    command = world.command("withdraw_assurance", **ask | {"ground": "court", "order": HASH})
    assert (command.due, command.order) == ("2026-08-05", HASH)
    demanded: dict[str, Any] = {"account": "a1", "fund": "electric", "required": 100, "case": "b1"}
    world.put(Deposit(id="d1", state="billed", **demanded), Deposit(id="d0", state="refunded", held=0, **demanded))
    world.command("withdraw_assurance", **ask)
    world.put(Deposit(id="d1", state="held", held=40, **demanded))
    assert world.no("withdraw_assurance", **ask) == "assurance_given"
    world.put(Deposit(id="d1", state="instrument", instrument="bond", instrument_cents=100, **demanded))
    assert world.no("withdraw_assurance", **ask) == "assurance_given"


def test_of_a_timely_payer_it_is_the_attorneys_matter_where_the_court_says_so() -> None:
    world = filed()
    case = world.get(BankruptcyCase, "b1")
    steinebach = PACKS["federal"]

    def asked() -> Decision[Any]:
        return demand_assurance(steinebach, world.day, payer(world.work, case), "13-steinebach")

    world.owes("r1", "electric", 5_000, date(2026, 6, 16))  # 30 days before the petition, and no more
    assert refused(asked()) == "attorney"
    for number, due in enumerate((date(2025, 7, 16), date(2025, 7, 17), date(2026, 1, 1))):
        world.owes(f"f{number}", "late_fee", 300, due)
        world.put(replace(world.get(Receivable, f"f{number}"), owed=0))
    assert refused(asked()) == "attorney"  # the first is older than twelve months
    world.owes("f9", "late_fee", 300, date(2026, 7, 1))
    assert proved(asked()).value == ("cash deposit", "payment through the plan")
    world.put(replace(world.get(Receivable, "f9"), charge="electric", due=date(2026, 6, 15)))
    assert payer(world.work, case).days_past_due == 31
