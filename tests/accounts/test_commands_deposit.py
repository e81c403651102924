from __future__ import annotations

from stormops.accounts.commands_deposit import (
    AccrueDepositInterest,
    ApplyDeposit,
    BillDeposit,
    CreditDepositInterest,
    FurnishDeposit,
    MoveDeposit,
    PayDeposit,
    RequireDeposit,
    StepDeposit,
)
from stormops.accounts.commands_service import StepService, StopService
from stormops.accounts.records_money import Deposit, Receivable, RefundCase
from stormops.accounts.records_place import ServiceAgreement
from tests.accounts.test_commands_service import bill, start
from tests.accounts.world import HASH, PROOF, World, city, premise


def require(world: World, cents: int = 14_500, account: str = "a1") -> str:
    return world.do(RequireDeposit(account=account, fund="electric", cents=cents, decision=PROOF))["deposit"]


def paid(world: World, cents: int = 14_500, tender: str = "bank") -> str:
    deposit = require(world, cents)
    world.do(PayDeposit(deposit=deposit, number=f"d-{deposit}", cents=cents, tender=tender))
    return deposit


def test_the_worked_example_final_bill_deposit_interest_refund() -> None:
    world = city()
    deposit = paid(world)
    world.do(AccrueDepositInterest(deposit=deposit, cents=290, decision=PROOF))
    bill(world, "a1", 4_363)
    answer = world.do(ApplyDeposit(deposit=deposit))
    assert [(line.account, line.side.value, line.cents) for line in world.last.lines] == [
        ("2100", "Dr", 14_500),
        ("2110", "Dr", 290),
        ("1100", "Cr", 4_363),
        ("2160", "Cr", 10_427),
    ]
    refund = world.get(RefundCase, answer["refund_case"])
    assert (refund.payable, refund.payee, refund.source) == (10_427, "ada", f"deposit:{deposit}")
    assert world.get(Deposit, deposit).state == "applied"
    assert not any(each.owed for each in world.books.where(Receivable))


def test_a_deposit_is_applied_when_all_service_is_final() -> None:
    world = city()
    deposit = paid(world)
    agreement = world.do(start(premise(world)))["service_agreement"]
    assert world.refused(ApplyDeposit(deposit=deposit)) == "in_service"
    world.do(StopService(agreement=agreement, until="2026-03-15"))
    world.do(StepService(agreement=agreement, step="finalise"))
    world.do(ApplyDeposit(deposit=deposit))


def test_interest_goes_to_the_bill_and_what_is_above_to_credit() -> None:
    world = city()
    deposit = paid(world)
    assert world.refused(CreditDepositInterest(deposit=deposit)) == "no_interest"
    world.do(AccrueDepositInterest(deposit=deposit, cents=290, decision=PROOF))
    assert world.refused(AccrueDepositInterest(deposit=deposit, cents=290, decision={})) == "no_decision"
    bill(world, "a1", 200)
    world.do(CreditDepositInterest(deposit=deposit))
    assert world.sums() == {"2110": 290, "1100": -200, "2150": -90}


def test_who_feeds_the_recovery_has_service_before_the_deposit_up_to_a_cap() -> None:
    world = city()
    at = premise(world)
    made = world.do(start(at, deposit_cents=100_000))
    world.level("deposit_new", "suspend")
    assert world.refused(BillDeposit(deposit=made["deposit"], due="2026-04-01")) == "suspended"
    world.do(BillDeposit(deposit=made["deposit"], due="2026-04-01", energise_now=True))
    assert world.get(ServiceAgreement, made["service_agreement"]).state == "active"
    more = require(world, 100_001)
    assert world.refused(BillDeposit(deposit=more, due="2026-04-01", energise_now=True)) == "over_stand_in"


def test_an_instrument_covers_what_is_required_and_has_an_end() -> None:
    world = city()
    deposit = require(world)
    bond = {"instrument": "bond", "document": HASH}
    assert world.refused(FurnishDeposit(deposit=deposit, cents=100, expires="2026-09-01", **bond)) == "too_little"
    assert world.refused(FurnishDeposit(deposit=deposit, cents=14_500, **bond)) == "no_expiry"
    world.do(FurnishDeposit(deposit=deposit, cents=14_500, expires="2026-03-06", **bond))
    world.do(FurnishDeposit(deposit=deposit, cents=14_500, expires="2026-03-08", **bond))
    assert world.refused(StepDeposit(deposit=deposit, step="expire")) == "not_expired"
    world.later(4)
    world.do(StepDeposit(deposit=deposit, step="expire"))
    assert world.get(Deposit, deposit).state == "required"


def test_a_waiver_needs_evidence_and_lets_service_go_on() -> None:
    world = city()
    made = world.do(start(premise(world), deposit_cents=100))
    assert world.refused(StepDeposit(deposit=made["deposit"], step="waive")) == "no_evidence"
    assert world.refused(StepDeposit(deposit=made["deposit"], step="pay")) == "illegal_step"
    world.do(StepDeposit(deposit=made["deposit"], step="waive", evidence=(HASH,)))
    assert world.get(ServiceAgreement, made["service_agreement"]).state == "active"


def test_a_deposit_moves_between_accounts_of_one_customer() -> None:
    world = city()
    deposit = paid(world)
    world.do(AccrueDepositInterest(deposit=deposit, cents=290, decision=PROOF))
    assert world.refused(MoveDeposit(deposit=deposit, account="b1", evidence=(HASH,))) == "other_party"
    answer = world.do(MoveDeposit(deposit=deposit, account="a2", evidence=(HASH,)))
    moved = world.get(Deposit, answer["deposit"])
    assert (moved.account, moved.held, moved.interest, moved.state) == ("a2", 14_500, 290, "held")
    old = world.get(Deposit, deposit)
    assert (old.held, old.interest, old.state) == (0, 0, "transferred")


def test_a_deposit_paid_by_card_is_remembered() -> None:
    world = city()
    assert world.get(Deposit, paid(world, tender="card")).by_card
