"""Oracle cases 33, 35, 37, 38, 39, 40."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stormops.accounts.rules.deposit_life import (
    Guarantor,
    Holding,
    Instrument,
    Noticed,
    Record,
    Watch,
    call_guarantor,
    good_payment,
    guarantor,
    instrument,
    interest,
)
from stormops.accounts.rules.deposits import Bills, required
from tests.accounts.policies import PACKS, TODAY, proved, refused

PSC, FPL = PACKS["psc-florida"], PACKS["fpl"]
HELD = date(2025, 3, 10)


def holding(amount: int, held: date, until: date, *, good: bool = False) -> Holding:
    return Holding(amount=amount, held_from=held, since=held, until=until, good_record=good)


def test_case_33_two_per_cent_for_a_year() -> None:
    held = date(2025, 7, 1)
    assert proved(interest(PSC, TODAY, holding(145_00, held, TODAY))).value == 2_90


@pytest.mark.parametrize(
    ("until", "expected"),
    [(date(2025, 9, 5), 0), (date(2025, 9, 9), 0), (date(2025, 9, 10), 19_71), (date(2026, 6, 1), 47_99)],
)
def test_case_35_none_before_six_months_then_from_the_first_day(until: date, expected: int) -> None:
    """1,954.83 for 448 actual days of 365."""
    assert proved(interest(FPL, until, holding(1_954_83, HELD, until), "commercial")).value == expected


def test_a_good_record_earns_more_after_23_months_and_no_day_counts_twice() -> None:
    """FPL: 2 %, then 3 %. From 2025-03-10, 23 months end on 2027-02-10 (702 days); 59 more until 2027-04-10."""
    until = date(2027, 4, 10)
    plain = proved(interest(FPL, until, holding(1_000_00, HELD, until), "commercial")).value
    good = proved(interest(FPL, until, holding(1_000_00, HELD, until, good=True), "commercial")).value
    assert (plain, good) == (round(100_000 * 0.02 * 761 / 365), round(100_000 * (0.02 * 702 + 0.03 * 59) / 365))


def test_interest_already_credited_is_not_credited_again() -> None:
    until = date(2027, 4, 10)
    rest = Holding(amount=1_000_00, held_from=HELD, since=date(2027, 3, 10), until=until, good_record=True)
    assert proved(interest(FPL, until, rest, "commercial")).value == round(100_000 * 0.03 * 31 / 365)
    backwards = Holding(amount=1, held_from=HELD, since=HELD, until=HELD - timedelta(1))
    assert refused(interest(FPL, until, backwards, "commercial")) == "bad_dates"


@pytest.mark.parametrize(("on", "due"), [(date(2027, 2, 10), True), (date(2027, 2, 9), False)])
def test_case_37_a_home_with_23_good_months_gets_it_back_and_not_a_day_earlier(on: date, due: bool) -> None:
    """25-6.097."""
    assert proved(good_payment(PSC, on, Record(since=HELD), "residential")).value is due


@pytest.mark.parametrize(
    ("record", "due"),
    [
        (Record(since=HELD, late=(date(2026, 5, 1),)), True),
        (Record(since=HELD, late=(date(2026, 5, 1), date(2026, 8, 1))), False),
        (Record(since=HELD, late=(date(2025, 5, 1), date(2025, 8, 1))), True),
        (Record(since=HELD, late=(date(2026, 3, 1), date(2026, 8, 1))), True),
        (Record(since=HELD, late=(date(2026, 3, 2), date(2026, 8, 1))), False),
        (Record(since=HELD, late=(date(2026, 8, 1), date(2027, 3, 1))), False),
        (Record(since=HELD, returned=(date(2026, 5, 1),)), False),
        (Record(since=HELD, cut=(date(2026, 5, 1),)), False),
        (Record(since=HELD, tampered=True), False),
    ],
)
def test_case_37_the_last_twelve_months_were_paid_well(record: Record, due: bool) -> None:
    assert proved(good_payment(PSC, date(2027, 3, 1), record, "residential")).value is due


def test_case_38_a_guarantor_is_a_customer_with_a_satisfactory_record() -> None:
    """25-6.097: for the address of the contract, until the customer qualifies."""

    def of(*, customer: bool = True, good: bool = True, qualifies: bool = False, where: str = "here") -> Guarantor:
        return Guarantor(
            is_customer=customer,
            satisfactory=good,
            customer_qualifies=qualifies,
            contract_premise="here",
            debt_premise=where,
            debt=300_00,
        )

    assert refused(guarantor(PSC, TODAY, of(customer=False))) == "no_guarantor"
    assert refused(guarantor(PSC, TODAY, of(good=False))) == "no_guarantor"
    assert proved(guarantor(PSC, TODAY, of())).value == 300_00
    assert proved(guarantor(PSC, TODAY, of(qualifies=True))).value == 0
    assert proved(guarantor(PSC, TODAY, of(where="elsewhere"))).value == 0


def test_case_39_a_bond_that_was_promised_and_not_furnished_in_30_days_is_due_in_cash() -> None:
    """League City: three months' estimate."""
    city = PACKS["league-city"]
    estimate = proved(required(city, TODAY, Bills(amounts=(4_000_00,), basis="projected"), "commercial")).value
    assert estimate == 12_000_00
    promised = Instrument(required=estimate, promised=TODAY)
    late = TODAY + timedelta(30)
    assert proved(instrument(city, late - timedelta(1), promised, "commercial")).value == Watch(
        action="wait", next_on=late
    )
    assert proved(instrument(city, late, promised, "commercial")).value == Watch(
        action="cash", cash_due=12_000_00, may_cut=True
    )
    small = Instrument(required=9_999_99, promised=TODAY)
    assert refused(instrument(city, TODAY, small, "commercial")) == "too_small"
    assert proved(instrument(city, TODAY, Instrument(required=10_000_00, promised=TODAY), "commercial")).value


@pytest.mark.parametrize(
    ("days_left", "storm", "watch"),
    [
        (61, False, ("keep", False, 60)),
        (60, False, ("alarm", False, 30)),
        (30, False, ("alarm", False, -1)),
        (0, False, ("alarm", False, -1)),
        (-1, False, ("replace", True, None)),
        (-1, True, ("replace", False, None)),
    ],
)
def test_case_40_a_bond_that_expires_alarms_and_in_a_storm_never_cuts(
    days_left: int, storm: bool, watch: tuple[str, bool, int | None]
) -> None:
    expires = date(2026, 12, 1)
    given = Instrument(required=500_00, promised=HELD, received=True, expires=expires, storm=storm)
    found = proved(instrument(PACKS["palmetto"], expires - timedelta(days_left), given)).value
    action, may_cut, next_left = watch
    assert (found.action, found.may_cut) == (action, may_cut)
    assert found.next_on == (None if next_left is None else expires - timedelta(next_left))


def test_an_instrument_without_an_end_is_kept() -> None:
    given = Instrument(required=500_00, promised=HELD, received=True)
    assert proved(instrument(PACKS["palmetto"], TODAY, given)).value == Watch(action="keep")


@pytest.mark.parametrize(
    ("on", "code"),
    [(None, "not_noticed"), (TODAY - timedelta(days=9), "notice_runs"), (TODAY - timedelta(days=10), "")],
)
def test_a_guarantor_is_charged_after_their_notice_has_run(on: date | None, code: str) -> None:
    decision = call_guarantor(PACKS["palmetto"], TODAY, Noticed(on=on))
    if code:
        assert refused(decision) == code
    else:
        assert proved(decision).value == TODAY
    if on is not None:  # a policy that gives no days
        assert proved(call_guarantor(PSC, TODAY, Noticed(on=on))).value == on
