"""Cases 92, 94, 97 of the controls, and what stands around them."""

from __future__ import annotations

from datetime import date

from stormops.accounts import controls
from stormops.accounts.controls import Grant, Grants, Tier
from stormops.accounts.refusal import Refusal

ANN = Grants("ann", (Grant("adjust", 5_000), Grant("note")), frozenset({"a7"}))
STORM_DESK = [Grant("outage_desk"), Grant("refund_issue", 1_000_000), Grant("adjust", 1_000_000)]


def code(refusal: object) -> str | None:
    assert refusal is None or isinstance(refusal, Refusal)
    return None if refusal is None else refusal.code


def test_92_who_made_it_does_not_check_it() -> None:
    assert code(controls.checker("ann", [], "ann")) == "maker_is_checker"
    assert code(controls.checker("ann", ["bob"], "bob")) == "approved_already"
    assert code(controls.checker("ann", ["bob"], "cid")) is None


def test_94_evidence_is_a_hash_and_there_is_some() -> None:
    assert code(controls.evidence([])) == "no_evidence"
    assert code(controls.evidence(["photo.jpg"])) == "no_hash"
    assert code(controls.evidence(["A" * 64])) == "no_hash"
    assert code(controls.evidence(["a" * 64, ""])) == "no_hash"
    assert code(controls.evidence(["a" * 64, "0" * 64])) is None


def test_97_a_storm_role_ends_with_the_mode() -> None:
    there = controls.rerole(ANN, STORM_DESK, "storm-9", until_ms=100)
    assert isinstance(there, Grants)
    assert code(controls.may(there, "outage_desk", "storm-9", 99)) is None
    assert code(controls.may(there, "outage_desk", "storm-9", 100)) == "grant_expired"
    assert code(controls.may(there, "outage_desk", "", 99)) == "grant_expired"
    assert code(controls.may(there, "outage_desk", "storm-10", 99)) == "grant_expired"
    assert code(controls.may(there, "note", "", 99)) is None
    assert code(controls.rerole(ANN, STORM_DESK, "")) == "no_episode"


def test_a_storm_role_never_widens_authority_over_money() -> None:
    there = controls.rerole(ANN, STORM_DESK, "storm-9")
    assert isinstance(there, Grants)
    assert code(controls.may(there, "refund_issue", "storm-9", 5, 1)) == "no_permission"
    assert code(controls.may(there, "adjust", "storm-9", 5, 5_000)) is None
    assert code(controls.may(there, "adjust", "storm-9", 5, 5_001)) == "over_limit"


def test_a_permission_without_a_limit_moves_no_money() -> None:
    assert code(controls.may(ANN, "note", "", 5)) is None
    assert code(controls.may(ANN, "note", "", 5, 0)) == "over_limit"
    assert code(controls.may(ANN, "refund_issue", "", 5)) == "no_permission"


def test_of_several_grants_the_widest_holds() -> None:
    both = Grants("bob", (Grant("approve", 100), Grant("approve", 900), Grant("approve", 300)))
    assert controls.held(both, "approve", "", 5) == Grant("approve", 900)


def test_nobody_works_on_their_own_or_a_relatives_account() -> None:
    assert code(controls.own(ANN, ["a1", "a7"])) == "own_account"
    assert code(controls.own(ANN, ["a1", "a2"])) is None


def test_tiers_say_who_must_approve() -> None:
    tiers = (Tier(2_500, ()), Tier(10_000, ("lead",)), Tier(500_000, ("lead", "chief")))
    needed = [controls.approvals_needed(tiers, cents) for cents in (2_500, 2_501, 10_000, 10_001)]
    assert needed == [(), ("lead",), ("lead",), ("lead", "chief")]
    assert code(controls.approvals_needed(tiers, 500_001)) == "over_all_tiers"
    assert code(controls.approvals_needed((), 1)) == "over_all_tiers"
    assert controls.approvals_needed((*tiers, Tier(None, ("council",))), 10**12) == ("council",)


def test_a_new_payee_waits() -> None:
    assert code(controls.settled(date(2026, 3, 1), date(2026, 3, 10), 10)) == "new_payee"
    assert code(controls.settled(date(2026, 3, 1), date(2026, 3, 11), 10)) is None
    assert code(controls.settled(None, date(2026, 3, 1), 10)) is None
