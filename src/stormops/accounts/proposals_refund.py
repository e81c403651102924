"""Proposals of refunds: a credit balance, a deposit; paid later by somebody else (`commands_request.IssueRefund`)."""

from __future__ import annotations

from stormops.accounts import postings
from stormops.accounts.commands_deposit import held, refund_to
from stormops.accounts.draft import Draft
from stormops.accounts.ledger import POOL, Head
from stormops.accounts.postings import Held
from stormops.accounts.proposals import Proposal, free_of_stay
from stormops.accounts.record import Id, Payment, Text
from stormops.accounts.records_money import Deposit, Receipt, Request
from stormops.accounts.records_place import Account
from stormops.accounts.refusal import Refused


class CreditRefund(Proposal, frozen=True, kw_only=True, tag="credit_refund"):
    """A credit balance payable to the customer, when the money is surely here."""

    asking = "refund_request"
    doing = "refund_request"
    making = "refund"

    account: Id
    amount: Payment
    hardship: Text = ""
    """Why the customer cannot wait for a storm's end; "" = can."""

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        return (free_of_stay(draft, self.account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        del draft
        return self.amount

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        account = free_of_stay(draft, self.account)
        cleared(draft, account)
        latest = latest_receipt(draft, account)
        by_card = latest is not None and latest.tender == "card"
        case = refund_to(draft, account, POOL, "credit", to_card=by_card, maker=request.maker, hardship=self.hardship)
        draft.post(postings.credit_refunded(head, Held(case.id, account.id, POOL, self.amount)))


def latest_receipt(draft: Draft, account: Account, towards: str = "") -> Receipt | None:
    """The last payment for what the account owes, or towards one of its deposits."""
    found = [each for each in draft.where(Receipt, account=account.id) if each.towards == towards]
    return max(found, key=lambda each: (each.day, each.id), default=None)


def cleared(draft: Draft, account: Account, towards: str = "") -> None:
    """Raise Refused while the last of those payments is a cheque that may still be returned."""
    latest = latest_receipt(draft, account, towards)
    if latest is not None and latest.tender == "cheque" and latest.state == "posted":
        age = (draft.envelope.day - latest.day).days
        if age < draft.limits.uncleared_days:
            raise Refused("uncleared", "The last payment is a cheque that has not cleared.", "account")


class DepositRefund(Proposal, frozen=True, kw_only=True, tag="deposit_refund"):
    """A deposit and its interest payable to the customer: a good record, or more held than required."""

    asking = "refund_request"
    doing = "refund_request"
    making = "refund"

    account: Id
    deposit: Id

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        if draft.get(Deposit, self.deposit).account != self.account:
            raise Refused("other_account", "The deposit is of another account.", "deposit")
        return (free_of_stay(draft, self.account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        deposit = draft.get(Deposit, self.deposit)
        return deposit.held + deposit.interest

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        account, deposit = free_of_stay(draft, self.account), draft.get(Deposit, self.deposit)
        source = f"deposit:{deposit.id}"
        cleared(draft, account)
        cleared(draft, account, source)
        draft.step(deposit, "refund")
        case = refund_to(draft, account, deposit.fund, source, to_card=deposit.by_card, maker=request.maker)
        draft.post(postings.deposit_applied(head, held(deposit, deposit.held), deposit.interest, [], refund=case.id))
