"""Oracle cases 12, 13, 14, 16: the shares; the money they make is in `test_metered`."""

from __future__ import annotations

from datetime import date

import pytest

from stormops.accounts.rules.proration import WHOLE, Period, Share, base_share, bill_now
from tests.accounts.policies import PACKS, TODAY, one, proved, refused


@pytest.mark.parametrize(
    ("case", "pack", "days", "cycle", "expected"),
    [
        (12, "psc-florida", 12, 30, Share(12, 30)),
        (13, "psc-florida", 16, 30, WHOLE),
        (13, "psc-florida", 15, 30, WHOLE),
        (12, "psc-florida", 14, 29, Share(14, 30)),
        (12, "psc-florida", 99, 199, Share(99, 30)),
        (12, "psc-florida", 1, 30, Share(1, 30)),
        (13, "psc-florida", 1, 1, WHOLE),
        (14, "gru", 12, 30, WHOLE),
    ],
)
def test_shares(case: int, pack: str, days: int, cycle: int, expected: Share) -> None:
    period = Period(days=days, cycle_days=cycle)
    assert proved(base_share(PACKS[pack], TODAY, period)).value == expected, case


@pytest.mark.parametrize(
    ("combine", "period", "now"),
    [
        (True, Period(days=9, first=True), False),
        (True, Period(days=15, first=True), True),
        (True, Period(days=9), True),
        (True, Period(days=9, first=True, final=True), True),
        (False, Period(days=9, first=True), True),
    ],
)
def test_case_16_a_short_first_period_waits_for_the_next_bill(combine: bool, period: Period, now: bool) -> None:
    packs = one("partial_period", method="prorate", below_percent=50, combine_first=combine)
    assert proved(bill_now(packs["test"], TODAY, period), packs).value is now


def test_a_period_has_a_day() -> None:
    assert refused(base_share(PACKS["gru"], date(2026, 1, 1), Period(days=0))) == "bad_period"
