from __future__ import annotations

import pytest

from stormops.accounts.commands_billing import ChargeFee, PostBill, RecordRead
from stormops.accounts.records_money import Bill, BillLine, Receivable
from stormops.accounts.records_place import Read
from tests.accounts.world import PROOF, city, point, premise


def test_a_bill_is_receivable_by_charge_and_fund() -> None:
    world = city()
    lines = tuple(
        BillLine(charge, cents, world.day, world.day)
        for charge, cents in (("energy", 9_000), ("tax", 610), ("fire", 1_675), ("sewer", 0))
    )
    answer = world.do(PostBill(account="a1", due="2026-04-01", lines=lines, decision=PROOF))
    assert world.sums() == {"1100": 11_285, "4010": -9_000, "2200": -610, "2300": -1_675}
    assert world.get(Bill, answer["bill"]).cents == 11_285
    owed = {each.charge: (each.owed, each.fund) for each in world.books.where(Receivable, account="a1")}
    assert owed == {
        "energy": (9_000, "electric"),
        "tax": (610, "electric"),
        "fire": (1_675, "fire"),
        "sewer": (0, "sewer"),
    }
    assert world.last.policy == "example city 3"
    assert world.last.id == answer["key"]


def test_a_bill_has_lines_that_charge() -> None:
    world = city()
    line = BillLine("nothing", 5, world.day, world.day)
    assert world.refused(PostBill(account="a1", due="2026-04-01", lines=(line,), decision=PROOF)) == (
        "unknown_charge_type"
    )
    zero = BillLine("energy", 0, world.day, world.day)
    assert world.refused(PostBill(account="a1", due="2026-04-01", lines=(zero,), decision=PROOF)) == "too_few_lines"


def test_a_late_fee_waits_until_all_is_posted_and_every_mode_is_over() -> None:
    world = city()
    fee = ChargeFee(account="a1", charge="late", cents=400, due="2026-04-01", decision=PROOF)
    world.level("late_fee", "hold")
    assert world.refused(fee) == "on_hold"
    world.level("late_fee", "full")
    world.set(settled=False)
    assert world.refused(fee) == "not_settled"
    world.set(settled=True)
    world.do(fee)
    assert world.sums() == {"1100": 400, "4500": -400}


@pytest.mark.parametrize("kind", ["actual", "estimated", "storm"])
def test_a_read_says_how_it_was_come_by(kind: str) -> None:
    world = city()
    meter = point(world, premise(world))
    made = world.do(RecordRead(point=meter, day="2026-03-05", register=1_160, kind=kind))
    assert world.get(Read, made["read"]).kind == kind
    assert world.refused(RecordRead(point=meter, day="2026-03-05", register=1, kind="guess")) == "no_read"
