"""Rebates for measures: amount, papers, the deadline after completion (a storm does not eat it), duplicates, budget."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.dates import Spans, after
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class Rebate(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`of` is the measure. A fixed amount or a share of the invoice, at most `most`; `needs`: what must be on file."""

    kind: ClassVar[str] = "rebate"
    amount: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    most: Decimal | None = None
    deadline_days: int | None = None
    needs: tuple[str, ...] = ()
    once_per_premise: bool = True


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """An application. `tolled`: days of storm mode. `paid_before`: this measure, at this premise."""

    invoice: Cents
    completed: date
    applied: date
    on_file: tuple[str, ...]
    paid_before: bool = False
    budget_left: Cents
    tolled: Spans = ()


@rule("rebates.claim")
def claim(terms: Rebate, given: Claim, working: Working) -> Cents | Refusal:
    """The rebate, to be encumbered."""
    if terms.deadline_days is not None:
        formula = f"{given.completed} + {terms.deadline_days} days, storm mode not counted"
        last = working("apply by", formula, after(given.completed, terms.deadline_days, given.tolled))
        if given.applied > last:
            return Refusal("too_late", f"Applied for on {given.applied}, after {last}.")
    if terms.once_per_premise and given.paid_before:
        return Refusal("duplicate", "This measure was rebated at this premise before.")
    if missing := [need for need in terms.needs if need not in given.on_file]:
        return Refusal("missing", f"Not on file: {', '.join(missing)}.")
    formula = f"${terms.amount} + {terms.percent} % of {usd(given.invoice)}, no more than the invoice"
    exact = terms.amount + Decimal(given.invoice) / 100 * terms.percent / 100
    amount = min(cents(exact), given.invoice)
    if terms.most is not None:
        amount = min(amount, cents(terms.most))
    working.cents("rebate", formula, amount)
    if amount > given.budget_left:
        return Refusal("budget", f"{usd(amount)} is more than the budget's {usd(given.budget_left)}.")
    return amount
