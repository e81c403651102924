from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stormops.accounts.commands_deposit import FurnishDeposit, StepDeposit
from stormops.accounts.commands_guaranty import FurnishGuaranty, ReleaseGuaranty
from stormops.accounts.commands_letter import IssueLetter, VoidLetter
from stormops.accounts.commands_request import DraftRequest, ReverseRequest
from stormops.accounts.commands_service import StepService, StopService
from stormops.accounts.proposals import Part, Transfer
from stormops.accounts.records_money import Deposit, Receivable
from stormops.accounts.records_place import Account, PartyRole, ServiceAgreement
from tests.accounts.test_commands_deposit import require
from tests.accounts.test_commands_request import through
from tests.accounts.test_commands_service import bill, start
from tests.accounts.world import HASH, PROOF, World, city, premise


def waiting() -> tuple[World, dict[str, str], str]:
    """Ada's service that waits for a deposit of $100; where it is."""
    world = city()
    at = premise(world)
    return world, world.do(start(at, deposit_cents=10_000)), at


def by(deposit: str, at: str, guarantor: str = "b1", **fields: Any) -> FurnishGuaranty:
    return FurnishGuaranty(
        **{"deposit": deposit, "guarantor": guarantor, "premise": at, "document": HASH, "decision": PROOF, **fields}
    )


def roles(world: World) -> list[tuple[str, bool]]:
    """Who guarantees for Ada's account, and whether still."""
    return [(each.party, each.until is None) for each in world.books.where(PartyRole, account="a1")]


def test_another_customer_stands_for_a_deposit_and_service_goes_on() -> None:
    world, made, at = waiting()
    world.do(by(made["deposit"], at))
    deposit = world.get(Deposit, made["deposit"])
    assert (deposit.state, deposit.guarantor, deposit.guaranty_premise) == ("instrument", "b1", at)
    assert (deposit.instrument, deposit.instrument_cents, deposit.guaranty) == ("guarantor", 10_000, PROOF)
    assert world.get(ServiceAgreement, made["service_agreement"]).state == "active"
    assert roles(world) == [("bo", True)]


def test_nobody_stands_for_themselves_from_a_stay_elsewhere_or_without_a_decision() -> None:
    world, made, at = waiting()
    deposit = made["deposit"]
    assert world.refused(by(deposit, at, guarantor="a2")) == "own_guarantor"
    assert world.refused(by(deposit, premise(world, "9 Oak St"))) == "not_served_there"
    assert world.refused(by(deposit, at, decision={})) == "no_decision"
    assert world.refused(by(deposit, at, guarantor="s1"), "sam") == "own_account"
    world.books.records["account", "b1"] = replace(world.get(Account, "b1"), stayed_by="case")
    assert world.refused(by(deposit, at)) == "stayed_guarantor"


def test_another_guarantor_takes_the_firsts_place() -> None:
    world, made, at = waiting()
    world.do(by(made["deposit"], at))
    world.do(by(made["deposit"], at, guarantor="s1"))
    assert sorted(roles(world)) == [("bo", False), ("sam", True)]


def test_a_guarantor_is_neither_furnished_as_paper_nor_freed_by_a_persons_eye() -> None:
    world, made, at = waiting()
    deposit = made["deposit"]
    paper = FurnishDeposit(deposit=deposit, instrument="guarantor", cents=10_000, document=HASH)
    assert world.refused(paper) == "by_record"
    assert world.refused(ReleaseGuaranty(deposit=deposit, decision=PROOF)) == "no_guaranty"
    world.do(by(deposit, at))
    for step in ("release", "expire"):
        assert world.refused(StepDeposit(deposit=deposit, step=step)) == "by_rule"
    assert world.refused(ReleaseGuaranty(deposit=deposit, decision={})) == "no_decision"
    world.do(ReleaseGuaranty(deposit=deposit, decision=PROOF))
    assert world.get(Deposit, deposit).state == "released"
    assert roles(world) == [("bo", False)]


def test_who_stands_for_two_deposits_stays_a_guarantor_until_both_are_free() -> None:
    world, made, at = waiting()
    second = require(world, 5_000)
    for deposit in (made["deposit"], second):
        world.do(by(deposit, at))
    world.do(ReleaseGuaranty(deposit=second, decision=PROOF))
    assert ("bo", True) in roles(world)
    world.do(ReleaseGuaranty(deposit=made["deposit"], decision=PROOF))
    assert all(not still for _, still in roles(world))


def test_a_guarantor_is_called_on_for_a_final_debt_up_to_what_they_stand_for() -> None:
    world, made, at = waiting()
    world.do(by(made["deposit"], at))
    bill(world, "a1", 12_000)
    owing = world.books.where(Receivable, account="a1")[0].id

    def call(cents: int) -> Transfer:
        return Transfer(account="a1", to="b1", parts=(Part(owing, cents),))

    def refused(cents: int) -> str:
        return world.refused(DraftRequest(proposal=call(cents), decision=PROOF, reason="r"))

    assert refused(4_000) == "in_service"
    world.do(StopService(agreement=made["service_agreement"], until="2026-03-15"))
    world.do(StepService(agreement=made["service_agreement"], step="finalise"))
    assert refused(4_000) == "not_noticed"  # the guarantor is written to first
    notice: dict[str, Any] = {"kind": "guaranty_call", "about": made["deposit"], "language": "en", "hash": HASH}
    issue = IssueLetter(account="b1", document={}, **notice)
    assert world.refused(replace(issue, account="a1")) == "other_account"
    letter = world.do(issue)["letter"]
    world.do(VoidLetter(letter=letter, reason="the wrong amount"))
    assert refused(4_000) == "not_noticed"
    world.do(issue)
    assert refused(10_001) == "over_guaranty"
    request = through(world, call(4_000))
    assert sum(each.owed for each in world.books.where(Receivable, account="b1")) == 4_000
    assert refused(6_001) == "over_guaranty"
    world.do(ReverseRequest(request=request, reason="paid meanwhile"), "rex")
    through(world, call(10_000))
