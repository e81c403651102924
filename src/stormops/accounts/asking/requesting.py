"""Asking for what others must approve: each kind of proposal with the decision that its policy gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.asking.guaranteeing import debts_at, liability, record_of
from stormops.accounts.asking.leaking import LEAKING, leaked
from stormops.accounts.asking.service import day_of
from stormops.accounts.charge_types import LATE_FEE
from stormops.accounts.commands_guaranty import noticed_on
from stormops.accounts.commands_request import PAIR, DraftRequest, TurnOverRefund
from stormops.accounts.decision import Decision, usd
from stormops.accounts.proposals import (
    MASS_MAX,
    Adjustment,
    BackBill,
    MassCredit,
    Overcharge,
    Part,
    Parts,
    Proposal,
    Transfer,
)
from stormops.accounts.proposals_credit import Disbursement, LoanWriteOff, RebateGrant, WriteOff
from stormops.accounts.proposals_leak import LeakCredit
from stormops.accounts.proposals_refund import CreditRefund, DepositRefund
from stormops.accounts.record import Amount, Day, Hash, Id, Payment, Text
from stormops.accounts.records_money import (
    Bill,
    BillLine,
    Deposit,
    Loan,
    Placement,
    Rebate,
    Receipt,
    Receivable,
    RefundCase,
    Request,
)
from stormops.accounts.records_place import Account
from stormops.accounts.records_work import Letter
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import (
    approvals,
    back_billing,
    collections,
    deposit_life,
    fees,
    leaks,
    refunds,
)
from stormops.accounts.rules import liability as liabilities

Months = Annotated[tuple[Amount, ...], msgspec.Meta(min_length=1, max_length=120)]
"""What each month was wrong by, cents, oldest first."""
Made = tuple[Proposal, dict[str, Any]]

POSTED = frozenset({"posted"})
TENDERS: dict[str, refunds.Tender] = {"cash": "cash", "cheque": "cheque", "card": "card", "bank": "transfer"}


class Wanted(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """The base of what is wanted."""

    def proposal(self, work: Work) -> Made:
        """The proposal with its decision. Raises Refused."""
        raise NotImplementedError


def by_tiers(work: Work, cents: int, account: str = "", of: str = "adjustment") -> dict[str, Any]:
    """Who must approve: what one person asked for on the account lately counts together."""
    earlier = [
        approvals.Made(entry.effective, each.cents)
        for each in (work.reader.where(Request, account=account) if account else ())
        if each.maker == work.actor and each.state in POSTED
        for entry in (work.reader.journal(each.journal),)
        if entry is not None
    ]
    return plain(work.decide(approvals.needed, approvals.Asked(amount=cents, earlier=tuple(earlier)), of))


class WantAdjustment(Wanted, frozen=True, kw_only=True, tag="adjustment"):
    """A leak, a courtesy, a tax exemption, or a late fee waived for a reason that the policy takes."""

    account: Id
    type: Literal["late_fee", "leak", "courtesy", "tax_exemption", "other"]
    parts: Parts
    waiver_reason: Text = ""

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        made = Adjustment(account=self.account, type=self.type, parts=self.parts)
        charges = {work.get(Receivable, part.receivable).charge for part in self.parts}
        if self.type == "leak" and charges & LEAKING and work.pack.clause(leaks.LeakAdjustment, work.day) is not None:
            raise Refused("by_rule", "What a leak of water gives back is computed from its bill.", "type")
        if self.type != "late_fee":
            return made, by_tiers(work, sum(part.cents for part in self.parts), self.account)
        if charges != {LATE_FEE}:
            raise Refused("other_charge", "A late fee's waiver takes back late fees only.", "parts")
        asked = fees.WaiverAsked(reason=self.waiver_reason, earlier=tuple(self._earlier(work)))
        return made, plain(work.decide(fees.waive_late, asked, field="waiver_reason"))

    def _earlier(self, work: Work) -> list[date]:
        found = []
        for each in work.reader.where(Request, account=self.account):
            entry = work.reader.journal(each.journal) if each.state in POSTED else None
            if entry is not None and each.proposal.get("type") == "late_fee":
                found.append(entry.effective)
        return found


class WantBackBill(Wanted, frozen=True, kw_only=True, tag="back_bill"):
    """Months that were billed too low; for the utility's own error only as far back as the policy goes."""

    account: Id
    charge: Id
    months: Months
    cause: Literal["utility", "customer"]
    since: Day
    until: Day
    due: Day

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        given = back_billing.UnderBilled(months=self.months, cause=self.cause)
        decision = work.decide(back_billing.bill, given, field="months")
        return BackBill(account=self.account, due=self.due, lines=self._lines(decision.value.amount)), plain(decision)

    def _lines(self, cents: int) -> tuple[BillLine, ...]:
        return (BillLine(self.charge, cents, day_of(self.since, "since"), day_of(self.until, "until")),)


class WantOvercharge(Wanted, frozen=True, kw_only=True, tag="overcharge"):
    """Months that were billed too high, given back as credit, or in cash where the policy lets the customer choose."""

    account: Id
    charge: Id
    months: Months
    since: Day
    until: Day
    refund: bool = False

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        given = back_billing.OverBilled(months=self.months)
        decision = work.decide(back_billing.refund, given, self.charge, "months")
        if self.refund and "cash" not in decision.value.ways:
            raise Refused("credit_only", "An amount so small is given back as credit.", "refund")
        line = BillLine(self.charge, decision.value.amount, day_of(self.since, "since"), day_of(self.until, "until"))
        return Overcharge(account=self.account, lines=(line,), refund=self.refund), plain(decision)


class WantLeakCredit(Wanted, frozen=True, kw_only=True, tag="leak"):
    """A bill that a leak raised, once the leak is repaired; the proof of repair is the request's evidence."""

    account: Id
    bill: Id
    repaired: Day
    unsewered: bool = False
    """None of the water came into the sewer."""

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        account, bill = work.account(self.account), work.get(Bill, self.bill)
        repaired = day_of(self.repaired, "repaired")
        made = leaked(work, account, bill, repaired, unsewered=self.unsewered)
        return LeakCredit(account=account.id, bill=bill.id, lines=made.lines), plain(*made.decisions)


class WantMassCredit(Wanted, frozen=True, kw_only=True, tag="mass_credit"):
    """The same for many: one declared event, one signature."""

    event: Id
    fund: Id
    accounts: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=MASS_MAX)]
    cents: Payment
    """For each account."""

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        credits_ = dict.fromkeys(self.accounts, self.cents)
        total = self.cents * len(credits_)
        return MassCredit(event=self.event, fund=self.fund, credits=credits_), by_tiers(work, total)


class WantTransfer(Wanted, frozen=True, kw_only=True, tag="transfer"):
    """What one account owes to another of the same liable person, or to the account of who stands for it."""

    account: Id
    to: Id
    parts: Parts

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        old, new = work.account(self.account), work.account(self.to)
        amount = sum(part.cents for part in self.parts)
        bond, why = self._bond(work, old, new, amount)
        given = liabilities.Transfer(
            what="debt",
            amount=amount,
            bond=bond,
            bankrupt=bool(old.stayed_by or new.stayed_by),
            evidence=True,  # the request goes nowhere without it
        )
        moved = work.decide(liabilities.transfer, given)
        return Transfer(account=old.id, to=new.id, parts=self.parts), plain(moved, *why)

    def _bond(
        self, work: Work, old: Account, new: Account, amount: int
    ) -> tuple[liabilities.Bond, tuple[Decision[Any], ...]]:
        """What binds the receiving person, and why: a guarantor by the rule, for debts of the address only."""
        if old.party == new.party:
            return "same_party", ()
        stands = [
            each
            for each in work.reader.where(Deposit, account=old.id)
            if each.state == "instrument" and each.guarantor == new.id
        ]
        if not stands:
            return "none", ()
        premise = stands[0].guaranty_premise
        here = {each.id for each in debts_at(work, old.id, premise)}
        inside = all(part.receivable in here for part in self.parts)
        found = liability(work, stands[0], old, premise if inside else "", amount)
        if not found[0].value:
            return "none", found
        noticed = deposit_life.Noticed(on=noticed_on(work.reader, stands[0]))
        return "contract", (work.decide(deposit_life.call_guarantor, noticed, field="proposal.to"), *found)


class WantCreditRefund(Wanted, frozen=True, kw_only=True, tag="credit_refund"):
    """A credit balance paid out, the way it came."""

    account: Id
    amount: Payment
    pay_to: Literal["cash", "cheque", "card", "transfer"]
    card_closed_proof: bool = False
    hardship: Text = ""
    """Why the customer cannot wait for a storm's end: two supervisors then approve."""

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        account, hardship = work.account(self.account), self.hardship.strip()
        receipts = [each for each in work.reader.where(Receipt, account=account.id) if not each.towards]
        latest = max(receipts, key=lambda each: (each.day, each.id), default=None)
        if latest is None:
            raise Refused("no_source", "No payment is on record from which the credit could come.", "account")
        if self.amount > account.credit:
            raise Refused("too_much", f"The credit of this account is {usd(account.credit)}.", "amount")
        asked = refunds.RefundAsked(
            amount=self.amount,
            paid_by=TENDERS[latest.tender],
            paid_on=latest.day,
            pay_to=self.pay_to,
            card_closed_proof=self.card_closed_proof,
            payee_liable=True,
            payee_since=account.mailing_changed or account.opened,
            storm=bool(work.episode),
            hardship=bool(hardship),
            approvers=PAIR if hardship else 1,
        )
        decision = work.decide(refunds.release, asked, field="pay_to")
        return CreditRefund(account=account.id, amount=self.amount, hardship=hardship), plain(decision)


class WantDepositRefund(Wanted, frozen=True, kw_only=True, tag="deposit_refund"):
    """A deposit back for a good record of payment."""

    account: Id
    deposit: Id

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        account, deposit = work.account(self.account), work.get(Deposit, self.deposit)
        decision = work.decide(deposit_life.good_payment, record_of(work, account), account.category, "deposit")
        if not decision.value:
            raise Refused("not_earned", "The record of payment is not yet long or good enough.", "deposit")
        return DepositRefund(account=account.id, deposit=deposit.id), plain(decision)


class WantRebate(Wanted, frozen=True, kw_only=True, tag="rebate"):
    """An inspected rebate paid; its amount was decided when it was applied for."""

    rebate: Id
    pay: Literal["credit", "cheque", "loan"]
    loan: Id | None = None

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        return RebateGrant(rebate=self.rebate, pay=self.pay, loan=self.loan), work.get(Rebate, self.rebate).decision


class WantDisbursement(Wanted, frozen=True, kw_only=True, tag="disbursement"):
    """A signed loan paid to its contractor: quote, invoice and inspection agree."""

    loan: Id
    quote: Hash
    invoice: Hash
    inspection: Hash
    quote_cents: Amount
    invoice_cents: Amount

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        loan = work.get(Loan, self.loan)
        return Disbursement(**{name: getattr(self, name) for name in self.__struct_fields__}), loan.terms


class WantLoanWriteOff(Wanted, frozen=True, kw_only=True, tag="loan_write_off"):
    """A loan that will not be paid."""

    loan: Id

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        loan = work.get(Loan, self.loan)
        return LoanWriteOff(loan=loan.id), by_tiers(work, loan.principal + loan.interest, loan.account)


class WantWriteOff(Wanted, frozen=True, kw_only=True, tag="write_off"):
    """Debt that an agency gave back, off the books by a resolution; still owed."""

    placement: Id
    resolution: Id

    def proposal(self, work: Work) -> Made:
        """See `Wanted.proposal`."""
        placement = work.get(Placement, self.placement)
        account = work.account(placement.account)
        old = [each for each in work.reader.where(Receivable, account=account.id) if each.at_agency]
        if not old:
            raise Refused("nothing_owed", "Nothing of this account is at an agency.", "placement")
        stale = collections.Stale(
            balance=sum(each.at_agency for each in old),
            due=max(each.due for each in old),
            stayed=bool(account.stayed_by),
            resolution=self.resolution,
        )
        decision = work.decide(collections.write_off, stale, field="resolution")
        return WriteOff(placement=placement.id, resolution=self.resolution), plain(decision)


AnyWanted = (
    WantAdjustment
    | WantBackBill
    | WantOvercharge
    | WantLeakCredit
    | WantMassCredit
    | WantTransfer
    | WantCreditRefund
    | WantDepositRefund
    | WantRebate
    | WantDisbursement
    | WantLoanWriteOff
    | WantWriteOff
)


class AskRequest(Asked, frozen=True, kw_only=True):
    """A proposal with its reason; it goes nowhere without evidence and, above the smallest amounts, without others."""

    makes = DraftRequest

    proposal: AnyWanted
    reason: Text

    def command(self, work: Work) -> DraftRequest:
        """See `Asked.command`."""
        if not self.reason.strip():
            raise Refused("no_reason", "Say why.", "reason")
        proposal, decision = self.proposal.proposal(work)
        return DraftRequest(proposal=proposal, decision=decision, reason=self.reason)  # type: ignore[arg-type]


__all__ = ["AnyWanted", "AskRequest", "Part", "Wanted", "by_tiers"]


class AskTurnOver(Asked, frozen=True, kw_only=True):
    """A refund that nobody took, as unclaimed property: not before its time, nor before a letter went to its owner."""

    makes = TurnOverRefund

    refund: Id

    def command(self, work: Work) -> TurnOverRefund:
        """See `Asked.command`."""
        case = work.get(RefundCase, self.refund)
        # A record's id begins with the key of the command that made it, and that is its journal's too.
        entry = work.reader.journal(case.id.partition("~")[0])
        if entry is None:
            raise Refused("no_source", "It is not on record since when this refund is payable.", "refund")
        decision = work.decide(refunds.escheat, refunds.Issued(issued=entry.effective), field="refund")
        if work.day < decision.value.unclaimed:
            raise Refused("too_early", f"Not before {decision.value.unclaimed}.", "refund")
        notice = decision.value.unclaimed - decision.value.letter
        sent = [each.day for each in work.reader.where(Letter, about=case.id) if each.state == "issued"]
        if not any(day + notice <= work.day for day in sent):
            raise Refused("no_letter", f"A letter goes to its owner {notice.days} days before.", "refund")
        return TurnOverRefund(refund=case.id, decision=plain(decision))
