from __future__ import annotations

from datetime import date

from stormops.accounts.commands_collect import (
    AllowForBadDebt,
    ExtendDueDate,
    FileCertificate,
    OfferArrangement,
    ProposePlacement,
    RecordRecovery,
    StepArrangement,
    StepCertificate,
    StepPlacement,
)
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.commands_recall import RecallPlacement
from stormops.accounts.proposals_credit import WriteOff
from stormops.accounts.records_money import Arrangement, Instalment, Placement, Receivable
from stormops.accounts.records_place import MedicalCert
from tests.accounts.test_commands_request import through
from tests.accounts.test_commands_service import bill
from tests.accounts.world import HASH, PROOF, World, city


def placed(world: World) -> str:
    bill(world, "a1", 4_000)
    placement = world.do(ProposePlacement(account="a1", agency="acme", decision=PROOF))["placement"]
    assert world.refused(StepPlacement(placement=placement, step="place")) == "illegal_step"
    assert world.refused(StepPlacement(placement=placement, step="approve")) == "maker_is_checker"
    world.do(StepPlacement(placement=placement, step="approve"), "bob")
    world.do(StepPlacement(placement=placement, step="place"))
    return placement


def test_a_placement_needs_two_people_and_the_balance_at_the_agency_is_the_ledgers() -> None:
    world = city()
    placement = placed(world)
    assert world.sums() == {"1120": 4_000, "1100": -4_000}
    again = ProposePlacement(account="a1", agency="acme", decision=PROOF)
    assert world.refused(again) == "placed_already"
    world.do(RecordRecovery(placement=placement, cents=1_000, commission=250))
    assert world.sums() == {"1010": 750, "1120": -1_000, "5600": 250}
    assert world.refused(RecordRecovery(placement=placement, cents=3_001)) == "too_much"
    assert world.refused(RecordRecovery(placement=placement, cents=10, commission=11)) == "too_much"
    assert world.refused(StepPlacement(placement=placement, step="settle")) == "still_owed"
    assert str(world.get(Placement, placement).placed) == "2026-03-05"
    world.do(RecordRecovery(placement=placement, cents=1, commission=1))
    world.do(RecallPlacement(placement=placement, decision=PROOF))
    assert world.sums() == {"1120": -2_999, "1100": 2_999}


def test_a_mode_holds_placements_and_never_recalls() -> None:
    world = city()
    placement = placed(world)
    assert world.refused(StepPlacement(placement=placement, step="recall")) == "illegal_step"
    world.level("agency_placement", "hold")
    assert world.refused(ProposePlacement(account="b1", agency="acme", decision=PROOF)) == "on_hold"
    world.do(RecallPlacement(placement=placement, decision=PROOF))


def test_nobody_is_placed_while_payments_may_wait() -> None:
    world = city()
    bill(world, "a1", 4_000)
    placement = world.do(ProposePlacement(account="a1", agency="acme", decision=PROOF))["placement"]
    world.do(StepPlacement(placement=placement, step="approve"), "bob")
    world.set(settled=False)
    assert world.refused(StepPlacement(placement=placement, step="place")) == "not_settled"


def test_written_off_is_not_forgiven() -> None:
    world = city()
    placement = placed(world)
    world.do(StepPlacement(placement=placement, step="return"))
    through(world, WriteOff(placement=placement, resolution="2026-30"))
    assert world.sums() == {"1190": 4_000, "1120": -4_000}
    assert [each.written_off for each in world.books.where(Receivable)] == [4_000]
    assert world.refused(RecordRecovery(placement=placement, cents=4_001)) == "too_much"
    world.do(RecordRecovery(placement=placement, cents=900, commission=90))
    assert [entry.event for entry in world.books.journals.values()][-2:] == ["recovered_late", "commission_paid"]
    assert [each.written_off for each in world.books.where(Receivable)] == [3_100]
    assert world.get(Placement, placement).resolution == "2026-30"


def test_an_allowance_is_of_a_fund() -> None:
    world = city()
    world.do(AllowForBadDebt(fund="water", cents=500, decision=PROOF))
    assert world.sums() == {"5100": 500, "1190": -500}
    assert {line.fund for line in world.last.lines} == {"water"}


def test_an_arrangement_is_within_what_is_owed_and_kept_by_what_is_paid() -> None:
    world = city()
    bill(world, "a1", 4_000)
    halves = (Instalment(date(2026, 5, 1), 2_000), Instalment(date(2026, 4, 1), 2_000))
    more = OfferArrangement(account="a1", instalments=(Instalment(date(2026, 4, 1), 4_001),), decision=PROOF)
    assert world.refused(more) == "too_much"
    nothing = OfferArrangement(account="a1", instalments=(Instalment(date(2026, 4, 1), 0),), decision=PROOF)
    assert world.refused(nothing) == "no_amount"
    made = world.do(OfferArrangement(account="a1", instalments=halves, decision=PROOF))["arrangement"]
    offered = world.get(Arrangement, made)
    assert offered.instalments == halves[::-1]
    assert (offered.covers, offered.covered) == (tuple(each.id for each in world.books.where(Receivable)), 4_000)
    world.do(StepArrangement(arrangement=made, step="accept"))
    assert world.refused(StepArrangement(arrangement=made, step="break")) == "illegal_step"
    assert world.refused(StepArrangement(arrangement=made, step="fulfil")) == "not_kept"
    world.do(TakePayment(account="a1", number="r1", cents=4_000, tender="bank"))
    world.do(StepArrangement(arrangement=made, step="fulfil"))


def test_what_a_person_enters_as_paid_counts_too() -> None:
    world = city()
    bill(world, "a1", 4_000)
    whole = (Instalment(date(2026, 4, 1), 4_000),)
    made = world.do(OfferArrangement(account="a1", instalments=whole, decision=PROOF))["arrangement"]
    world.do(StepArrangement(arrangement=made, step="accept"))
    world.do(StepArrangement(arrangement=made, step="pay", paid=4_000))
    world.do(StepArrangement(arrangement=made, step="fulfil"))


def test_99_one_extension_an_account_and_storm() -> None:
    world = city()
    bill(world, "a1", 4_000)
    longer = ExtendDueDate(account="a1", until="2026-03-20", decision=PROOF, event="storm-9")
    assert world.refused(longer) == "over_stand_in"
    extension = ExtendDueDate(account="a1", until="2026-03-19", decision=PROOF, event="storm-9")
    made = world.do(extension)["arrangement"]
    assert world.get(Arrangement, made).stood_in
    assert world.refused(extension) == "extended_already"
    world.do(ExtendDueDate(account="a1", until="2026-03-19", decision=PROOF, event="storm-10"))
    assert world.refused(ExtendDueDate(account="b1", until="2026-03-19", decision=PROOF)) == "nothing_owed"
    assert world.refused(ExtendDueDate(account="a1", until="2026-03-05", decision=PROOF)) == "not_later"


def test_a_certificate_is_renewed_with_a_day() -> None:
    world = city()
    made = world.do(FileCertificate(account="a1", expires="2026-04-30", document=HASH, battery_hours=4))["medical_cert"]
    world.do(StepCertificate(certificate=made, step="certify"))
    assert world.refused(StepCertificate(certificate=made, step="renew")) == "no_expiry"
    world.do(StepCertificate(certificate=made, step="renew", expires="2027-04-30"))
    assert world.get(MedicalCert, made).expires == date(2027, 4, 30)
