"""Refunds: to whom, back the way the money came, not before it has cleared, and what becomes of a stale one."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import DAY, add_months
from stormops.accounts.decision import Working, rule
from stormops.accounts.money import Cents
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal

Tender = Literal["cash", "cheque", "card", "transfer"]


class RefundControls(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days until a cheque has cleared; days a new payee or address waits; whether cards are paid back as cards."""

    kind: ClassVar[str] = "refund"
    cheque_clears_days: int
    new_payee_days: int = 0
    card_to_card: bool = True
    in_storm: Literal["suspended", "hardship_pair", "open"] = "suspended"


class RefundAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A refund case: the last payment behind the credit, the way it should go back, and the payee."""

    amount: Cents
    paid_by: Tender
    paid_on: date
    pay_to: Tender
    card_closed_proof: bool = False
    payee_liable: bool
    payee_since: date
    """Since when the payee and the address are on file."""
    storm: bool = False
    hardship: bool = False
    approvers: int = 1


@rule("refunds.release")
def release(terms: RefundControls, given: RefundAsked, working: Working) -> date | Refusal:
    """Since when the refund may be issued, or why it may not be."""
    if given.amount < 1 or not given.payee_liable:
        return Refusal("payee", "A refund goes to the person who is liable for the account, where there is a credit.")
    if given.storm and not _in_storm(terms, given):
        return Refusal("storm", "Refunds wait until storm mode is over; in hardship, two supervisors release one.")
    wrong_way = given.paid_by == "card" and given.pay_to != "card"
    if terms.card_to_card and wrong_way and not given.card_closed_proof:
        return Refusal("source", "Paid by card: it goes back to the card, unless there is proof that it is closed.")
    clears = given.paid_on + DAY * (terms.cheque_clears_days if given.paid_by == "cheque" else 0)
    working("payment clears", f"{given.paid_by} of {given.paid_on}", clears)
    known = working(
        "payee known",
        f"{given.payee_since} + {terms.new_payee_days} days",
        given.payee_since + DAY * terms.new_payee_days,
    )
    if working.on < clears:
        return Refusal("uncleared", f"The {given.paid_by} of {given.paid_on} clears on {clears}.")
    if working.on < known:
        return Refusal("new_payee", f"Payee or address are new: stopped until {known}.")
    return working("may be issued", "the later day", max(clears, known))


def _in_storm(terms: RefundControls, given: RefundAsked) -> bool:
    pair = given.hardship and given.approvers > 1
    return terms.in_storm == "open" or (terms.in_storm == "hardship_pair" and pair)


class Unclaimed(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Months after which an uncashed refund is unclaimed property; a letter to the owner goes out before."""

    kind: ClassVar[str] = "unclaimed_property"
    months: int
    letter_days_before: int


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A refund that was issued, and the owner's last sign of life about it."""

    issued: date
    last_contact: date | None = None


class Escheat(msgspec.Struct, frozen=True, kw_only=True):
    """The day of the letter and the day on which it becomes unclaimed property."""

    letter: date
    unclaimed: date


@rule("refunds.escheat")
def escheat(terms: Unclaimed, given: Issued, working: Working) -> Escheat:
    """When a stale refund leaves the books."""
    start = max(given.issued, given.last_contact or given.issued)
    unclaimed = working("unclaimed", f"{start} + {terms.months} months", add_months(start, terms.months))
    letter = working("letter", f"{terms.letter_days_before} days before", unclaimed - DAY * terms.letter_days_before)
    return Escheat(letter=letter, unclaimed=unclaimed)
