"""Oracle cases 52, 54, 56: 5 % a year, a twelfth a month; checked against an independent solution."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stormops.accounts.money import Cents
from stormops.accounts.rules.loans import Note, Schedule, Wanted, eligible, schedule
from tests.accounts.policies import PACKS, TODAY, one, only, proved, refused

CITY = PACKS["palmetto"]
FIRST = date(2026, 8, 31)


def of(principal: Cents, months: int) -> Schedule:
    note = Note(principal=principal, months=months, first_due=FIRST)
    return proved(schedule(CITY, TODAY, note, "general")).value


def test_case_52_ten_thousand_over_sixty_months() -> None:
    found = of(10_000_00, 60)
    first = found.rows[0]
    assert (found.payment, first.interest, first.principal) == (188_71, 41_67, 147_04)
    assert (found.rows[11].balance, found.rows[23].balance) == (8_194_46, 6_296_56)
    assert (found.rows[-1].payment, found.interest, len(found.rows)) == (188_85, 1_322_74, 60)


def test_case_54_five_hundred_over_twelve_months() -> None:
    found = of(500_00, 12)
    assert (found.payment, found.rows[-1].payment, found.interest) == (42_80, 42_83, 13_63)


@pytest.mark.parametrize(
    ("programme", "principal", "months", "measures", "code"),
    [
        ("general", 499_99, 12, ("windows",), "too_little"),
        ("general", 10_000_01, 60, ("windows",), "too_much"),
        ("roof", 20_000_00, 120, ("roof", "windows"), "bundled"),
        ("general", 10_000_00, 61, ("windows",), "too_long"),
        ("solar", 20_000_00, 120, ("solar",), "missing"),
        ("yacht", 20_000_00, 120, ("yacht",), "no_policy"),
    ],
)
def test_case_56_what_a_programme_refuses(
    programme: str, principal: Cents, months: int, measures: tuple[str, ...], code: str
) -> None:
    assert refused(eligible(CITY, TODAY, Wanted(principal=principal, months=months, measures=measures), programme)) == (
        code
    )


@pytest.mark.parametrize(
    ("programme", "wanted"),
    [
        ("general", Wanted(principal=500_00, months=1, measures=("windows",))),
        ("general", Wanted(principal=10_000_00, months=60, measures=("windows", "doors"))),
        ("roof", Wanted(principal=20_000_00, months=120, measures=("roof",))),
        ("solar", Wanted(principal=20_000_00, months=120, measures=("solar",), on_file=("audit",))),
    ],
)
def test_case_56_what_it_takes(programme: str, wanted: Wanted) -> None:
    assert proved(eligible(CITY, TODAY, wanted, programme)).value


def test_due_days_keep_to_the_end_of_the_month() -> None:
    assert [row.due for row in of(500_00, 8).rows][-3:] == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]


def test_a_loan_without_interest_is_equal_parts() -> None:
    packs = one("loan", percent=0, least=1, most=9999, months_most=99)
    found = proved(schedule(packs["test"], TODAY, Note(principal=100_00, months=3, first_due=FIRST)), packs).value
    assert [row.payment for row in found.rows] == [33_33, 33_33, 33_34]
    assert refused(schedule(packs["test"], TODAY, Note(principal=0, months=3, first_due=FIRST)), packs) == "bad_note"


def test_a_note_is_within_the_programmes_months() -> None:
    for months in (0, 61, 10**9):
        assert (
            refused(schedule(CITY, TODAY, Note(principal=1, months=months, first_due=FIRST), "general")) == "bad_note"
        )


def test_a_loan_of_a_cent_is_paid_in_a_month() -> None:
    rows = of(1, 1).rows
    assert [(row.payment, row.balance) for row in rows] == [(1, 0)]


def annuity(principal: Cents, percent: int, months: int) -> int:
    """The exact level payment by the recurrence of what one cent a month pays off, in fractions; rounded half up."""
    growth = 1 + Fraction(percent, 1200)
    worth, factor = Fraction(0), Fraction(1)
    for _ in range(months):
        factor /= growth
        worth += factor
    return int(Fraction(principal) / worth + Fraction(1, 2))


@given(st.integers(10_000, 20_000_00), st.integers(1, 120), st.integers(0, 24))
@example(218_10, 1, 20)  # half a cent, which a rate cut off after 28 digits falls short of
def test_every_schedule_pays_its_principal_off_and_no_more(principal: int, months: int, percent: int) -> None:
    pack = only("loan", percent=percent, least=1, most=10**6, months_most=120)
    found = schedule(pack, TODAY, Note(principal=principal, months=months, first_due=FIRST)).value
    assert found.payment == annuity(principal, percent, months)
    assert sum(row.principal for row in found.rows) == principal
    assert sum(row.payment for row in found.rows) == principal + found.interest
    assert found.rows[-1].balance == 0
    assert [row.number for row in found.rows] == list(range(1, len(found.rows) + 1))
    owed = Fraction(principal)
    for row in found.rows:
        assert row.interest == int(owed * percent / 1200 + Fraction(1, 2))
        assert row.payment == row.interest + row.principal
        assert row.payment == found.payment or row is found.rows[-1]
        owed -= row.principal
        assert row.balance == owed
