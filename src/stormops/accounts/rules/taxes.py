"""Utility taxes and surcharges: parts of a charge, each at its rate, one perhaps upon another."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.policy import Figures, Terms
from stormops.accounts.refusal import Refusal


class TaxPart(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tax by its name; `on` are amounts given or parts named before it."""

    name: str
    percent: Decimal
    on: tuple[str, ...]
    exempts: bool = True
    """Whether an exempt customer is free of it (of a surcharge, nobody is)."""


class UtilityTax(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a jurisdiction takes of one service."""

    kind: ClassVar[str] = "utility_tax"
    parts: tuple[TaxPart, ...]


class Taxable(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts by name (`non_fuel`, `fuel`) and whether the customer is exempt."""

    amounts: dict[str, Cents]
    exempt: bool = False


class Tax(msgspec.Struct, frozen=True):
    """A line of the bill."""

    name: str
    amount: Cents


@rule("taxes.utility")
def utility(terms: UtilityTax, given: Taxable, working: Working) -> tuple[Tax, ...] | Refusal:
    """The taxes of one service's charge, each rounded to the cent."""
    known = dict(given.amounts)
    lines = []
    for part in terms.parts:
        if missing := [name for name in part.on if name not in known]:
            return Refusal("amount_missing", f"{part.name} is on {', '.join(missing)}, which the bill does not have.")
        base = sum(known[name] for name in part.on)
        percent = Decimal(0) if given.exempt and part.exempts else part.percent
        amount = working.cents(part.name, f"{usd(base)} × {percent} %", cents(dollars(base) * percent / 100))
        known[part.name] = amount
        lines.append(Tax(part.name, amount))
    return tuple(lines)
