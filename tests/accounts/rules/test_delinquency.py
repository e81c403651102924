"""Oracle cases 47, 48: Danville's clock, and the days of a storm that do not count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.dates import Span, Spans
from stormops.accounts.policy import PolicyError
from stormops.accounts.rules.delinquency import Unpaid, clock
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["danville"]
DUE = date(2026, 6, 15)
STORM = (Span(date(2026, 7, 18), date(2026, 7, 27)),)


@pytest.mark.parametrize(
    ("case", "pauses", "days"),
    [
        (47, (), "06-16 06-20 07-15 07-21 07-22 07-30 08-29 11-12"),
        (48, STORM, "06-16 06-20 07-15 07-31 08-01 08-09 09-08 11-22"),
    ],
)
def test_the_clock(case: int, pauses: Spans, days: str) -> None:
    steps = proved(clock(CITY, TODAY, Unpaid(due=DUE, pauses=pauses))).value
    assert " ".join(f"{step.on:%m-%d}" for step in steps) == days, case
    assert [step.name for step in steps] == [
        "late_fee",
        "notice",
        "second_notice",
        "delinquency_fee",
        "electric_cut",
        "gas_water_cut",
        "finalled",
        "agency",
    ]


def test_case_47_what_the_steps_cost() -> None:
    steps = proved(clock(CITY, TODAY, Unpaid(due=DUE, balance=200_00))).value
    assert {step.name: step.fee for step in steps if step.fee} == {"late_fee": 3_00, "delinquency_fee": 50_00}


@given(st.dates(date(2026, 6, 1), date(2026, 12, 1)), st.integers(0, 40))
def test_a_storm_never_brings_a_step_forward_nor_lets_one_fall_on_its_days(first: date, length: int) -> None:
    storm = Span(first, first + timedelta(length))
    plain = clock(CITY, TODAY, Unpaid(due=DUE)).value
    paused = clock(CITY, TODAY, Unpaid(due=DUE, pauses=(storm,))).value
    for step, later in zip(plain, paused, strict=True):
        assert later.on >= step.on
        assert later.on not in storm
        assert step.on >= first or later.on == step.on, "what was before the storm stays"


def test_steps_follow_the_due_date_or_one_another() -> None:
    with pytest.raises(PolicyError, match="step `cut`: `since`"):
        one("delinquency_clock", steps=[{"name": "cut", "days": 1, "since": "notice"}])
    with pytest.raises(PolicyError, match="names are unique"):
        one("delinquency_clock", steps=[{"name": "due", "days": 1}])
    packs = one("delinquency_clock", steps=[])
    assert refused(clock(packs["test"], TODAY, Unpaid(due=DUE)), packs) == "no_steps"
