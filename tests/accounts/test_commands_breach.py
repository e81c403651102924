from __future__ import annotations

from datetime import date

from stormops.accounts.commands_breach import BreakArrangement
from stormops.accounts.commands_collect import OfferArrangement, StepArrangement
from stormops.accounts.records_money import Arrangement, Instalment
from stormops.accounts.records_work import Task
from tests.accounts.test_commands_service import bill
from tests.accounts.world import PROOF, World, city


def promised() -> tuple[World, str]:
    """Ada owes $40 and promised it in two halves."""
    world = city()
    bill(world, "a1", 4_000)
    halves = (Instalment(date(2026, 4, 1), 2_000), Instalment(date(2026, 5, 1), 2_000))
    made = world.do(OfferArrangement(account="a1", instalments=halves, decision=PROOF))["arrangement"]
    world.do(StepArrangement(arrangement=made, step="accept"))
    return world, made


def test_a_breach_is_kept_with_its_day_and_its_notice_is_somebodys_task() -> None:
    world, made = promised()
    breach = BreakArrangement(arrangement=made, broken="2026-04-05", paid=500, decision=PROOF)
    world.do(breach)
    after = world.get(Arrangement, made)
    assert (after.state, after.broken, after.paid, after.breach) == ("broken", date(2026, 4, 5), 500, PROOF)
    (task,) = world.books.where(Task, account="a1")
    assert task.text == "Send the notice: the arrangement is broken since 2026-04-05, and what is left is due."
    world.do(StepArrangement(arrangement=made, step="reinstate"))
    assert world.get(Arrangement, made).broken is None


def test_nothing_is_broken_while_a_mode_holds_cuts_or_payments_wait() -> None:
    world, made = promised()
    breach = BreakArrangement(arrangement=made, broken="2026-04-05", paid=0, decision=PROOF)
    world.level("disconnect", "hold")
    assert world.refused(breach) == "on_hold"
    world.level("disconnect", "full")
    world.set(settled=False)
    assert world.refused(breach) == "not_settled"
    world.set(settled=True)
    assert world.refused(BreakArrangement(arrangement=made, broken="2026-04-05", paid=0, decision={})) == "no_decision"
    assert world.refused(BreakArrangement(arrangement=made, broken="2026-02-30", paid=0, decision=PROOF)) == "no_day"
