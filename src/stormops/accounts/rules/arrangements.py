"""Arrangements and extensions of payment: what may be promised, when it is due, and when it is broken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.dates import Spans, add_months, after
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, cents_at_least, dollars, shares
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class ArrangementLimits(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Instalments at most, a down payment at least; after a breach none for `after_breach_months`."""

    kind: ClassVar[str] = "arrangement"
    instalments: int
    down_percent: Decimal = Decimal(0)
    after_breach_months: int = 0
    grace_days: int = 0


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed and offered: paid now, the rest in monthly instalments from `first_due`."""

    owed: Cents
    down: Cents
    instalments: int
    first_due: date
    last_breach: date | None = None


class Due(msgspec.Struct, frozen=True):
    """An instalment."""

    on: date
    amount: Cents


@rule("arrangements.offer")
def offer(terms: ArrangementLimits, given: Promise, working: Working) -> tuple[Due, ...] | Refusal:
    """The instalments; with the down payment they add up to what is owed."""
    if not 0 <= given.down < given.owed or given.first_due <= working.on:
        return Refusal("bad_promise", "What is left after the down payment is due from a later day on.")
    least = working.cents(
        "down payment, at least",
        f"{terms.down_percent} % of {usd(given.owed)}",
        cents_at_least(dollars(given.owed) * terms.down_percent / 100),
    )
    if given.down < least:
        return Refusal("down_payment", f"{usd(given.down)} is less than {usd(least)}.")
    if not 1 <= given.instalments <= terms.instalments:
        return Refusal("instalments", f"One to {terms.instalments} instalments, not {given.instalments}.")
    if given.last_breach is not None:
        again = add_months(given.last_breach, terms.after_breach_months)
        if working("again from", f"{given.last_breach} + {terms.after_breach_months} months", again) > working.on:
            return Refusal("breach", f"The last one was broken on {given.last_breach}; again from {again}.")
    parts = shares(given.owed - given.down, [1] * given.instalments)
    dues = tuple(Due(add_months(given.first_due, month), part) for month, part in enumerate(parts))
    for due in dues:
        working.cents(f"due {due.on}", "equal parts, largest remainders", due.amount)
    return dues


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An arrangement's instalments, what was paid towards them in all, and the days on which no breach is tested."""

    dues: tuple[Due, ...]
    paid: Cents
    pauses: Spans = ()


@rule("arrangements.broken_on")
def broken_on(terms: ArrangementLimits, given: Kept, working: Working) -> date | Refusal:
    """Since when it is broken; a refusal where it is not."""
    owed = 0
    for due in given.dues:
        owed += due.amount
        # Paused days are not counted at all: a breach that would fall in a storm waits for its end.
        limit = after(due.on, terms.grace_days + 1, given.pauses)
        working(f"due {due.on}", f"{usd(owed)} by then, {usd(given.paid)} paid; breach on", limit)
        if given.paid < owed and working.on >= limit:
            return limit
    return Refusal("kept", "Every instalment that is due was paid.")


class ExtensionLimits(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A later due date: so many days, so often in twelve months, up to an amount."""

    kind: ClassVar[str] = "extension"
    days: int
    in_12_months: int
    most: Decimal | None = None


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for, and the days of earlier extensions."""

    owed: Cents
    due: date
    days: int
    earlier: tuple[date, ...] = ()


@rule("arrangements.extend")
def extend(terms: ExtensionLimits, given: Extension, working: Working) -> date | Refusal:
    """The new due date."""
    if not 1 <= given.days <= terms.days:
        return Refusal("too_long", f"One to {terms.days} days, not {given.days}.")
    if terms.most is not None and given.owed > cents(terms.most):
        return Refusal("too_much", f"{usd(given.owed)} is more than ${terms.most}.")
    since = add_months(working.on, -12)
    used = working(
        f"extensions since {since}", f"at most {terms.in_12_months}", sum(day > since for day in given.earlier)
    )
    if used >= terms.in_12_months:
        return Refusal("too_often", f"{used} extensions in twelve months are the most.")
    return working("due", f"{given.due} + {given.days} days", after(given.due, given.days))
