from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stormops.accounts.commands_billing import PostBill, RecordRead
from stormops.accounts.commands_deposit import PayDeposit
from stormops.accounts.commands_release import RecordException
from stormops.accounts.commands_service import Energise, StartService, StepService, StopService, TransferService
from stormops.accounts.records_money import BillLine, Deposit
from stormops.accounts.records_place import Read, ServiceAgreement
from tests.accounts.world import HASH, PROOF, World, city, point, premise


def start(at: str, account: str = "a1", **fields: Any) -> StartService:
    fields = {"deposit_cents": 0, **fields}
    return StartService(
        account=account,
        premise=at,
        service="electric",
        rate="R1",
        since="2026-03-05",
        occupancy=HASH,
        deposit_fund="electric",
        deposit_decision=PROOF,
        **fields,
    )


def bill(world: World, account: str, cents: int, charge: str = "energy") -> str:
    line = BillLine(charge, cents, world.day, world.day)
    return world.do(PostBill(account=account, due="2026-04-01", lines=(line,), decision=PROOF))["bill"]


def state(world: World, agreement: str) -> str:
    return world.get(ServiceAgreement, agreement).state


def test_service_waits_for_its_deposit_its_release_and_the_field() -> None:
    world = city()
    at = premise(world)
    meter = point(world, at, needs_release=True)
    made = world.do(start(at, point=meter, deposit_cents=14_500))
    assert state(world, made["service_agreement"]) == "pending_deposit"
    assert world.refused(Energise(agreement=made["service_agreement"], register=0)) == "no_release"
    world.do(PayDeposit(number="p1", deposit=made["deposit"], cents=10_000, tender="bank"))
    assert state(world, made["service_agreement"]) == "pending_deposit"
    assert world.refused(PayDeposit(number="p2", deposit=made["deposit"], cents=4_501, tender="bank")) == "too_much"
    world.do(PayDeposit(number="p3", deposit=made["deposit"], cents=4_500, tender="bank"))
    assert world.get(Deposit, made["deposit"]).held == 14_500
    assert state(world, made["service_agreement"]) == "pending_release"
    world.do(RecordException(point=meter, clearance="reconnect", inspector="ivy", evidence=(HASH,)))
    assert state(world, made["service_agreement"]) == "pending_field"
    world.later(31)
    assert world.refused(Energise(agreement=made["service_agreement"], register=0)) == "no_release"
    world.later(-1)
    world.do(Energise(agreement=made["service_agreement"], register=0))
    assert state(world, made["service_agreement"]) == "active"


def test_it_is_energised_on_the_day_it_was_and_not_on_the_day_it_is_entered() -> None:
    world = city()
    at = premise(world)
    meter = point(world, at)
    made = world.do(start(at, point=meter))["service_agreement"]
    entered, was = world.day, world.day - timedelta(days=6)
    assert world.refused(Energise(agreement=made, register=7, on=str(entered + timedelta(days=1)))) == "in_future"
    world.do(RecordRead(point=meter, day=str(entered - timedelta(days=1)), register=20, kind="actual"))
    assert world.refused(Energise(agreement=made, register=21, on=str(was))) == "read_falls"
    read = world.do(Energise(agreement=made, register=7, on=str(was)))["read"]
    assert world.get(ServiceAgreement, made).since == was
    assert (world.get(Read, read).day, world.get(Read, read).register) == (was, 7)


def test_no_service_is_energised_before_another_partys_ended() -> None:
    world = city()
    at = premise(world)
    meter = point(world, at)
    old = world.do(start(at, "b1", point=meter))["service_agreement"]
    world.do(Energise(agreement=old, register=5))
    world.do(StopService(agreement=old, until=str(world.day + timedelta(days=3))))
    new = world.do(start(at, "a1", point=meter))["service_agreement"]
    world.later(5)
    early = world.day - timedelta(days=3)
    assert world.refused(Energise(agreement=new, register=6, on=str(early))) == "other_party_active"
    world.do(Energise(agreement=new, register=6, on=str(early + timedelta(days=1))))
    assert world.get(ServiceAgreement, new).since == early + timedelta(days=1)


def test_service_without_a_meter_or_a_deposit_is_active_at_once() -> None:
    world = city()
    made = world.do(start(premise(world)))
    assert state(world, made["service_agreement"]) == "active"


def test_no_service_without_a_deposit_decision_or_an_official_address() -> None:
    world = city()
    at = premise(world)
    undecided = StartService(
        account="a1",
        premise=at,
        service="electric",
        rate="R1",
        since="2026-03-05",
        occupancy=HASH,
        deposit_cents=0,
        deposit_fund="electric",
        deposit_decision={},
    )
    assert world.refused(undecided) == "no_decision"
    assert world.refused(start("nowhere")) == "unknown_premise"


def test_50_a_former_occupants_debt_never_stands_in_the_way() -> None:
    world = city()
    at = premise(world)
    old = world.do(start(at, "b1"))["service_agreement"]
    bill(world, "b1", 41_200)
    world.do(StopService(agreement=old, until="2026-03-10"))
    world.do(start(at, "a1", demand_own_debt=True))


def test_51_ones_own_debt_elsewhere_may_be_demanded() -> None:
    world = city()
    at = premise(world)
    bill(world, "a2", 41_200)
    assert world.refused(start(at, "a1", demand_own_debt=True)) == "own_debt"
    world.do(start(at, "a1"))


def test_a_point_where_another_party_is_active_needs_a_person() -> None:
    world = city()
    at = premise(world)
    meter = point(world, at)
    first = world.do(start(at, "b1", point=meter))["service_agreement"]
    world.do(Energise(agreement=first, register=5))
    assert world.refused(start(at, "a1", point=meter)) == "other_party_active"
    world.do(StopService(agreement=first, until="2026-03-10"))
    world.do(start(at, "a1", point=meter))
    assert world.refused(start(premise(world, "2 Oak St"), "a2", point=meter)) == "other_premise"


def test_the_earliest_stop_counts_whenever_it_arrives() -> None:
    world = city()
    made = world.do(start(premise(world)))["service_agreement"]
    assert world.refused(StopService(agreement=made, until="2026-03-01")) == "before_start"
    assert world.refused(StopService(agreement=made, until="2026-02-31")) == "no_day"
    for day in ("2026-03-20", "2026-03-15", "2026-03-18"):
        world.do(StopService(agreement=made, until=day))
    assert str(world.get(ServiceAgreement, made).until) == "2026-03-15"
    world.do(StepService(agreement=made, step="withdraw_stop"))
    assert world.get(ServiceAgreement, made).until is None


@pytest.mark.parametrize("last", ["close", "reactivate"])
def test_a_final_agreement_is_closed_when_paid_or_reactivated(last: str) -> None:
    world = city()
    made = world.do(start(premise(world)))["service_agreement"]
    world.do(StopService(agreement=made, until="2026-03-15"))
    world.do(StepService(agreement=made, step="finalise"))
    bill(world, "a1", 4_363)
    assert world.refused(StepService(agreement=made, step="close")) == "still_owed"
    assert world.refused(StepService(agreement=made, step="energise")) == "illegal_step"
    if last == "reactivate":
        world.do(StepService(agreement=made, step=last))
        assert state(world, made) == "active"


def test_a_transfer_is_one_customers() -> None:
    world = city()
    old, new = premise(world), premise(world, "2 Oak St")
    made = world.do(start(old))["service_agreement"]
    assert world.refused(TransferService(agreement=made, until="2026-03-09", start=start(new, "b1"))) == "other_account"
    answer = world.do(TransferService(agreement=made, until="2026-03-09", start=start(new)))
    assert state(world, made) == "stop_requested"
    assert state(world, answer["service_agreement"]) == "active"
