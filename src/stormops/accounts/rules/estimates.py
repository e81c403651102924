"""Estimated reads: how often they may be, what must be explained, and none for hours that were verified as out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import add_months
from stormops.accounts.decision import Working, rule, said
from stormops.accounts.policy import Terms, natural
from stormops.accounts.refusal import Refusal

HOUR = timedelta(hours=1)

Cause = Literal["utility", "customer", "storm"]
"""Who or what kept the meter from being read; only the utility's own causes count against it."""


class Estimates(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More than `most` within `months` from causes that count are an exception; the `explain_at`-th needs a letter."""

    kind: ClassVar[str] = "estimated_reads"
    most: int
    months: int
    explain_at: int
    explain_months: int


class Estimate(msgspec.Struct, frozen=True):
    """An estimated bill: its date and why."""

    on: date
    cause: Cause


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate that is to be billed, and those before it. `outage_verified`: the service was out all the time."""

    cause: Cause
    earlier: tuple[Estimate, ...] = ()
    outage_verified: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`exception`: may be billed, and a supervisor is told. `explain`: with a written explanation."""

    counted: int
    exception: bool
    explain: bool


@rule("estimates.allowed")
def allowed(terms: Estimates, given: Wanted, working: Working) -> Verdict | Refusal:
    """Whether a bill may be estimated, and what must go with it."""
    if given.outage_verified:
        return Refusal("outage_verified", "The service was out: the use is none, not an estimate.")
    since, recent = add_months(working.on, -terms.months), add_months(working.on, -terms.explain_months)
    ours = [earlier.on for earlier in given.earlier if earlier.cause == "utility" and since < earlier.on <= working.on]
    counted = working(
        f"estimates since {since}",
        "causes in the utility's control, with this one",
        len(ours) + (given.cause == "utility"),
    )
    all_recent = sum(recent < earlier.on <= working.on for earlier in given.earlier) + 1
    working(f"estimates since {recent}", "any cause, with this one", all_recent)
    return Verdict(
        counted=counted,
        exception=given.cause == "utility" and counted > terms.most,
        explain=all_recent >= terms.explain_at,
    )


class GapFilling(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How missing intervals are filled: from the customer's profile, but none within an outage that was verified."""

    kind: ClassVar[str] = "interval_gaps"
    outage_is_zero: bool = True


class Missing(msgspec.Struct, frozen=True):
    """An hour without data and what the customer's profile has for it."""

    start: datetime
    profile: Decimal

    def __post_init__(self) -> None:
        natural("profile", self.profile)


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Missing hours, and verified outages of the service point as (begin, end)."""

    hours: tuple[Missing, ...]
    outages: tuple[tuple[datetime, datetime], ...] = ()


@rule("estimates.gap")
def gap(terms: GapFilling, given: Gap, working: Working) -> Decimal:
    """Units to bill for the missing hours."""
    total = Decimal(0)
    for hour in given.hours:
        out = _out(hour.start, given.outages) if terms.outage_is_zero else timedelta(0)
        on = HOUR - out
        share = Decimal(on // timedelta(seconds=1)) / 3600
        total += working(
            f"{hour.start:%Y-%m-%d %H:%M}", f"profile {hour.profile} × {said(share)}", hour.profile * share
        )
    return working("missing hours", "sum", total)


def _out(start: datetime, outages: tuple[tuple[datetime, datetime], ...]) -> timedelta:
    """How much of an hour was out; outages that overlap count once."""
    end, out, reached = start + HOUR, timedelta(0), start
    for began, ended in sorted(outages):
        first, last = max(began, reached), min(ended, end)
        if last > first:
            out += last - first
            reached = last
    return out
