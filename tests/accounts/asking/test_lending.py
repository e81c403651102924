from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from stormops.accounts.asking.lending import schedule_of
from stormops.accounts.records_money import RebateBudget
from tests.accounts.asking.paper import LOAN_ASKED, lent, paper
from tests.accounts.world import HASH


def test_a_loan_is_kept_with_its_programmes_bounds_and_its_schedule() -> None:
    world = paper()
    terms = world.command("apply_for_loan", **LOAN_ASKED).terms
    assert [part["rule"] for part in terms["decisions"]] == ["loans.eligible", "loans.schedule"]
    assert world.no("apply_for_loan", **LOAN_ASKED | {"cents": 100}) == "too_little"
    assert world.no("apply_for_loan", **LOAN_ASKED | {"months": 61}) == "too_long"
    assert world.no("apply_for_loan", **LOAN_ASKED | {"programme": "solar"}) == "missing"


def test_instalments_and_their_interest_are_those_of_the_schedule() -> None:
    world = paper()
    loan = lent(world)
    _, rows = schedule_of(loan)
    interest = world.command("accrue_loan_interest", loan="l1").cents
    assert interest == rows[0].interest == 500
    assert (row := world.command("bill_instalment", loan="l1")).principal == rows[0].principal
    assert row.interest == interest
    world.put(replace(loan, interest=500))
    assert world.no("accrue_loan_interest", loan="l1") == "no_interest"
    world.put(replace(loan, billed=12))
    assert world.no("bill_instalment", loan="l1") == "all_billed"


def test_a_deferral_moves_what_is_to_come_and_keeps_what_was() -> None:
    world = paper()
    loan = lent(world)
    world.put(replace(loan, billed=2))
    command = world.command("step_loan", loan="l1", step="defer", months=3)
    deferred = replace(loan, billed=2, terms=command.terms)
    _, before = schedule_of(replace(loan, billed=2))
    _, after = schedule_of(deferred)
    assert [row.number for row in after] == [row.number for row in before]
    assert after[0].due == date(2027, 2, 1)
    assert world.command("step_loan", loan="l1", step="sign", note=HASH).terms is None


def test_money_ahead_of_time_pays_interest_to_the_day_first() -> None:
    world = paper()
    lent(world)
    world.later(16)
    command = world.command("prepay_loan", loan="l1", number="n1", cents=50_000, tender="bank")
    assert command.per_diem == 263  # 5 % of $1,200 for 16 days of 365
    assert command.decision["rule"] == "loans.payoff"


def test_a_rebate_is_the_programmes_within_its_deadline_and_budget() -> None:
    world = paper()
    ask: dict[str, Any] = {
        "account": "a1",
        "premise": "p1",
        "measure": "solar-water-heater",
        "invoice": 300_000,
        "completed": "2026-07-01",
        "evidence": [HASH],
        "on_file": ["audit", "licensed_installer", "permit", "inspection"],
    }
    assert world.no("apply_for_rebate", **ask) == "no_budget"
    whole = {"measure": "solar-water-heater", "fund": "electric", "cents": 100_000, "document": HASH}
    year = {"since": "2026-07-01", "until": "2027-06-30"}
    assert world.no("set_rebate_budget", **whole | {"measure": "windmill"}, **year) == "unknown_measure"
    made = world.do(world.command("set_rebate_budget", **whole, **year))["rebate_budget"]
    command = world.command("apply_for_rebate", **ask)
    assert (command.cents, command.budget) == (45_000, made)
    assert world.no("apply_for_rebate", **ask | {"completed": "2026-05-01"}) == "too_late"
    world.put(replace(world.get(RebateBudget, made), encumbered=55_001))
    assert world.no("apply_for_rebate", **ask) == "budget"
    world.put(replace(world.get(RebateBudget, made), encumbered=0, until=date(2026, 7, 31)))
    assert world.no("apply_for_rebate", **ask) == "no_budget"  # of a year that is over
    world.put(replace(world.get(RebateBudget, made), until=date(2027, 6, 30)))
    assert world.no("apply_for_rebate", **ask | {"on_file": []}) == "missing"
