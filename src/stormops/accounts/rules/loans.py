"""Loans to customers: who may have one, its level payment and schedule. A month's interest is a twelfth of a year's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import add_months
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class Loan(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds and price; `of` is the programme. `needs`: what must be on file before the note is signed."""

    kind: ClassVar[str] = "loan"
    percent: Decimal
    least: Decimal
    most: Decimal
    months_most: int
    alone: bool = False
    """A measure of this programme is not financed together with another."""
    needs: tuple[str, ...] = ()
    deferral: Literal["shift", "accrue"] = "shift"
    """Deferred instalments move the schedule at no extra interest, or interest accrues on the balance meanwhile."""
    cure_days: int | None = None
    """How long a notice of default gives to pay what is late."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A loan that is asked for: its measures and what is on file."""

    principal: Cents
    months: int
    measures: tuple[str, ...]
    on_file: tuple[str, ...] = ()


@rule("loans.eligible")
def eligible(terms: Loan, given: Wanted, working: Working) -> bool | Refusal:
    """Whether the programme takes it (True)."""
    asked = usd(given.principal)
    working(
        "between", f"${terms.least} and ${terms.most}, {terms.months_most} months at most", f"{asked}, {given.months}"
    )
    if given.principal < cents(terms.least):
        return Refusal("too_little", f"{asked} is less than ${terms.least}.")
    if given.principal > cents(terms.most):
        return Refusal("too_much", f"{asked} is more than ${terms.most}.")
    if not 1 <= given.months <= terms.months_most:
        return Refusal("too_long", f"One to {terms.months_most} months, not {given.months}.")
    if terms.alone and len(given.measures) > 1:
        return Refusal("bundled", f"This measure is financed alone, not with {', '.join(given.measures)}.")
    if missing := [need for need in terms.needs if need not in given.on_file]:
        return Refusal("missing", f"Not on file: {', '.join(missing)}.")
    return working("eligible", "within every bound", True)


class Instalment(msgspec.Struct, frozen=True):
    """A month of the schedule; `balance` is what is owed after it."""

    number: int
    due: date
    payment: Cents
    interest: Cents
    principal: Cents
    balance: Cents


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """The level payment and every instalment; the last one takes what rounding left."""

    payment: Cents
    interest: Cents
    rows: tuple[Instalment, ...]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What was signed."""

    principal: Cents
    months: int
    first_due: date


def level_payment(principal: Cents, percent: Decimal, months: int) -> Cents:
    """The payment of an annuity: P r / (1 - (1 + r)^-n), to the cent; exact, for half a cent must be seen as one."""
    if not percent:
        return cents(dollars(principal) / months)
    rate = Fraction(percent) / 1200
    return int(principal * rate / (1 - (1 + rate) ** -months) + Fraction(1, 2))


def month_interest(balance: Cents, percent: Decimal) -> Cents:
    """A month's interest on a balance."""
    return cents(dollars(balance) * percent / 1200)


def amortise(
    balance: Cents, percent: Decimal, payment: Cents, months: int, first_due: date, *, number: int = 1
) -> tuple[Instalment, ...]:
    """At most ``months`` instalments of ``payment``; the last, which may come earlier, pays what is left."""
    rows = []
    for month in range(months):
        interest = month_interest(balance, percent)
        last = month == months - 1 or balance + interest <= payment
        principal = balance if last else payment - interest
        balance -= principal
        due = add_months(first_due, month)
        rows.append(Instalment(number + month, due, principal + interest, interest, principal, balance))
        if last:
            break
    return tuple(rows)


@rule("loans.schedule")
def schedule(terms: Loan, given: Note, working: Working) -> Schedule | Refusal:
    """The schedule of a note."""
    if given.principal < 1 or not 1 <= given.months <= terms.months_most:
        return Refusal("bad_note", f"A note is over something, for one to {terms.months_most} months.")
    rate = f"{terms.percent} %/12"
    formula = f"{usd(given.principal)} × r / (1 - (1 + r)^-{given.months}), r = {rate}"
    payment = working.cents("level payment", formula, level_payment(given.principal, terms.percent, given.months))
    rows = amortise(given.principal, terms.percent, payment, given.months, given.first_due)
    working.cents("first interest", f"{usd(given.principal)} × {rate}", rows[0].interest)
    working.cents("last payment", "the balance and its interest", rows[-1].payment)
    interest = working.cents("interest in all", f"of {len(rows)} instalments", sum(row.interest for row in rows))
    return Schedule(payment=payment, interest=interest, rows=rows)
