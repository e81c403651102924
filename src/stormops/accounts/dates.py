"""Days, months and the days that do not count."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from datetime import MAXYEAR, MINYEAR, date, timedelta

import msgspec

DAY = timedelta(days=1)
_SATURDAY = 5


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Days from the first through the last."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


Spans = tuple[Span, ...]


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last where it has none. Raises `OverflowError`."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError(f"{day} and {months} months are beyond the calendar")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def after(start: date, days: int, pauses: Spans = ()) -> date:
    """The day that is ``days`` (≥ 0) counted days after ``start``; days in pauses do not count."""
    day = start
    while days:
        day += DAY
        days -= not paused(day, pauses)
    return day


def paused(day: date, pauses: Spans) -> bool:
    """Whether a day does not count."""
    return any(day in pause for pause in pauses)


def working_days_after(start: date, days: int, holidays: Collection[date] = ()) -> date:
    """The last of ``days`` working days (Monday to Friday, no holiday) after ``start``."""
    day = start
    while days:
        day += DAY
        days -= day.weekday() < _SATURDAY and day not in holidays
    return day
