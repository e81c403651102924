"""Oracle cases 68, 69: Mich. Admin. Code R 460.744, R 460.746."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from stormops.accounts.money import Cents
from stormops.accounts.policy import PolicyError
from stormops.accounts.rules.outage_credits import (
    Conditions,
    Extent,
    Frequent,
    Interruptions,
    Outage,
    conditions,
    credit,
    frequent,
)
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

MICHIGAN = PACKS["michigan"]
BEFORE = date(2025, 9, 30)


@pytest.mark.parametrize(
    ("tenths", "then", "now"), [(960, 0, 0), (961, 35_00, 42_00), (1200, 70_00, 84_00), (1680, 140_00, 168_00)]
)
def test_case_68_after_96_hours_of_a_catastrophe(tenths: int, then: Cents, now: Cents) -> None:
    outage = Outage(minutes=tenths * 6, conditions="catastrophic")
    assert proved(credit(MICHIGAN, BEFORE, outage)).value == then
    assert proved(credit(MICHIGAN, TODAY, outage)).value == now


def test_case_68_at_least_the_monthly_customer_charge() -> None:
    outage = Outage(minutes=97 * 60, conditions="catastrophic", customer_charge=50_00)
    assert proved(credit(MICHIGAN, TODAY, outage)).value == 50_00
    none = Outage(minutes=96 * 60, conditions="catastrophic", customer_charge=50_00)
    assert proved(credit(MICHIGAN, TODAY, none)).value == 0


TERMS: dict[str, Any] = {
    "amount": 10,
    "hours": {"catastrophic": 96, "grey_sky": 48, "normal": 16},
    "catastrophic_percent": 10,
    "grey_percent": 1,
}


def test_case_68_a_city_may_count_days_that_have_begun() -> None:
    packs = one("outage_credit", further="begun", **TERMS)
    for minutes, amount in ((16 * 60 + 1, 20_00), (40 * 60, 20_00), (40 * 60 + 1, 30_00)):
        outage = Outage(minutes=minutes, conditions="normal")
        assert proved(credit(packs["test"], TODAY, outage), packs).value == amount


@pytest.mark.parametrize(
    ("out", "named"), [(100_000, "catastrophic"), (99_999, "grey_sky"), (10_000, "grey_sky"), (9_999, "normal")]
)
def test_case_69_conditions_by_the_share_out(out: int, named: Conditions) -> None:
    assert proved(conditions(MICHIGAN, TODAY, Extent(out=out, customers=1_000_000))).value == named


@pytest.mark.parametrize(("sort", "hours"), [("grey_sky", 48), ("normal", 16)])
def test_case_69_thresholds(sort: Conditions, hours: int) -> None:
    for minutes, amount in ((hours * 60, 0), (hours * 60 + 1, 42_00)):
        assert proved(credit(MICHIGAN, TODAY, Outage(minutes=minutes, conditions=sort))).value == amount


def weekly(count: int, start: date = date(2026, 1, 1)) -> tuple[date, ...]:
    return tuple(start + timedelta(weeks=week) for week in range(count))


def test_case_69_six_interruptions_are_one_credit_and_the_counter_is_nothing_again() -> None:
    def found(days: tuple[date, ...]) -> Frequent:
        return proved(frequent(MICHIGAN, TODAY, Interruptions(days=days))).value

    assert found(weekly(5)) == Frequent(credit=0, counting=weekly(5))
    assert found(weekly(6)) == Frequent(credit=42_00, counting=())
    assert found(weekly(11)) == Frequent(credit=42_00, counting=weekly(11)[6:])
    assert found(weekly(12)).credit == 84_00
    for old, credited in ((date(2025, 1, 29), 0), (date(2025, 1, 30), 42_00)):
        assert found((old, *weekly(5))).credit == credited, "twelve months before the fifth"


def test_no_florida_city_owes_a_credit() -> None:
    for pack in PACKS:
        decision = credit(pack, TODAY, Outage(minutes=10**5, conditions="normal"))
        assert (decision.refusal is None) == (pack.name == "michigan")


def test_what_a_pack_does_not_have_is_refused() -> None:
    packs = one("outage_credit", **TERMS)
    assert refused(frequent(packs["test"], TODAY, Interruptions(days=())), packs) == "no_repeats"
    assert refused(conditions(MICHIGAN, TODAY, Extent(out=2, customers=1))) == "bad_extent"
    assert proved(conditions(MICHIGAN, TODAY, Extent(out=0, customers=1))).value == "normal"
    assert one("outage_credit", **{**TERMS, "hours": {**TERMS["hours"], "normal": 0}})
    with pytest.raises(PolicyError, match="`hours`"):
        one("outage_credit", **{**TERMS, "hours": {"normal": 16}})
