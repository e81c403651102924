from __future__ import annotations

from datetime import timedelta

from stormops.accounts.abridged import elsewhere
from stormops.accounts.commands_billing import Share
from stormops.accounts.commands_place import SetUmbrella
from stormops.accounts.commands_run import QUEUE, AdvanceRun, BeginRun, Estimated, ExceptBill, RunBill
from stormops.accounts.records_money import Bill, BillingRun, BillLine, Receivable
from stormops.accounts.records_place import Member, Read
from stormops.accounts.records_work import Task
from tests.accounts.world import HASH, PROOF, World, city, point, premise

KEPT = {**PROOF, "run": "r1", "decisions": []}


BEGUN = BeginRun(run="r1", cycle=3, cycles=20, until="2026-04-01", due="2026-04-21", city="x", clauses={"a": 1})


def lines(world: World, *cents: int) -> tuple[BillLine, ...]:
    return tuple(
        BillLine(charge, each, world.day, world.day) for charge, each in zip(("energy", "water"), cents, strict=False)
    )


def test_a_run_bills_counts_and_ends_and_can_be_taken_up_again() -> None:
    world = city()
    world.do(BEGUN)
    read = Estimated(point(world, premise(world)), "2026-03-31", 700, "estimated")
    bill = RunBill(run="r1", shares=(Share("a1", lines(world, 900, 50)),), decision=KEPT, estimated=(read,))
    made = world.do(bill, key="r1:a1")
    assert world.get(Bill, made["bill"]).cents == 950
    assert world.get(Bill, made["bill"]).due.isoformat() == "2026-04-21"
    assert [each.owed for each in world.books.where(Receivable, account="a1")] == [900, 50]
    assert [each.register for each in world.books.where(Read, point=read.point)] == [700]
    world.do(AdvanceRun(run="r1", bills=1, cents=950))
    world.do(AdvanceRun(run="r1", exceptions=2, finish=True))
    assert world.get(BillingRun, "r1").finished
    world.do(BEGUN)
    run = world.get(BillingRun, "r1")
    assert (run.finished, run.bills, run.cents, run.exceptions, run.clauses) == (False, 1, 950, 2, {"a": 1})


def test_a_building_is_billed_at_once_and_its_decisions_stand_in_one_bill() -> None:
    world = city()
    world.do(BEGUN)
    members = tuple(Member(key, key, 1, world.day - timedelta(1)) for key in ("a2", "b1"))
    world.do(SetUmbrella(umbrella="u1", account="a1", rule="even", members=members, document=HASH))
    shares = (Share("a2", lines(world, 450)), Share("b1", lines(world, 451)))
    world.do(RunBill(run="r1", umbrella="u1", shares=shares, decision=KEPT), key="r1:a1")
    first, second = (world.books.where(Bill, account=key)[0] for key in ("a2", "b1"))
    assert first.decision == KEPT
    assert second.decision == elsewhere(KEPT, first.id)


def test_what_is_not_billed_is_billings_task() -> None:
    world = city()
    world.do(BEGUN)
    made = world.do(ExceptBill(run="r1", account="a1", text="no read", due_ms=9))
    task = world.get(Task, made["task"])
    assert (task.owner, task.account, task.text, task.state) == (QUEUE, "a1", "r1: no read", "open")


def test_only_who_bills_runs_it_and_there_must_be_such_a_cycle() -> None:
    world = city()
    no = BeginRun(run="r2", cycle=21, cycles=20, until="2026-04-01", due="2026-04-21", city="x", clauses={})
    assert world.refused(no) == "no_cycle"
    assert world.refused(AdvanceRun(run="r2")) == "unknown_billing_run"
    world.do(BEGUN)
    nothing = RunBill(run="r1", shares=(Share("a1", lines(world, 0)),), decision=KEPT)
    assert world.refused(nothing) == "too_few_lines"
