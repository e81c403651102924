"""Partial periods: the share of a monthly charge, and a short first bill that waits for the next."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from stormops.accounts.decision import Working, rule
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class Share(msgspec.Struct, frozen=True):
    """So many days of a cycle's."""

    days: int
    cycle_days: int

    def __str__(self) -> str:
        return "all of it" if self.days == self.cycle_days else f"{self.days} of {self.cycle_days} days"


WHOLE = Share(1, 1)


class PartialPeriod(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`full`: a month or a part of one bears the whole charge. `prorate`: below `below_percent` of a cycle, a share.

    `combine_first`: a first period below it is not billed but joins the next one's bill.
    """

    kind: ClassVar[str] = "partial_period"
    method: Literal["full", "prorate"]
    below_percent: int = 100
    month_days: int = 30
    combine_first: bool = False


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Days of service and the days of a normal cycle."""

    days: int
    cycle_days: int = 30
    first: bool = False
    final: bool = False


def _short(terms: PartialPeriod, given: Period, working: Working) -> bool:
    return working(
        "short period",
        f"{given.days} days < {terms.below_percent} % of {given.cycle_days}",
        given.days * 100 < terms.below_percent * given.cycle_days,
    )


@rule("proration.base_share")
def base_share(terms: PartialPeriod, given: Period, working: Working) -> Share | Refusal:
    """The share of the month's base charge that a period bears."""
    if given.days < 1 or given.cycle_days < 1:
        return Refusal("bad_period", "A period and a cycle have at least a day.")
    if terms.method == "full" or not _short(terms, given, working):
        return working("share", "a whole month", WHOLE)
    return working("share", f"{given.days} days of {terms.month_days}", Share(given.days, terms.month_days))


@rule("proration.bill_now")
def bill_now(terms: PartialPeriod, given: Period, working: Working) -> bool:
    """Whether a period is billed by itself; False = with the next one."""
    if not terms.combine_first or not given.first or given.final:
        return working("bill now", "only a first bill that is not the last may wait", True)
    return working("bill now", "not short", not _short(terms, given, working))
