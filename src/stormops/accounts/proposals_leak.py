"""The proposal of a leak's adjustment; what is taken back was computed by the rule (`asking.leaking`)."""

from __future__ import annotations

from stormops.accounts import owed, postings
from stormops.accounts.commands_billing import Lines
from stormops.accounts.draft import Draft
from stormops.accounts.ledger import POOL, Head
from stormops.accounts.postings import Against, Held, Piece
from stormops.accounts.proposals import Proposal, free_of_stay
from stormops.accounts.record import Id
from stormops.accounts.records_money import Bill, ChargeType, Request
from stormops.accounts.refusal import Refused


class LeakCredit(Proposal, frozen=True, kw_only=True, tag="leak"):
    """What a leak raised a bill by, taken back in part: against what is owed, the rest as the customer's credit."""

    asking = "adjustment"
    doing = "adjustment"
    making = "adjust"

    account: Id
    bill: Id
    lines: Lines
    """What is taken back, by charge."""

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        if draft.get(Bill, self.bill).account != self.account:
            raise Refused("other_account", "The bill is of another account.", "bill")
        return (free_of_stay(draft, self.account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        del draft
        return sum(line.cents for line in self.lines)

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        account = free_of_stay(draft, self.account)
        for other in draft.where(Request, account=account.id):
            mine = other.kind == request.kind and other.proposal["bill"] == self.bill
            if mine and other.state == "posted" and other.id != request.id:
                raise Refused("adjusted_before", "This bill has been adjusted for a leak.", "bill")
        contra = []
        for line in self.lines:
            kind = draft.get(ChargeType, line.charge)
            contra.append(Against(Piece("", account.id, kind.id, kind.fund, line.cents), kind.credits))
        pieces, rest = owed.allocated(draft, account.id, self.cents(draft))
        draft.post(postings.leak_adjusted(head, contra, pieces, Held(account.id, account.id, POOL, rest)))
