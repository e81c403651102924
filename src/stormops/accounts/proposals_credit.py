"""Proposals of loans, rebates and bad debt."""

from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts import postings, postings_credit
from stormops.accounts.commands_budget import spend
from stormops.accounts.commands_deposit import refund_to
from stormops.accounts.draft import Draft
from stormops.accounts.ledger import Head
from stormops.accounts.postings import Held, Piece
from stormops.accounts.proposals import Proposal, free_of_stay
from stormops.accounts.record import Amount, Hash, Id
from stormops.accounts.records_money import Loan, Placement, Rebate, Receivable, Request
from stormops.accounts.refusal import Refused


class RebateGrant(Proposal, frozen=True, kw_only=True, tag="rebate"):
    """An inspected rebate: as a credit, on a cheque, or as principal of the loan that financed the measure."""

    asking = "rebate"
    doing = "rebate_payment"
    making = "rebate"

    rebate: Id
    pay: str
    """credit, cheque, loan."""
    loan: Id | None = None

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        return (draft.get(Rebate, self.rebate).account,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        return draft.get(Rebate, self.rebate).cents

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        rebate = draft.get(Rebate, self.rebate)
        draft.step(rebate, "grant")
        spend(draft, rebate)
        given = Held(rebate.id, rebate.account, rebate.fund, rebate.cents)
        if self.pay == "credit":
            draft.post(postings_credit.rebate_credited(head, given))
        elif self.pay == "cheque":
            account = free_of_stay(draft, rebate.account)
            case = refund_to(draft, account, rebate.fund, f"rebate:{rebate.id}", maker=request.maker)
            draft.post(postings_credit.rebate_payable(head, given, case.id))
        elif self.pay == "loan" and self.loan is not None:
            loan = draft.get(Loan, self.loan)
            if loan.account != rebate.account:
                raise Refused("other_account", "The loan is of another account.", "loan")
            draft.step(loan, "prepay")
            on_loan = Held(loan.id, loan.account, loan.fund, rebate.cents)
            draft.post(postings_credit.rebate_on_loan(head, given, on_loan))
        else:
            raise Refused("no_payee", "A rebate is paid as credit, by cheque or on a loan.", "pay")


class Disbursement(Proposal, frozen=True, kw_only=True, tag="disbursement"):
    """A signed loan paid to its contractor: quote, invoice and inspection agree (their hashes, and their amounts)."""

    asking = "loan_application"
    doing = "loan_disbursement"
    making = "disburse"

    loan: Id
    quote: Hash
    invoice: Hash
    inspection: Hash
    quote_cents: Amount
    invoice_cents: Amount

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        loan = draft.get(Loan, self.loan)
        if loan.made_by == draft.envelope.actor:
            raise Refused("maker_is_checker", "Who made the loan does not disburse it.", "actor")
        if not self.quote_cents == self.invoice_cents == loan.amount:
            raise Refused("no_match", "Quote, invoice and loan are not of the same amount.", "invoice_cents")
        return (free_of_stay(draft, loan.account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        return draft.get(Loan, self.loan).amount

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        del request
        self.about(draft)
        draft.attach([self.quote, self.invoice, self.inspection])
        loan = draft.step(draft.get(Loan, self.loan), "disburse")
        draft.post(postings_credit.loan_disbursed(head, Held(loan.id, loan.account, loan.fund, loan.amount)))


class LoanWriteOff(Proposal, frozen=True, kw_only=True, tag="loan_write_off"):
    """A loan that will not be paid."""

    asking = "adjustment"
    doing = "loan_default"
    making = "collect"

    loan: Id

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        return (free_of_stay(draft, draft.get(Loan, self.loan).account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        loan = draft.get(Loan, self.loan)
        return loan.principal + loan.interest

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        del request
        loan = draft.get(Loan, self.loan)
        draft.step(loan, "write_off")
        of = Held(loan.id, loan.account, loan.fund, loan.principal)
        draft.post(postings_credit.loan_written_off(head, of, loan.interest))


class WriteOff(Proposal, frozen=True, kw_only=True, tag="write_off"):
    """Debt that an agency gave back, written off by the council's resolution; it is not forgiven."""

    asking = "adjustment"
    doing = "agency_placement"
    making = "collect"

    placement: Id
    resolution: Id

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        return (free_of_stay(draft, draft.get(Placement, self.placement).account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        return postings.total(at_agency(draft, draft.get(Placement, self.placement).account))

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        del request
        placement = draft.step(draft.get(Placement, self.placement), "write_off", resolution=self.resolution)
        pieces = at_agency(draft, placement.account)
        draft.post(postings_credit.written_off(head, pieces))
        for piece in pieces:
            receivable = draft.get(Receivable, piece.item)
            draft.put(replace(receivable, written_off=receivable.written_off + piece.cents))


def at_agency(draft: Draft, account: str) -> list[Piece]:
    """What of an account is at an agency."""
    placed = (each for each in draft.where(Receivable, account=account) if each.at_agency)
    return [Piece(each.id, each.account, each.charge, each.fund, each.at_agency) for each in placed]
