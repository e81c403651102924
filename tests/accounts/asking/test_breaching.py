from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from stormops.accounts.records_money import Arrangement, Instalment, Receivable
from tests.accounts.asking.paper import Paper, paper


def promised() -> Paper:
    """Ada owed $400 on 1 August and promised $100 then and in each of three months."""
    world = paper()
    world.owes("r1", "electric", 40_000, date(2026, 7, 20))
    dues = tuple(Instalment(date(2026, month, 1), 10_000) for month in (8, 9, 10, 11))
    kept: dict[str, Any] = {"covers": ("r1",), "covered": 40_000}
    world.put(Arrangement(id="ar", account="a1", kind="instalments", state="active", instalments=dues, **kept))
    return world


def paid(world: Paper, cents: int) -> None:
    """The books have taken so much of the charge."""
    world.put(replace(world.get(Receivable, "r1"), owed=40_000 - cents))


def test_an_arrangement_is_broken_by_what_the_books_say_was_paid() -> None:
    world = promised()
    world.later(3)  # 4 August: within the days of grace
    assert world.no("break_arrangement", arrangement="ar") == "kept"
    world.later(1)
    command = world.command("break_arrangement", arrangement="ar")
    assert (command.broken, command.paid) == ("2026-08-05", 0)
    assert command.decision["rule"] == "arrangements.broken_on"
    paid(world, 10_000)
    assert world.no("break_arrangement", arrangement="ar") == "kept"
    world.later(31)
    command = world.command("break_arrangement", arrangement="ar")
    assert (command.broken, command.paid) == ("2026-09-05", 10_000)
    paid(world, 19_999)
    assert world.command("break_arrangement", arrangement="ar").broken == "2026-09-05"
    paid(world, 20_000)
    assert world.no("break_arrangement", arrangement="ar") == "kept"


def test_new_charges_and_debts_written_off_are_not_payments() -> None:
    world = promised()
    world.owes("r2", "electric", 5_000, date(2026, 8, 2))
    world.put(replace(world.get(Receivable, "r1"), owed=0, written_off=40_000))
    world.later(4)
    assert world.command("break_arrangement", arrangement="ar").paid == 0


def test_what_a_person_entered_counts_where_it_is_more() -> None:
    world = promised()
    world.put(replace(world.get(Arrangement, "ar"), paid=10_000))
    world.later(4)
    assert world.no("break_arrangement", arrangement="ar") == "kept"


def test_after_a_breach_there_is_no_other_for_a_while() -> None:
    world = promised()
    world.put(replace(world.get(Arrangement, "ar"), state="broken", broken=date(2026, 8, 5)))
    world.later(4)
    asked = {"account": "a1", "instalments": 3, "first_due": "2026-09-15", "down": 10_000}
    assert world.no("offer_arrangement", **asked) == "breach"
    world.later(185)
    asked["first_due"] = "2027-03-01"
    world.command("offer_arrangement", **asked)
