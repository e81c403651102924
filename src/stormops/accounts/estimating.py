"""A register that was not read: how it is estimated. Whether it may be billed is the policy's (`rules.estimates`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from stormops.accounts.records_place import Read

LOOK_BACK = timedelta(days=366)
YEAR = timedelta(days=365)
NEAR = timedelta(days=10)
"""A read so near to a day of last year stands for it."""


def standing(reads: Iterable[Read]) -> list[Read]:
    """Of each day the read that was recorded last, which takes the place of those before it; the oldest day first."""
    by_day = {each.day: each for each in sorted(reads, key=lambda each: (each.day, each.changed))}
    return list(by_day.values())


def of_period(reads: Iterable[Read], since: date, until: date) -> tuple[Read, Read] | None:
    """The reads by which a meter's use from a day up to and without another is billed; None where one is missing."""
    opening: Read | None = None
    closing: Read | None = None
    for read in reads:
        if read.day <= since:
            opening = _later(opening, read)
        elif read.day <= until:
            closing = _later(closing, read)
    return None if opening is None or closing is None else (opening, closing)


def _later(one: Read | None, other: Read) -> Read:
    """The later read; of those of a day the one that was recorded last."""
    return other if one is None or (other.day, other.changed) >= (one.day, one.changed) else one


def register_at(reads: Sequence[Read], on: date) -> int | None:
    """The register on a day, from the latest read on by the daily use of the year before it; None where none is known.

    `reads` are those of one meter before the day, the oldest first.
    """
    if len(reads) < 2 or reads[-1].day >= on:
        return None
    last = reads[-1]
    first = next(read for read in reads if last.day - read.day <= LOOK_BACK)
    days = (last.day - first.day).days
    used = last.register - first.register
    if days <= 0 or used < 0:
        return None
    return last.register + (2 * used * (on - last.day).days + days) // (2 * days)


def used_a_year_ago(reads: Iterable[Read], first: date, end: date) -> tuple[int, int] | None:
    """Units and days of about the same time a year before; None where it was not read then."""
    actual = [read for read in reads if read.kind == "actual"]
    opening, closing = (
        min(
            (read for read in actual if abs(read.day - (day - YEAR)) <= NEAR),
            key=lambda read: abs(read.day - (day - YEAR)),
            default=None,
        )
        for day in (first, end)
    )
    if opening is None or closing is None or closing.day <= opening.day or closing.register < opening.register:
        return None
    return closing.register - opening.register, (closing.day - opening.day).days
