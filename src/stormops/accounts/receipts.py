"""Receipts of all money that a customer pays, in one series of numbers, and how the bank's return takes it back."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from stormops.accounts import chart, postings, postings_credit
from stormops.accounts.commands_blocks import may_give
from stormops.accounts.draft import Draft
from stormops.accounts.ledger import Line
from stormops.accounts.postings import Held
from stormops.accounts.records_money import Deposit, Loan, Receipt
from stormops.accounts.refusal import Refused


def receipt(draft: Draft, account: str, number: str, tender: str, cents: int, **fields: object) -> Receipt:
    """A new receipt; its number is never given twice. Raises Refused."""
    if draft.where(Receipt, number=number):
        raise Refused("receipt_taken", "This receipt number was given already.", "number")
    may_give(draft, number)
    return draft.add(
        replace(
            Receipt(
                id=draft.new_id(),
                account=account,
                number=number,
                tender=tender,
                till="",
                cents=cents,
                day=draft.envelope.day,
                state="taken",
            ),
            **fields,
        )
    )


def cheques_refused(draft: Draft, account: str) -> None:
    """Raise Refused while the account has had too many cheques returned."""
    limits, today = draft.limits, draft.envelope.day
    days = sorted(
        r.day for r in draft.where(Receipt, account=account) if r.tender == "cheque" and r.state == "returned"
    )
    count = limits.cheques_returned
    for first, last in zip(days, days[count - 1 :], strict=False):
        near = (last - first).days <= limits.cheques_returned_days
        if near and today < last + timedelta(days=limits.cheques_refused_days):
            raise Refused("no_cheques", "Cheques of this account were returned; another tender is needed.", "tender")


def taken_back(draft: Draft, taken: Receipt) -> tuple[list[Line], int]:
    """What a returned payment takes from its deposit or loan, and the cents of it that are there no longer."""
    kind, _, key = taken.towards.partition(":")
    if kind == "deposit":
        return _from_deposit(draft, draft.get(Deposit, key), taken.cents)
    return _from_loan(draft, draft.get(Loan, key), taken) if kind == "loan" else ([], 0)


def _from_deposit(draft: Draft, deposit: Deposit, cents: int) -> tuple[list[Line], int]:
    """With the last of it goes the interest on it, which was on money that never came."""
    part = min(deposit.held, cents)
    if not part:
        return [], cents
    of = Held(deposit.id, deposit.account, deposit.fund, part)
    whole = part == deposit.held
    draft.step(deposit, "return" if whole else "lessen", by_card=deposit.by_card and not whole)
    return postings.deposit_returned(of, deposit.interest if whole else 0), cents - part


def _from_loan(draft: Draft, loan: Loan, taken: Receipt) -> tuple[list[Line], int]:
    """Principal and interest as the payment had answered them; a loan that it paid off goes on."""
    if loan.state == "written_off":
        return [], taken.cents
    lines = [line for line in draft.journal(taken.journal).lines if line.item == loan.id]
    parts = {line.account: line.cents for line in lines}
    draft.step(loan, "return")
    of = Held(loan.id, loan.account, loan.fund, 0)
    return postings_credit.loan_returned(of, parts.get(chart.LOANS, 0), parts.get(chart.LOAN_INTEREST, 0)), 0
