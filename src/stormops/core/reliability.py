"""Reliability indices of distribution, by IEEE 1366-2022: SAIFI, SAIDI, CAIDI, ASAI, and major event days by 2.5 beta.

An interruption is of the customers whom one step of restoration brought back: an incident that is restored in three
steps is three of them, each with its own length. It counts by when it began (one of several days is of its first day),
and only if it lasted more than five minutes.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

SUSTAINED_MS = 5 * 60_000
"""An interruption that lasts no longer is momentary."""
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
BETAS = 2.5
DAYS_LEAST = 2
"""Days with interruptions from which a deviation can be had."""

Hours = dict[int, tuple[int, int]]
"""By the hour in which they began (platform ms / 3,600,000): customers interrupted, and how long (customer ms)."""


class Interruption(NamedTuple):
    """Customers who were without power from one time until another, platform ms."""

    start_ms: int
    end_ms: int
    customers: int

    @property
    def customer_ms(self) -> int:
        """How long, summed over the customers."""
        return (self.end_ms - self.start_ms) * self.customers

    @property
    def sustained(self) -> bool:
        """Whether it lasted more than five minutes."""
        return self.end_ms - self.start_ms > SUSTAINED_MS


class Indices(NamedTuple):
    """Of a system that serves `customers`, over some days: customers interrupted (CI), and how long in all."""

    customers: int
    interrupted: int = 0
    customer_ms: int = 0

    @property
    def minutes(self) -> float:
        """Customer minutes interrupted (CMI)."""
        return self.customer_ms / MINUTE_MS

    @property
    def saifi(self) -> float:
        """Interruptions a customer served: ΣCI / N."""
        return self.interrupted / self.customers if self.customers else 0.0

    @property
    def saidi(self) -> float:
        """Minutes a customer served: ΣCMI / N."""
        return self.minutes / self.customers if self.customers else 0.0

    @property
    def caidi(self) -> float:
        """Minutes until a customer who was interrupted is back: SAIDI / SAIFI."""
        return self.minutes / self.interrupted if self.interrupted else 0.0

    def asai(self, days: int) -> float:
        """The share of the hours of some days in which service was there, 0 to 1."""
        return 1 - self.saidi / (days * 24 * 60)

    def add(self, interrupted: int, customer_ms: int) -> Indices:
        """With more interruptions."""
        return Indices(self.customers, self.interrupted + interrupted, self.customer_ms + customer_ms)


def keep(hours: Hours, one: Interruption) -> None:
    """Count an interruption that is over, if it was sustained."""
    if one.sustained and one.customers:
        hour = one.start_ms // HOUR_MS
        interrupted, customer_ms = hours.get(hour, (0, 0))
        hours[hour] = interrupted + one.customers, customer_ms + one.customer_ms


def indices(customers: int, interruptions: Iterable[Interruption]) -> Indices:
    """Of interruptions as they are; momentary ones do not count."""
    hours: Hours = {}
    for one in interruptions:
        keep(hours, one)
    return total(customers, hours.values())


def total(customers: int, counted: Iterable[tuple[int, int]]) -> Indices:
    """Of customers interrupted, and how long."""
    found = Indices(customers)
    for interrupted, customer_ms in counted:
        found = found.add(interrupted, customer_ms)
    return found


def by_day(customers: int, hours: Hours, day_of: Callable[[int], date]) -> dict[date, Indices]:
    """The indices of each day on which interruptions began; `day_of` gives the city's day of a moment (platform ms)."""
    days: dict[date, Indices] = {}
    for hour in sorted(hours):
        day = day_of(hour * HOUR_MS)
        days[day] = days.get(day, Indices(customers)).add(*hours[hour])
    return days


def threshold(daily_saidi: Iterable[float]) -> float | None:
    """T_MED of past days' SAIDI (five years, or what there is): exp(alpha + 2.5 beta); None of fewer than two days.

    Days without interruptions are dropped; alpha is the mean of natural logarithms, beta their (sample) deviation.
    """
    logs = [math.log(saidi) for saidi in daily_saidi if saidi > 0]
    if len(logs) < DAYS_LEAST:
        return None
    return math.exp(statistics.fmean(logs) + BETAS * statistics.stdev(logs))


def major_event_days(days: Mapping[date, Indices], year: int) -> frozenset[date]:
    """The days of a year whose SAIDI is above the threshold of the five years before it."""
    limit = threshold(each.saidi for day, each in days.items() if year - 5 <= day.year < year)
    if limit is None:
        return frozenset()
    return frozenset(day for day, each in days.items() if day.year == year and each.saidi > limit)
