"""Leaks: what is taken back of water that ran out of a customer's own pipe, once it is repaired."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.dates import add_months
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal
from stormops.accounts.rules.use_check import Used, together

_SHOWN = Decimal("0.001")


class LeakAdjustment(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`percent` of what the use above the usual cost is taken back; of the sewer `unsewered_percent` where none came.

    The usual is the daily use of the last `average_bills`. Only use more than `above_percent` above it counts, and so
    many `bills` in `every_months` (0 = as often as there is a leak).
    """

    kind: ClassVar[str] = "leak_adjustment"
    average_bills: int
    percent: Decimal
    unsewered_percent: Decimal
    above_percent: Decimal = Decimal(0)
    bills: int = 1
    every_months: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.average_bills or not self.bills or max(self.percent, self.unsewered_percent) > 100:
            raise ValueError("a leak is held against a bill at least, for one at least, and gives back 100 % at most")


class Adjusted(msgspec.Struct, frozen=True):
    """A bill that was adjusted for a leak, and when that was asked for."""

    bill: str
    on: date


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """The bill with the leak, its use and that of the bills before (oldest first), the repair, earlier adjustments."""

    bill: str
    used: Used
    before: tuple[Used, ...]
    repaired: date
    earlier: tuple[Adjusted, ...] = ()


@rule("leaks.usual")
def usual(terms: LeakAdjustment, given: Leak, working: Working) -> Decimal | Refusal:
    """The units that would have been used without the leak, to the thousandth."""
    known = [each for each in given.before if each.days > 0][-terms.average_bills :]
    if given.used.days < 1 or not known:
        return Refusal("no_usual_use", "There is no bill before the leak to hold it against.")
    if given.repaired > working.on:
        return Refusal("not_repaired", "A leak is adjusted once it is repaired.")
    refusal = _adjusted_before(terms, given, working)
    if refusal is not None:
        return refusal
    before = together(known)
    exact = Decimal(before.units) * given.used.days / before.days
    units = working(
        "usual use",
        f"{before.units} in {before.days} days ({len(known)} bills), for {given.used.days}",
        exact.quantize(_SHOWN, ROUND_HALF_UP),
    )
    least = working("counts above", f"{units} + {terms.above_percent} %", units * (100 + terms.above_percent) / 100)
    if given.used.units <= least:
        return Refusal("no_excess", f"{given.used.units} is not so much above the usual {units} that it is adjusted.")
    return units


def _adjusted_before(terms: LeakAdjustment, given: Leak, working: Working) -> Refusal | None:
    """Why there is none now: this bill was adjusted, or as many lately as the policy adjusts."""
    if any(each.bill == given.bill for each in given.earlier):
        return Refusal("adjusted_before", "This bill has been adjusted for a leak.")
    since = add_months(working.on, -terms.every_months)
    lately = sorted(each.on for each in given.earlier if each.on > since)
    working("adjusted before", f"after {since}, of {terms.bills} that may be", len(lately))
    if len(lately) < terms.bills:
        return None
    again = add_months(lately[-terms.bills], terms.every_months)
    return Refusal("adjusted_before", f"A leak was adjusted on {lately[-1]}; again from {again}.")


class Excess(msgspec.Struct, frozen=True, kw_only=True):
    """What the use cost and what the usual would have, of water and sewer. `unsewered`: none of it came there."""

    water: tuple[Cents, Cents]
    sewer: tuple[Cents, Cents]
    unsewered: bool = False


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken back of each charge."""

    water: Cents
    sewer: Cents


@rule("leaks.credit")
def credit(terms: LeakAdjustment, given: Excess, working: Working) -> Credit | Refusal:
    """What is taken back of a bill with a leak."""
    of_sewer = terms.unsewered_percent if given.unsewered else terms.percent
    water = _share("water", given.water, terms.percent, working)
    sewer = _share("sewer", given.sewer, of_sewer, working)
    if not water + sewer:
        return Refusal("no_excess", "What was used above the usual cost nothing more.")
    return Credit(water=water, sewer=sewer)


def _share(name: str, costs: tuple[Cents, Cents], percent: Decimal, working: Working) -> Cents:
    cost, usual_cost = costs
    excess = working.cents(f"{name}, excess", f"{usd(cost)} - {usd(usual_cost)}", max(0, cost - usual_cost))
    return working.cents(name, f"{usd(excess)} × {percent} %", cents(dollars(excess) * percent / 100))
