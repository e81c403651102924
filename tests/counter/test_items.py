from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from stormops.accounts.records_money import (
    Arrangement,
    BankruptcyCase,
    Deposit,
    Drawer,
    Instalment,
    Placement,
    RebateBudget,
)
from stormops.accounts.records_place import MeterRelease
from stormops.accounts.records_work import Escalation, Task
from stormops.books.listing import Whose
from stormops.counter.clerk import Arranged
from stormops.counter.items import Reader, items
from stormops.counter.words import said
from tests.counter.conftest import API, ZONE, Desk, person, served

READER = Reader(person("ann", "approver"), said("en"), ZONE, 1_000_000)


def test_what_is_due_first_stands_first_and_what_is_late_is_marked() -> None:
    tasks = [Task(id=f"t{due}", text="x", owner="bob", due_ms=due, state="open") for due in (2_000_000, 900_000)]
    shown = items(tasks, {}, READER)
    assert [(item.late, item.account) for item in shown] == [(True, ""), (False, "")]
    assert shown[0].more[0].startswith("bob, by ")


def test_what_is_about_lives_stands_before_what_is_due_earlier() -> None:
    def escalated(kind: str, due: int) -> Escalation:
        return Escalation(
            id=kind, account="a", kind=kind, text="x", owner="o", due_ms=due, state="open", opened_by="r", level=1
        )

    waiting = [escalated("billing", 1), escalated("medical", 3), escalated("safety", 2)]
    shown = items(waiting, {}, READER)
    assert [item.line.label for item in shown] == ["Safety: x", "Medical: x", "Billing: x"]


def test_an_escalation_says_what_was_added_line_by_line() -> None:
    grown = Escalation(
        id="e",
        account="a/1",
        kind="billing",
        text="nobody called\nraise: second call\nresolve: called",
        owner="ann",
        due_ms=2_000_000,
        state="resolved",
        opened_by="rita",
        level=2,
    )
    (item,) = items([grown], {"e": Whose("Ada Núñez", "1 Palm Ave")}, READER)
    assert item.line.label == "Billing: nobody called"
    assert item.notes == ("Raise: second call", "Resolve: called")
    assert (item.name, item.account, item.more[0]) == ("Ada Núñez", "/counter/accounts/a%2F1", "1 Palm Ave")


def test_a_drawer_says_whose_it_is_and_not_what_is_in_it() -> None:
    counted = Drawer(id="w", desk="North", shift=1, opened_by="carl", state="counted", balance=9_900, counted=9_800)
    (item,) = items([counted], {}, READER)
    assert item.more == ("opened by carl",)
    assert "98" not in str(item)
    assert items([replace(counted, counted_by="cora")], {}, READER)[0].more[1] == "counted by cora"


def test_a_release_says_its_permit_and_its_place() -> None:
    release = MeterRelease(id="m", point="p", clearance="reconnect", state="permit_applied", permit="P-1")
    assert items([release], {"m": Whose("", "9 Oak St")}, READER)[0].more == ("9 Oak St", "permit P-1")


def test_an_instrument_says_that_it_ends_when_it_is_near_and_is_late_when_it_has() -> None:
    day = READER.today
    reader = READER._replace(alarm_days=60)
    bond = Deposit(id="d", account="a1", fund="electric", required=1, state="instrument", instrument="bond")

    def shown(days: int) -> tuple[bool, bool]:
        (item,) = items([replace(bond, expires=day + timedelta(days))], {}, reader)
        return item.late, any("days left" in each for each in item.more)

    assert [shown(days) for days in (61, 60, 0, -1)] == [(False, False), (False, True), (False, True), (True, False)]


def test_a_permit_that_is_owed_ages() -> None:
    owed = MeterRelease(id="m", point="p", clearance="reconnect", state="emergency_exception")
    (item,) = items([replace(owed, expires=READER.today + timedelta(12))], {}, READER)
    assert "days left: 12" in item.more
    assert items([replace(owed, expires=READER.today - timedelta(1))], {}, READER)[0].late


def test_what_the_rule_finds_broken_stands_first_and_says_since_when_and_what_was_paid() -> None:
    day = READER.today
    parts = (Instalment(day, 5_000),)
    kept = Arrangement(id="a", account="a1", kind="instalments", state="active", instalments=parts)
    late, old = replace(kept, id="b"), replace(kept, id="c", state="broken", broken=day - timedelta(3))
    arranged = {"a": Arranged(2_000, None), "b": Arranged(100, day - timedelta(2))}
    shown = items([kept, old, late], {}, READER._replace(arranged=arranged))
    assert [(each.late, each.more) for each in shown] == [
        (True, ("paid: $1.00", f"broken since {READER.words.day(day - timedelta(2))}")),
        (False, ("paid: $20.00",)),
        (False, (f"broken since {READER.words.day(day - timedelta(3))}",)),
    ]
    assert [each.line.amount for each in shown] == ["$49.00", "$30.00", "$50.00"]


def test_a_budget_says_what_is_left_promised_and_paid() -> None:
    day = READER.today
    figures: dict[str, Any] = {"cents": 10_000, "encumbered": 2_500, "spent": 500}
    period: dict[str, Any] = {"since": day, "until": day, "set_by": "max", "document": "h"}
    budget = RebateBudget(id="r", measure="heater", fund="electric", state="open", **figures, **period)
    assert items([budget], {}, READER)[0].more == ("left: $70.00", "promised: $25.00", "paid: $5.00")


def test_a_bankruptcy_says_its_court_and_the_days_by_which_something_is_due() -> None:
    case = BankruptcyCase(
        id="b",
        account="a1",
        court="N.D. Fla.",
        number="26-1",
        chapter=13,
        petition=date(2026, 3, 20),
        noticed=date(2026, 3, 20),
        state="stayed",
        assurance_due=date(2026, 4, 9),
        claim_bar=date(2026, 9, 16),
    )
    days = ("N.D. Fla.", "chapter 13", "assurance by 9 Apr 2026", "claim by 16 Sep 2026")
    assert items([case], {}, READER)[0].more == days
    assert "assurance" not in str(items([replace(case, state="assured")], {}, READER)[0].more)


def test_who_is_to_be_cut_or_placed_says_what_is_owed() -> None:
    placement = Placement(id="p", account="a1", agency="acme", state="eligible", maker="ann")
    assert items([placement], {"p": Whose("Ada", "", 10_907)}, READER)[0].more == ("owes $109.07",)


async def test_a_queue_names_the_customer_and_the_address(desk: Desk) -> None:
    await served(desk)
    point = (await desk.get("auditor", f"{API}/accounts/a1")).json()["agreements"][0]["point"]
    await desk.do("field", "begin_release", point=point, clearance="reconnect", permit="P-1")
    await desk.do("representative", "make_promise", account="a1", text="call", owner="rita", due_ms=desk.clock[0] + 9)
    assert "1 Palm Ave a1" in (await desk.get("field", "/counter/queues/releases")).text
    assert "Ada Núñez</a> a1" in (await desk.get("representative", "/counter/queues/promises")).text
