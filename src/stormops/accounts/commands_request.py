"""Commands of requests: what one person proposes, others approve, and only then is posted; and the refunds that follow.

Nothing leaves its draft without evidence and a decision that can be computed again; who made it never approves it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from stormops.accounts import controls, postings, proposals, proposals_credit, proposals_leak, proposals_refund
from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.postings import Held
from stormops.accounts.proposals import Proposal, free_of_stay
from stormops.accounts.proposals_refund import cleared
from stormops.accounts.record import Decision, Hash, Id, Text
from stormops.accounts.records_money import Approval, RefundCase, Request
from stormops.accounts.records_work import Evidence
from stormops.accounts.refusal import Refusal, Refused

AnyProposal = (
    proposals.Adjustment
    | proposals.BackBill
    | proposals.Overcharge
    | proposals_leak.LeakCredit
    | proposals.MassCredit
    | proposals.Transfer
    | proposals_refund.CreditRefund
    | proposals_refund.DepositRefund
    | proposals_credit.RebateGrant
    | proposals_credit.Disbursement
    | proposals_credit.LoanWriteOff
    | proposals_credit.WriteOff
)


AWAITED = frozenset({"submitted", "part_approved"})
"""States in which a request waits for somebody's yes."""
PAIR = 2
"""So many people approve a refund in hardship at least, whatever its amount."""


def proposal_of(request: Request) -> Proposal:
    """What the request proposes."""
    proposed: Proposal = msgspec.convert(request.proposal, AnyProposal)
    return proposed


def opened(draft: Draft, key: str) -> tuple[Request, Proposal]:
    """A request whose accounts are none of the actor's own. Raises Refused."""
    request = draft.get(Request, key)
    draft.must_not_be_own(request.accounts)
    return request, proposal_of(request)


class DraftRequest(Command, frozen=True, kw_only=True, tag="draft_request"):
    """A proposal with the rule's decision. It goes nowhere without its evidence."""

    permission = "request"
    function = "adjustment"

    proposal: AnyProposal
    decision: Decision
    reason: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        proposed: Proposal = self.proposal
        draft.allow(proposed.asking, proposed.making)
        accounts = proposed.about(draft)
        draft.must_not_be_own(accounts)
        cents = proposed.cents(draft)
        if cents <= 0:
            raise Refused("no_amount", "There is nothing to decide on.", "proposal")
        body: dict[str, Any] = msgspec.to_builtins(proposed)
        request = Request(
            id=draft.new_id(),
            kind=body["kind"],
            state="draft",
            maker=draft.envelope.actor,
            made=draft.envelope.day,
            accounts=accounts,
            account=accounts[0],
            cents=cents,
            proposal=body,
            decision=draft.by_policy(self.decision),
            reason=self.reason,
        )
        draft.add(request)


class AttachEvidence(Command, frozen=True, kw_only=True, tag="attach_evidence"):
    """Files by their SHA-256, attached to a request by its maker."""

    permission = "request"
    function = "adjustment"

    request: Id
    hashes: tuple[Hash, ...]
    kind: str = "document"

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        request, proposed = opened(draft, self.request)
        draft.allow(proposed.asking, proposed.making)
        must_be_maker(draft, request)
        for each in draft.attach(self.hashes):
            if draft.find(Evidence, each) is None:
                made = Evidence(
                    id=each, kind=self.kind, by=draft.envelope.actor, at_ms=draft.envelope.at_ms, about=request.id
                )
                draft.add(made)
        draft.step(request, "attach", evidence=tuple(dict.fromkeys((*request.evidence, *self.hashes))))


def must_be_maker(draft: Draft, request: Request) -> None:
    """Raise Refused when the actor did not make the request."""
    if request.maker != draft.envelope.actor:
        raise Refused("not_maker", "Only who made it does this.", "actor")


class SubmitRequest(Command, frozen=True, kw_only=True, tag="submit_request"):
    """Given to others' approval; a small amount may need none."""

    permission = "request"
    function = "adjustment"

    request: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        request, proposed = opened(draft, self.request)
        draft.allow(proposed.asking, proposed.making)
        must_be_maker(draft, request)
        draft.must(controls.evidence(request.evidence))
        cents = proposed.cents(draft)
        roles = needed(draft, request, cents)
        submitted = draft.step(request, "submit", cents=cents, roles=roles)
        if not roles:
            draft.step(submitted, "approve")


def needed(draft: Draft, request: Request, cents: int) -> tuple[str, ...]:
    """The roles that must approve; what one maker asked for an account lately counts together. Raises Refused."""
    since = draft.envelope.day - timedelta(days=draft.limits.split_days.get(request.kind, 0))
    lately = [
        each
        for each in draft.where(Request, account=request.accounts[0])
        if (each.kind, each.maker) == (request.kind, request.maker) and each.made > since and each.id != request.id
    ]
    counted = cents + sum(each.cents for each in lately if each.state in {*AWAITED, "approved", "posted"})
    roles = controls.approvals_needed(draft.limits.tiers.get(request.kind, ()), counted)
    if isinstance(roles, Refusal):
        raise Refused(roles.code, roles.sentence, roles.field)
    if getattr(proposal_of(request), "hardship", "") and len(roles) < PAIR:
        return (roles or ("supervisor",)) * PAIR
    return roles


class ApproveRequest(Command, frozen=True, kw_only=True, tag="approve_request"):
    """One yes, by the next role that is needed, of somebody else than the maker and within their own limit."""

    permission = "request"
    function = "adjustment"

    request: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        request, proposed = opened(draft, self.request)
        approved = [approval.by for approval in request.approvals]
        if request.state not in AWAITED:
            draft.step(request, "approve")
        if not request.roles:
            raise Refused("nobody_needed", "It needs nobody's approval: its maker submits it again.", "request")
        role = request.roles[len(approved)]
        draft.allow(proposed.asking, role, request.cents)
        draft.must(controls.checker(request.maker, approved, draft.envelope.actor))
        mine = Approval(draft.envelope.actor, draft.envelope.at_ms, draft.envelope.desk, role)
        enough = len(approved) + 1 == len(request.roles)
        draft.step(request, "approve" if enough else "endorse", approvals=(*request.approvals, mine))


class JudgeRequest(Command, frozen=True, kw_only=True, tag="judge_request"):
    """A request sent back, declined or its approvals undone before it is posted; or withdrawn by its maker.

    What needed nobody's approval is its maker's to take back.
    """

    permission = "request"
    function = "adjustment"

    request: Id
    step: str
    reason: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        request, proposed = opened(draft, self.request)
        if self.step not in {"send_back", "decline", "undo_approval", "withdraw"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        if not self.reason.strip():
            raise Refused("no_reason", "Say why.", "reason")
        if self.step == "withdraw" or not request.roles:
            draft.allow(proposed.asking, proposed.making)
            must_be_maker(draft, request)
        else:
            draft.allow_one(proposed.asking, request.roles)
        draft.step(request, self.step, reason=f"{request.reason}\n{self.step}: {self.reason}", approvals=())


class PostRequest(Command, frozen=True, kw_only=True, tag="post_request"):
    """An approved request posted, if it is still of the amount that was approved."""

    permission = "post"
    function = "adjustment"

    request: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        request, proposed = opened(draft, self.request)
        draft.allow(proposed.doing, self.permission)
        proposed.about(draft)
        if proposed.cents(draft) != request.cents:
            raise Refused("amount_changed", "The amount is no longer the one that was approved.", "request")
        draft.by_policy(request.decision)
        head = draft.head(approval.by for approval in request.approvals)
        posted = draft.step(request, "post", journal=head.id)
        draft.evidence += posted.evidence
        proposed.post(draft, head, posted)


class ReverseRequest(Command, frozen=True, kw_only=True, tag="reverse_request"):
    """A posted request that moved balances only, undone by its mirror, by somebody with that authority."""

    permission = "reverse"
    function = "adjustment"

    request: Id
    reason: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        request, proposed = opened(draft, self.request)
        draft.allow(proposed.asking, self.permission, request.cents)
        draft.must(controls.checker(request.maker, [], draft.envelope.actor))
        if request.kind not in {"adjustment", "back_bill", "leak", "mass_credit", "transfer"}:
            raise Refused("not_reversible", "What followed from it is answered by a request of its own.", "request")
        draft.step(request, "reverse", reason=f"{request.reason}\nreverse: {self.reason}")
        draft.reverse(request.journal)


# --- refunds ---------------------------------------------------------------------------------------------


class IssueRefund(Command, frozen=True, kw_only=True, tag="issue_refund"):
    """A payable refund paid: to the liable party, to the card that had paid, and not to an address that is too new.

    By another than who asked for it and than who posted it; in a storm only what was approved for hardship.
    """

    permission = "refund_issue"
    function = "refund_issue"

    refund: Id
    method: str
    """card, cheque, bank."""
    reference: Id
    card_closed: Hash | None = None
    """Proof that the card that had paid is closed."""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        case = draft.get(RefundCase, self.refund)
        in_hardship = case.hardship and draft.limits.hardship_in_storm
        draft.allow("refund_hardship" if in_hardship else self.function, self.permission, case.payable)
        draft.account(case.account)
        account = free_of_stay(draft, case.account)
        draft.must(controls.checker(case.maker, [], draft.envelope.actor))
        if case.posted_by == draft.envelope.actor:
            raise Refused("poster_pays", "Who posted a refund does not pay it: somebody else does.", "actor")
        if self.method not in {"card", "cheque", "bank"}:
            raise Refused("unknown_method", "A refund is paid by card, cheque or bank.", "method")
        if case.to_card and self.method != "card":
            if self.card_closed is None:
                raise Refused("not_the_card", "What a card paid goes back to the card, unless it is closed.", "method")
            draft.attach([self.card_closed])
        if self.method != "card":
            draft.must(controls.settled(account.mailing_changed, draft.envelope.day, draft.limits.payee_days))
        cleared(draft, account)
        cleared(draft, account, case.source)
        draft.step(case, "pay", method=self.method, reference=self.reference, paid_by=draft.envelope.actor)
        draft.post(postings.refund_paid(draft.head(), _payable(case)))


class TurnOverRefund(Command, frozen=True, kw_only=True, tag="turn_over_refund"):
    """A refund that nobody took becomes unclaimed property, when the rule's time is over and its letter was sent."""

    permission = "refund_issue"
    function = "refund_issue"

    refund: Id
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        case = draft.get(RefundCase, self.refund)
        draft.allow(self.function, self.permission, case.payable)
        draft.account(case.account)
        draft.by_policy(self.decision)
        draft.step(case, "turn_over")
        draft.post(postings.refund_unclaimed(draft.head(), _payable(case)))


def _payable(case: RefundCase) -> Held:
    return Held(case.id, case.account, case.fund, case.payable)
