"""Cases 92, 94, 95, 96 of the controls."""

from __future__ import annotations

import msgspec
import pytest

from stormops.accounts.commands_deposit import PayDeposit, RequireDeposit
from stormops.accounts.commands_party import UpdateContact
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.commands_request import (
    ApproveRequest,
    AttachEvidence,
    DraftRequest,
    IssueRefund,
    JudgeRequest,
    PostRequest,
    ReverseRequest,
    SubmitRequest,
    TurnOverRefund,
    proposal_of,
)
from stormops.accounts.proposals import Adjustment, Part, Proposal
from stormops.accounts.proposals_refund import CreditRefund, DepositRefund
from stormops.accounts.records_money import Receivable, RefundCase, Request
from stormops.accounts.records_work import Evidence
from tests.accounts.test_commands_cash import till
from tests.accounts.test_commands_service import bill
from tests.accounts.world import HASH, PROOF, World, city


def drafted(world: World, proposal: Proposal, maker: str = "ann") -> str:
    return world.do(DraftRequest(proposal=proposal, decision=PROOF, reason="as asked"), maker)["request"]  # type: ignore[arg-type]


def submitted(world: World, proposal: Proposal) -> str:
    request = drafted(world, proposal)
    world.do(AttachEvidence(request=request, hashes=(HASH,)))
    world.do(SubmitRequest(request=request))
    return request


def through(world: World, proposal: Proposal) -> str:
    """A request made by ann, approved by as many as it takes, and posted by pam."""
    request = submitted(world, proposal)
    for checker in ("bob", "cid"):
        if world.get(Request, request).state != "approved":
            world.do(ApproveRequest(request=request), checker)
    world.do(PostRequest(request=request), "pam")
    return request


def leak(world: World, cents: int, account: str = "a1") -> Adjustment:
    bill(world, account, cents)
    receivable = [each for each in world.books.where(Receivable, account=account) if each.owed == cents][-1]
    return Adjustment(account=account, type="leak", parts=(Part(receivable.id, cents),))


def state(world: World, request: str) -> str:
    return world.get(Request, request).state


def test_94_nothing_leaves_its_draft_without_evidence() -> None:
    world = city()
    request = drafted(world, leak(world, 5_000))
    assert world.refused(SubmitRequest(request=request)) == "no_evidence"
    assert world.refused(AttachEvidence(request=request, hashes=())) == "no_evidence"
    world.do(AttachEvidence(request=request, hashes=(HASH,)))
    assert world.get(Evidence, HASH).about == request
    world.do(SubmitRequest(request=request))


def test_nothing_is_proposed_without_a_decision_that_can_be_computed_again() -> None:
    world = city()
    for decision in ({}, {"policy": "x"}, {"formula": "y"}, {"policy": "", "formula": "y"}):
        command = DraftRequest(proposal=leak(world, 5_000), decision=decision, reason="r")
        assert world.refused(command) == "no_decision"


def test_92_who_made_it_does_not_approve_it_and_nobody_twice() -> None:
    world = city()
    request = submitted(world, leak(world, 50_000))
    assert world.refused(ApproveRequest(request=request), "ann") == "maker_is_checker"
    world.do(ApproveRequest(request=request), "bob")
    assert state(world, request) == "part_approved"
    assert world.refused(PostRequest(request=request), "pam") == "illegal_step"
    assert world.refused(ApproveRequest(request=request), "bob") == "approved_already"
    world.do(ApproveRequest(request=request), "cid")
    world.do(PostRequest(request=request), "pam")
    assert world.last.approvals == ("bob", "cid")
    assert world.last.policy == "example city 3"
    assert world.sums() == {"4010": 50_000, "1100": -50_000}
    assert world.refused(PostRequest(request=request), "pam") == "illegal_step"


def test_a_small_amount_needs_nobody_else_and_one_above_all_tiers_cannot_be() -> None:
    world = city()
    small = submitted(world, leak(world, 2_500))
    assert state(world, small) == "approved"
    undo = JudgeRequest(request=small, step="undo_approval", reason="the wrong meter")
    assert world.refused(undo, "bob") == "not_maker"
    world.do(undo)
    assert world.refused(ApproveRequest(request=small), "bob") == "nobody_needed"
    world.do(JudgeRequest(request=small, step="send_back", reason="the wrong meter"))
    world.do(JudgeRequest(request=small, step="withdraw", reason="the wrong meter"))
    request = drafted(world, leak(world, 100_000_001))
    world.do(AttachEvidence(request=request, hashes=(HASH,)))
    assert world.refused(SubmitRequest(request=request)) == "over_all_tiers"


def test_approval_is_within_the_checkers_own_limit() -> None:
    world = city()
    request = submitted(world, leak(world, 5_000))
    world.limit = 4_999
    assert world.refused(ApproveRequest(request=request), "bob") == "over_limit"


def test_approval_is_by_the_next_role_that_is_needed() -> None:
    world = city()
    request = submitted(world, leak(world, 50_000))
    assert world.get(Request, request).roles == ("lead", "chief")
    world.without = {"bob": {"lead"}, "dan": {"lead", "chief"}}
    assert world.refused(ApproveRequest(request=request), "bob") == "no_permission"
    assert world.refused(JudgeRequest(request=request, step="decline", reason="r"), "dan") == "no_permission"
    world.do(ApproveRequest(request=request), "cid")
    world.do(ApproveRequest(request=request), "bob")
    assert [approval.role for approval in world.get(Request, request).approvals] == ["lead", "chief"]


def test_what_is_split_to_stay_small_is_approved_as_the_whole() -> None:
    world = city()
    assert state(world, submitted(world, leak(world, 2_000))) == "approved"
    assert state(world, submitted(world, leak(world, 501))) == "submitted"
    assert state(world, submitted(world, leak(world, 2_000, "b1"))) == "approved"
    world.later(30)
    assert state(world, submitted(world, leak(world, 2_000))) == "approved"


def test_own_accounts_are_nobodys_work() -> None:
    world = city()
    proposal = leak(world, 5_000, "s1")
    assert world.refused(DraftRequest(proposal=proposal, decision=PROOF, reason="r"), "sam") == "own_account"
    request = submitted(world, proposal)
    for command in (ApproveRequest(request=request), PostRequest(request=request)):
        assert world.refused(command, "sam") == "own_account"


def test_only_the_maker_attaches_submits_and_withdraws() -> None:
    world = city()
    request = drafted(world, leak(world, 5_000))
    assert world.refused(AttachEvidence(request=request, hashes=(HASH,)), "bob") == "not_maker"
    world.do(AttachEvidence(request=request, hashes=(HASH,)))
    assert world.refused(SubmitRequest(request=request), "bob") == "not_maker"
    assert world.refused(JudgeRequest(request=request, step="withdraw", reason="r"), "bob") == "not_maker"
    world.do(JudgeRequest(request=request, step="withdraw", reason="r"))


def test_sent_back_undone_declined() -> None:
    world = city()
    request = submitted(world, leak(world, 5_000))
    assert world.refused(JudgeRequest(request=request, step="send_back", reason=" "), "bob") == "no_reason"
    world.do(JudgeRequest(request=request, step="send_back", reason="which meter?"), "bob")
    assert world.refused(SubmitRequest(request=request)) == "illegal_step"
    world.do(AttachEvidence(request=request, hashes=("b" * 64,)))
    world.do(SubmitRequest(request=request))
    world.do(ApproveRequest(request=request), "bob")
    world.do(JudgeRequest(request=request, step="undo_approval", reason="wrong tier"), "bob")
    assert world.get(Request, request).approvals == ()
    world.do(JudgeRequest(request=request, step="decline", reason="no leak"), "bob")
    assert "send_back: which meter?" in world.get(Request, request).reason
    assert world.refused(JudgeRequest(request=request, step="post", reason="r"), "bob") == "illegal_step"


def test_what_was_paid_meanwhile_is_not_waived_as_approved() -> None:
    world = city()
    request = submitted(world, leak(world, 5_000))
    world.do(ApproveRequest(request=request), "bob")
    world.do(TakePayment(account="a1", number="n1", cents=4_000, tender="bank"))
    assert world.refused(PostRequest(request=request), "pam") == "overdrawn"


def test_a_posted_adjustment_is_undone_by_its_mirror_once() -> None:
    world = city()
    request = through(world, leak(world, 5_000))
    assert world.refused(ReverseRequest(request=request, reason="r"), "ann") == "maker_is_checker"
    world.do(ReverseRequest(request=request, reason="wrong account"), "rex")
    assert world.sums() == {"4010": -5_000, "1100": 5_000}
    assert world.last.reverses == world.get(Request, request).journal
    assert world.refused(ReverseRequest(request=request, reason="again"), "rex") == "final_state"


def test_a_proposal_is_read_back_from_its_request() -> None:
    world = city()
    proposal = leak(world, 5_000)
    request = world.get(Request, drafted(world, proposal))
    assert proposal_of(request) == proposal
    with pytest.raises(msgspec.ValidationError):
        proposal_of(msgspec.structs.replace(request, proposal={"kind": "gift"}))


# --- refunds ---------------------------------------------------------------------------------------------


def refund(world: World, cents: int = 3_000, tender: str = "bank") -> str:
    drawer = till(world) if tender in {"cash", "cheque"} else None
    world.do(TakePayment(account="a1", number="n1", cents=cents, tender=tender, drawer=drawer))
    world.later(20)
    through(world, CreditRefund(account="a1", amount=cents))
    return world.books.where(RefundCase)[-1].id


def test_a_refund_is_paid_by_another_than_its_maker_and_once() -> None:
    world = city()
    case = refund(world)
    assert world.sums() == {"2150": 3_000, "2160": -3_000}
    issue = IssueRefund(refund=case, method="bank", reference="ach-1")
    assert world.refused(issue, "ann") == "maker_is_checker"
    assert world.refused(issue, "pam") == "poster_pays"
    assert world.refused(IssueRefund(refund=case, method="gold", reference="x"), "tim") == "unknown_method"
    world.level("refund_issue", "suspend")
    assert world.refused(issue, "tim") == "suspended"
    world.level("refund_issue", "full")
    world.do(issue, "tim")
    assert world.sums() == {"2160": 3_000, "1010": -3_000}
    assert world.refused(issue, "tim") == "final_state"
    assert world.refused(TurnOverRefund(refund=case, decision=PROOF), "pam") == "final_state"


def in_hardship(world: World, cents: int) -> str:
    world.do(TakePayment(account="a1", number="n1", cents=cents, tender="bank"))
    world.later(20)
    return submitted(world, CreditRefund(account="a1", amount=cents, hardship="the roof is gone"))


@pytest.mark.parametrize(
    ("cents", "roles"), [(2_000, ("supervisor",) * 2), (3_000, ("lead",) * 2), (30_000, ("lead", "chief"))]
)
def test_hardship_needs_two_people_whatever_the_amount(cents: int, roles: tuple[str, str]) -> None:
    world = city()
    request = in_hardship(world, cents)
    assert world.get(Request, request).roles == roles
    world.do(ApproveRequest(request=request), "bob")
    assert world.refused(PostRequest(request=request), "pam") == "illegal_step"
    assert world.refused(ApproveRequest(request=request), "bob") == "approved_already"
    world.do(ApproveRequest(request=request), "cid")
    assert state(world, request) == "approved"


def test_only_what_was_approved_for_hardship_is_paid_in_a_storm_and_only_where_the_city_allows_it() -> None:
    world = city()
    request = in_hardship(world, 3_000)
    for checker in ("bob", "cid"):
        world.do(ApproveRequest(request=request), checker)
    world.do(PostRequest(request=request), "pam")
    case = world.books.where(RefundCase)[-1]
    assert (case.hardship, case.posted_by) == ("the roof is gone", "pam")
    issue = IssueRefund(refund=case.id, method="bank", reference="ach-1")
    world.level("refund_issue", "suspend")
    allowed = world.now.limits
    world.set(limits=msgspec.structs.replace(allowed, hardship_in_storm=False))
    assert world.refused(issue, "tim") == "suspended"
    world.set(limits=allowed)
    assert world.refused(issue, "pam") == "poster_pays"
    world.do(issue, "tim")


def test_a_refund_that_nobody_takes_is_turned_over() -> None:
    world = city()
    case = refund(world)
    assert world.refused(TurnOverRefund(refund=case, decision={}), "pam") == "no_decision"
    world.do(TurnOverRefund(refund=case, decision=PROOF), "pam")
    assert world.sums() == {"2160": 3_000, "2170": -3_000}


def test_no_refund_to_an_address_that_is_too_new() -> None:
    world = city()
    case = refund(world)
    world.do(UpdateContact(account="a1", kind="mailing", value="9 Far St"))
    issue = IssueRefund(refund=case, method="cheque", reference="1")
    world.later(9)
    assert world.refused(issue, "tim") == "new_payee"
    world.later(1)
    world.do(issue, "tim")


def test_96_no_refund_while_the_last_cheque_may_be_returned() -> None:
    world = city()
    world.do(TakePayment(account="a1", number="n1", cents=3_000, tender="cheque", drawer=till(world)))
    request = submitted(world, CreditRefund(account="a1", amount=3_000))
    world.do(ApproveRequest(request=request), "bob")
    world.later(9)
    assert world.refused(PostRequest(request=request), "pam") == "uncleared"
    world.later(1)
    world.do(PostRequest(request=request), "pam")


def test_95_what_a_card_paid_goes_back_to_the_card_unless_it_is_closed() -> None:
    world = city()
    deposit = world.do(RequireDeposit(account="a1", fund="electric", cents=5_000, decision=PROOF))["deposit"]
    world.do(PayDeposit(number="p1", deposit=deposit, cents=5_000, tender="card"))
    world.later(20)
    through(world, DepositRefund(account="a1", deposit=deposit))
    case = world.books.where(RefundCase)[0].id
    assert world.refused(IssueRefund(refund=case, method="cheque", reference="1"), "tim") == "not_the_card"
    proof = IssueRefund(refund=case, method="cheque", reference="1", card_closed=HASH)
    world.do(proof, "tim")
