"""Asking in a bankruptcy: the split at the petition by day of service, and what may be set off."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.asking.service import Amounts, fund_of
from stormops.accounts.charge_types import LATE_FEE
from stormops.accounts.commands_bankruptcy import (
    DemandAssurance,
    SetOffDeposit,
    SplitAtPetition,
    WithdrawAssurance,
    demanded,
)
from stormops.accounts.dates import add_months
from stormops.accounts.decision import Decision
from stormops.accounts.proposals import Part
from stormops.accounts.record import Hash, Id, Text
from stormops.accounts.records_money import BankruptcyCase, Bill, Deposit, Receivable
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import bankruptcy, deposits


class AskSplit(Asked, frozen=True, kw_only=True):
    """The account apart at its petition; service goes on in a new one."""

    makes = SplitAtPetition

    case: Id
    new_account: Id

    def command(self, work: Work) -> SplitAtPetition:
        """See `Asked.command`."""
        case = work.get(BankruptcyCase, self.case)
        chapter = str(case.chapter)
        dates = work.decide(bankruptcy.dates, bankruptcy.Petition(filed=case.petition), chapter)
        decisions: list[Decision[Any]] = [dates]
        before = []
        for each in work.owing(case.account):
            cents = self._before(work, case, each, chapter, decisions)
            if cents:
                before.append(Part(each.id, cents))
        if not before:
            raise Refused("nothing_before", "Nothing is owed for service before the petition.", "case")
        return SplitAtPetition(
            case=case.id,
            before=tuple(before),
            new_account=self.new_account,
            assurance_due=dates.value.assurance.isoformat(),
            claim_bar=dates.value.claim.isoformat(),
            worksheet=plain(*decisions),
        )

    @staticmethod
    def _before(
        work: Work, case: BankruptcyCase, owing: Receivable, chapter: str, decisions: list[Decision[Any]]
    ) -> int:
        """What of a charge is for service before the petition; one without days of service is as old as its due day."""
        if owing.since is None or owing.until is None:
            return owing.owed if owing.due < case.petition else 0
        straddling = bankruptcy.Straddling(
            first=owing.since, end=owing.until, petition=case.petition, total=owing.owed, units=Decimal(0)
        )
        split = work.decide(bankruptcy.split, straddling, chapter)
        decisions.append(split)
        return split.value.pre


class AskAssurance(Asked, frozen=True, kw_only=True):
    """Assurance for service since the petition: whether it may be asked of this payer, by when, and how much.

    `monthly_bills` are projected ones, for an account that was never billed.
    """

    makes = DemandAssurance

    case: Id
    service: Id
    monthly_bills: Amounts = ()

    def command(self, work: Work) -> DemandAssurance:
        """See `Asked.command`."""
        case = work.get(BankruptcyCase, self.case)
        chapter = str(case.chapter)
        forms = work.decide(bankruptcy.demand_assurance, payer(work, case), chapter, "case")
        dates = work.decide(bankruptcy.dates, bankruptcy.Petition(filed=case.petition), chapter)
        own = sorted(work.reader.where(Bill, account=case.account), key=lambda bill: bill.issued)[-12:]
        bills = deposits.Bills(
            amounts=tuple(bill.cents for bill in own) or self.monthly_bills, basis="actual" if own else "projected"
        )
        amount = work.decide(deposits.required, bills, field="monthly_bills")
        if not amount.value:
            raise Refused("nothing_required", "No more deposit is required than is held.", "monthly_bills")
        return DemandAssurance(
            case=case.id,
            fund=fund_of(self.service),
            cents=amount.value,
            due=max(dates.value.assurance, work.day).isoformat(),
            decision=plain(forms, dates, amount),
        )


class AskWithdrawal(Asked, frozen=True, kw_only=True):
    """A demand for assurance taken back: by the court's order, of who owed none, or because it was a mistake."""

    makes = WithdrawAssurance

    case: Id
    ground: bankruptcy.Ground
    reason: Text
    order: Hash | None = None

    def command(self, work: Work) -> WithdrawAssurance:
        """See `Asked.command`."""
        case = work.get(BankruptcyCase, self.case)
        chapter = str(case.chapter)
        dates = work.decide(bankruptcy.dates, bankruptcy.Petition(filed=case.petition), chapter)
        given = bankruptcy.DemandWithdrawn(
            ground=self.ground,
            given=sum(each.held + each.instrument_cents for each in demanded(work.reader, case)),
            ordered=self.order is not None,
        )
        withdrawn = work.decide(bankruptcy.withdraw_assurance, given, chapter, "order")
        return WithdrawAssurance(
            case=case.id,
            due=dates.value.assurance.isoformat(),
            reason=self.reason,
            order=self.order,
            decision=plain(withdrawn, dates),
        )


def payer(work: Work, case: BankruptcyCase) -> bankruptcy.PayerRecord:
    """How the debtor paid up to the petition: the most days past due then, and late fees of twelve months."""
    charged = work.reader.where(Receivable, account=case.account)
    late = [(case.petition - each.due).days for each in charged if each.owed + each.stayed and each.due < case.petition]
    since = add_months(case.petition, -12)
    times = sum(each.charge == LATE_FEE and since < each.due <= case.petition for each in charged)
    return bankruptcy.PayerRecord(days_past_due=max(late, default=0), delinquent_times=times)


class AskSetOff(Asked, frozen=True, kw_only=True):
    """A deposit from before the petition against the debt from before it."""

    makes = SetOffDeposit

    case: Id
    deposit: Id

    def command(self, work: Work) -> SetOffDeposit:
        """See `Asked.command`."""
        case, deposit = work.get(BankruptcyCase, self.case), work.get(Deposit, self.deposit)
        debt = sum(each.stayed for each in work.reader.where(Receivable, account=case.account))
        given = bankruptcy.PrepetitionDeposit(deposit=deposit.held + deposit.interest, debt=debt)
        set_off = work.decide(bankruptcy.set_off, given, str(case.chapter))
        return SetOffDeposit(case=case.id, deposit=deposit.id, decision=plain(set_off))
