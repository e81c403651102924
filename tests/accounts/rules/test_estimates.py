"""Oracle cases 9, 17, 18: estimates counted (25-30.335), none within a verified outage."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from stormops.accounts.rules.estimates import HOUR, Cause, Estimate, Gap, Missing, Verdict, Wanted, allowed, gap
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

PSC = PACKS["psc-florida"]


OURS: tuple[Cause, ...] = ("utility",) * 5


def monthly(*causes: Cause) -> tuple[Estimate, ...]:
    """The latest first, one a month before today."""
    return tuple(Estimate(TODAY - timedelta(days=31 * (number + 1)), cause) for number, cause in enumerate(causes))


@pytest.mark.parametrize(
    ("case", "cause", "earlier", "counted", "exception"),
    [
        (17, "utility", monthly(*OURS[:4]), 5, True),
        (17, "utility", monthly(*OURS[:3]), 4, False),
        (17, "storm", monthly(*OURS[:4]), 4, False),
        (17, "utility", monthly("utility", "utility", "utility", "storm"), 4, False),
        (17, "customer", monthly(*OURS[:5]), 5, False),
    ],
)
def test_case_17_the_fifth_in_the_utilitys_control_is_an_exception(
    case: int, cause: Cause, earlier: tuple[Estimate, ...], counted: int, exception: bool
) -> None:
    verdict = proved(allowed(PSC, TODAY, Wanted(cause=cause, earlier=earlier))).value
    assert (verdict.counted, verdict.exception) == (counted, exception), case


def test_an_estimate_of_more_than_twelve_months_ago_no_longer_counts() -> None:
    earlier = (*monthly(*OURS[:3]), Estimate(date(2025, 7, 1), "utility"))
    assert proved(allowed(PSC, TODAY, Wanted(cause="utility", earlier=earlier))).value.counted == 4


def test_case_18_the_second_in_six_months_is_explained_in_writing() -> None:
    first = proved(allowed(PSC, TODAY, Wanted(cause="utility"))).value
    assert first == Verdict(counted=1, exception=False, explain=False)
    causes: tuple[Cause, ...] = ("utility", "storm")
    for cause in causes:
        assert proved(allowed(PSC, TODAY, Wanted(cause="utility", earlier=monthly(cause)))).value.explain
    old = (Estimate(date(2026, 1, 1), "utility"),)
    assert not proved(allowed(PSC, TODAY, Wanted(cause="utility", earlier=old))).value.explain


def test_case_9_no_estimate_of_a_bill_for_service_that_was_out() -> None:
    assert refused(allowed(PSC, TODAY, Wanted(cause="storm", outage_verified=True))) == "outage_verified"


START = datetime(2026, 6, 20, 6)  # noqa: DTZ001 the meter's local hours
HOURS = tuple(Missing(START + HOUR * number, Decimal("1.25")) for number in range(24))


def test_case_9_missing_hours_of_an_outage_are_nothing_and_others_the_profiles() -> None:
    outage = (START, START + HOUR * 18)
    assert proved(gap(PSC, TODAY, Gap(hours=HOURS, outages=(outage,)))).value == 6 * Decimal("1.25")
    assert proved(gap(PSC, TODAY, Gap(hours=HOURS[:18], outages=(outage,)))).value == 0


def test_an_hour_that_was_out_in_part_is_filled_in_part_and_overlapping_outages_count_once() -> None:
    half = START + HOUR / 2
    outages = ((half - HOUR / 4, half), (half, half + HOUR / 4), (half - HOUR / 4, half + HOUR / 4))
    assert proved(gap(PSC, TODAY, Gap(hours=HOURS[:1], outages=outages))).value == Decimal("0.625")


def test_a_city_may_fill_outages_too_but_must_say_so() -> None:
    packs = one("interval_gaps", outage_is_zero=False)
    asked = Gap(hours=HOURS[:2], outages=((START, START + HOUR),))
    assert proved(gap(packs["test"], TODAY, asked), packs).value == Decimal("2.5")
