from __future__ import annotations

from typing import Any

import pytest

from stormops.accounts.commands_billing import BillUmbrella, ChargeFee, EstimateRead, PostBill, RecordRead, Share
from stormops.accounts.commands_place import SetUmbrella
from stormops.accounts.records_money import Bill, BillLine, Receivable
from stormops.accounts.records_place import Member, Read
from tests.accounts.world import HASH, PROOF, city, point, premise


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
    assert {(each.since, each.until) for each in world.books.where(Receivable, account="a1")} == {
        (world.day, world.day)
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


def test_a_buildings_bill_is_shared_to_the_cent_among_who_is_on_the_roster() -> None:
    world = city()
    members = (Member("a1", "1A", 1, world.day), Member("b1", "1B", 2, world.day))
    world.do(SetUmbrella(umbrella="u1", account="a2", rule="by area", members=members, document=HASH))

    def lines(water: int, fire: int = 0) -> tuple[BillLine, ...]:
        return (BillLine("water", water, world.day, world.day), BillLine("fire", fire, world.day, world.day))

    def bill(*shares: Share) -> BillUmbrella:
        return BillUmbrella(umbrella="u1", due="2026-04-01", lines=lines(1_000, 1), shares=shares, decision=PROOF)

    assert world.refused(bill(Share("a1", lines(333)), Share("b1", lines(666, 1)))) == "not_the_bill"
    assert world.refused(bill(Share("a1", lines(333)), Share("s1", lines(667, 1)))) == "not_on_roster"
    world.do(bill(Share("a1", lines(333)), Share("b1", lines(600, 1)), Share("a2", lines(67))))
    assert world.sums() == {"1100": 1_001, "4020": -1_000, "2300": -1}
    shared = {(each.account, each.charge): each.owed for each in world.books.where(Receivable) if each.owed}
    assert shared == {("a1", "water"): 333, ("b1", "water"): 600, ("b1", "fire"): 1, ("a2", "water"): 67}
    assert sorted(each.cents for each in world.books.where(Bill)) == [67, 333, 601]


def test_an_estimated_read_has_its_decision_and_hours_of_an_outage_their_proof() -> None:
    world = city()
    meter = point(world, premise(world))
    asked: dict[str, Any] = {"point": meter, "day": "2026-03-04", "register": 500, "kind": "storm", "decision": PROOF}
    assert world.refused(EstimateRead(**asked, hours_out=3)) == "no_evidence"
    assert world.refused(EstimateRead(**asked | {"decision": {}})) == "no_decision"
    assert world.refused(EstimateRead(**asked | {"kind": "actual"})) == "no_read"
    world.do(EstimateRead(**asked, hours_out=3, evidence=(HASH,)))
    assert [(each.register, each.kind) for each in world.books.where(Read, point=meter)] == [(500, "storm")]
