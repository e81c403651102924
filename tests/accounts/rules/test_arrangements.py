"""Arrangements add up, are broken when they are and not in a storm; extensions have their limits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.dates import Span
from stormops.accounts.rules.arrangements import Due, Extension, Kept, Promise, broken_on, extend, offer
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["palmetto"]
FIRST = date(2026, 7, 31)


def promise(**changed: Any) -> Promise:
    return Promise(**{"owed": 400_00, "down": 100_00, "instalments": 3, "first_due": FIRST, **changed})


def test_the_rest_is_due_in_equal_months() -> None:
    assert proved(offer(CITY, TODAY, promise())).value == (
        Due(FIRST, 100_00),
        Due(date(2026, 8, 31), 100_00),
        Due(date(2026, 9, 30), 100_00),
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"down": 99_99}, "down_payment"),
        ({"instalments": 7}, "instalments"),
        ({"instalments": 0}, "instalments"),
        ({"last_breach": date(2026, 1, 2)}, "breach"),
        ({"down": 400_00}, "bad_promise"),
        ({"first_due": TODAY}, "bad_promise"),
    ],
)
def test_what_may_not_be_promised(changed: dict[str, Any], code: str) -> None:
    assert refused(offer(CITY, TODAY, promise(**changed))) == code


def test_six_months_after_a_breach_another_may_be_made() -> None:
    assert proved(offer(CITY, TODAY, promise(last_breach=date(2026, 1, 1)))).value


@given(st.integers(100, 10**7), st.integers(1, 6))
def test_the_down_payment_and_the_instalments_are_the_debt(owed: int, instalments: int) -> None:
    down = -(-owed // 4)
    dues = offer(CITY, TODAY, promise(owed=owed, down=down, instalments=instalments)).value
    assert down + sum(due.amount for due in dues) == owed


DUES = (Due(date(2026, 7, 10), 50_00), Due(date(2026, 8, 10), 50_00))


@pytest.mark.parametrize(
    ("on", "paid", "broken"),
    [
        (date(2026, 7, 13), 0, None),
        (date(2026, 7, 14), 0, date(2026, 7, 14)),
        (date(2026, 7, 14), 49_99, date(2026, 7, 14)),
        (date(2026, 8, 1), 50_00, None),
        (date(2026, 8, 14), 50_00, date(2026, 8, 14)),
        (date(2026, 9, 1), 100_00, None),
    ],
)
def test_it_is_broken_when_the_grace_of_three_days_is_over(on: date, paid: int, broken: date | None) -> None:
    decision = broken_on(CITY, on, Kept(dues=DUES, paid=paid))
    if broken is None:
        assert refused(decision) == "kept"
    else:
        assert proved(decision).value == broken


def test_in_a_storm_nothing_is_broken() -> None:
    storm = (Span(date(2026, 7, 12), date(2026, 7, 27)),)
    kept = Kept(dues=DUES, paid=0, pauses=storm)
    for day in (date(2026, 7, 14), date(2026, 7, 27), date(2026, 7, 29)):
        assert refused(broken_on(CITY, day, kept)) == "kept"
    assert proved(broken_on(CITY, date(2026, 7, 30), kept)).value == date(2026, 7, 30)


def extension(**changed: Any) -> Extension:
    return Extension(**{"owed": 200_00, "due": TODAY, "days": 14, **changed})


def test_an_extension_moves_the_due_date() -> None:
    assert proved(extend(CITY, TODAY, extension())).value == TODAY + timedelta(14)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"days": 15}, "too_long"),
        ({"days": 0}, "too_long"),
        ({"owed": 500_01}, "too_much"),
        ({"earlier": (date(2025, 7, 2), date(2026, 3, 1))}, "too_often"),
    ],
)
def test_an_extension_has_limits(changed: dict[str, Any], code: str) -> None:
    assert refused(extend(CITY, TODAY, extension(**changed))) == code


def test_extensions_of_more_than_a_year_ago_do_not_count() -> None:
    assert proved(extend(CITY, TODAY, extension(earlier=(date(2025, 7, 1), date(2026, 3, 1))))).value


def test_at_a_limit_it_is_within() -> None:
    assert proved(extend(CITY, TODAY, extension(days=1, owed=500_00))).value == TODAY + timedelta(1)
    packs = one("arrangement", instalments=1)
    assert proved(offer(packs["test"], TODAY, promise(down=0, instalments=1)), packs).value == (Due(FIRST, 400_00),)
