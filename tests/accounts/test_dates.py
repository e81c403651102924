from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.dates import Span, add_months, after, working_days_after

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(9998, 12, 31), 12, date(9999, 12, 31)),
        (date(2, 1, 1), -12, date(1, 1, 1)),
        (date(2026, 3, 31), -13, date(2025, 2, 28)),
    ],
)
def test_months_end_where_they_end(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(("day", "months"), [(date(9999, 12, 1), 1), (date(1, 1, 1), -1)])
def test_beyond_the_calendar_there_are_no_days(day: date, months: int) -> None:
    with pytest.raises(OverflowError):
        add_months(day, months)


@given(DAYS, st.integers(0, 400), DAYS, st.integers(0, 60))
def test_paused_days_do_not_count_and_all_others_do(start: date, days: int, first: date, length: int) -> None:
    pause = (Span(first, first + timedelta(length)),)
    end = after(start, days, pause)
    passed = [start + timedelta(number + 1) for number in range((end - start).days)]
    assert sum(day not in pause[0] for day in passed) == days
    assert days == 0 or end not in pause[0]


def test_working_days_leave_out_weekends_and_holidays() -> None:
    friday, labor_day = date(2026, 9, 4), date(2026, 9, 7)
    assert working_days_after(friday, 1) == labor_day
    assert working_days_after(friday, 5, {labor_day}) == date(2026, 9, 14)


def test_a_span_has_its_first_and_its_last_day() -> None:
    span = Span(date(2026, 7, 18), date(2026, 7, 27))
    days = [date(2026, 7, day) in span for day in (17, 18, 27, 28)]
    assert days == [False, True, True, False]
