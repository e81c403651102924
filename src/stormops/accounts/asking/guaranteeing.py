"""Asking whether somebody may stand for a deposit, for what they are liable, and when they are free."""

from __future__ import annotations

from typing import Any

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.charge_types import LATE_FEE
from stormops.accounts.commands_deposit import in_service
from stormops.accounts.commands_guaranty import FurnishGuaranty, ReleaseGuaranty
from stormops.accounts.decision import Decision
from stormops.accounts.money import Cents
from stormops.accounts.record import Hash, Id
from stormops.accounts.records_money import GUARANTOR, Bill, Deposit, Receipt, Receivable
from stormops.accounts.records_place import Account, CutOrder, ServiceAgreement
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import deposit_life

CUT = frozenset({"cut", "reconnect_ordered", "reconnected"})


def record_of(work: Work, account: Account) -> deposit_life.Record:
    """How an account was paid since it was opened."""
    receipts = work.reader.where(Receipt, account=account.id)
    cuts = work.reader.where(CutOrder, account=account.id)
    charged = work.reader.where(Receivable, account=account.id)
    return deposit_life.Record(
        since=account.opened,
        late=tuple(each.due for each in charged if each.charge == LATE_FEE),
        returned=tuple(each.day for each in receipts if each.state == "returned"),
        cut=tuple(each.earliest for each in cuts if each.state in CUT),
    )


def served(work: Work, account: str) -> bool:
    """Whether an account has service that is not final."""
    return in_service(work.reader.where(ServiceAgreement, account=account))


def debts_at(work: Work, account: str, premise: str) -> list[Receivable]:
    """What an account owes for one address. A fee that is on no bill is for the address of an account that has one."""
    agreements = {each.id: each.premise for each in work.reader.where(ServiceAgreement, account=account)}
    every = set(agreements.values())

    def places(owing: Receivable) -> set[str]:
        bill = work.reader.get(Bill, owing.bill) if owing.bill else None
        lines = () if bill is None else bill.lines
        return {agreements.get(each.agreement, "") for each in lines if each.charge == owing.charge} or every

    return [
        each
        for each in work.reader.where(Receivable, account=account)
        if each.owed + each.stayed + each.at_agency and places(each) == {premise}
    ]


def liability(
    work: Work, deposit: Deposit, account: Account, debt_premise: str, debt: Cents
) -> tuple[Decision[Any], ...]:
    """What the guarantor of a deposit is liable for: the first of the decisions; those before it follow."""
    record: tuple[Decision[Any], ...] = ()
    # A city that has no rule on when such a customer has earned a deposit back frees no guarantor by it.
    if work.pack.clause(deposit_life.GoodPayment, work.day, account.category) is not None:
        record = (work.decide(deposit_life.good_payment, record_of(work, account), account.category),)
    given = deposit_life.Guarantor(
        is_customer=True,  # was when the contract was signed, which binds them since
        satisfactory=True,
        customer_qualifies=any(each.value for each in record),
        contract_premise=deposit.guaranty_premise,
        debt_premise=debt_premise,
        debt=debt,
    )
    return (work.decide(deposit_life.guarantor, given), *record)


class AskGuaranty(Asked, frozen=True, kw_only=True):
    """Another customer stands for a deposit: by their own account, which must have a good record of payment."""

    makes = FurnishGuaranty

    deposit: Id
    guarantor: Id
    premise: Id
    document: Hash

    def command(self, work: Work) -> FurnishGuaranty:
        """See `Asked.command`."""
        deposit, guarantor = work.get(Deposit, self.deposit), work.account(self.guarantor)
        customer = served(work, guarantor.id)
        record: tuple[Decision[Any], ...] = ()
        if customer:
            known = record_of(work, guarantor)
            record = (work.decide(deposit_life.satisfactory, known, guarantor.category, "guarantor"),)
        given = deposit_life.Guarantor(
            is_customer=customer,
            satisfactory=customer,
            contract_premise=self.premise,
            debt_premise=self.premise,
            debt=deposit.required,
        )
        stands = work.decide(deposit_life.guarantor, given, field="guarantor")
        return FurnishGuaranty(
            deposit=deposit.id,
            guarantor=guarantor.id,
            premise=self.premise,
            document=self.document,
            decision=plain(stands, *record),
        )


class AskRelease(Asked, frozen=True, kw_only=True):
    """A guarantor freed: by the customer's record of payment, or with the last debt of the address."""

    makes = ReleaseGuaranty

    deposit: Id

    def command(self, work: Work) -> ReleaseGuaranty:
        """See `Asked.command`."""
        deposit = work.get(Deposit, self.deposit)
        if deposit.instrument != GUARANTOR:
            raise Refused("no_guaranty", "Nobody stands for this deposit.", "deposit")
        account = work.account(deposit.account)
        debts = debts_at(work, account.id, deposit.guaranty_premise)
        owing = sum(each.owed + each.stayed + each.at_agency for each in debts)
        liable, *record = liability(work, deposit, account, deposit.guaranty_premise, owing)
        earned = any(each.value for each in record)
        if liable.value or (served(work, account.id) and not earned):
            raise Refused(
                "still_bound",
                "The guarantor is free once the customer has a good record, or once service is final and paid.",
                "deposit",
            )
        return ReleaseGuaranty(deposit=deposit.id, decision=plain(liable, *record))
