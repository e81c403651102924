"""Oracle cases 41, 42, 43, 44, 49."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stormops.accounts.money import Cents
from stormops.accounts.rules.fees import (
    Event,
    History,
    PastDue,
    Returned,
    WaiverAsked,
    late,
    returned,
    tender,
    waive_in_storm,
    waive_late,
)
from tests.accounts.policies import PACKS, TODAY, proved, refused


@pytest.mark.parametrize(
    ("case", "city", "balance", "fee"),
    [
        (41, "gru", 40_00, 1_00),
        (41, "gru", 66_67, 1_00),
        (41, "gru", 250_00, 3_75),
        (41, "gru", 0, 0),
        (42, "key-west", 4_99, 0),
        (42, "key-west", 5_00, 4_00),
        (42, "key-west", 40_01, 4_00),
        (42, "key-west", 120_00, 12_00),
    ],
)
def test_late_fees(case: int, city: str, balance: Cents, fee: Cents) -> None:
    assert proved(late(PACKS[city], TODAY, PastDue(balance=balance))).value == fee, case


@pytest.mark.parametrize(("customer", "fee"), [("qualified_senior", 0), ("government", 0), ("residential", 12_00)])
def test_case_42_who_is_exempt(customer: str, fee: Cents) -> None:
    """Key West 74-209."""
    assert proved(late(PACKS["key-west"], TODAY, PastDue(balance=120_00, customer_class=customer))).value == fee


@pytest.mark.parametrize(("period", "fee"), [(1, 0), (2, 0), (3, 4_00), (None, 4_00)])
def test_case_43_two_periods_after_an_evacuation_order_are_free(period: int | None, fee: Cents) -> None:
    asked = PastDue(balance=30_00, period_after_evacuation=period)
    assert proved(late(PACKS["key-west"], TODAY, asked)).value == fee
    assert proved(late(PACKS["gru"], TODAY, asked)).value == 1_00, "a city that declared no waiver"


@pytest.mark.parametrize(
    ("payment", "fee"),
    [(50_00, 25_00), (50_01, 30_00), (300_00, 30_00), (300_01, 40_00), (800_00, 40_00), (1_200_00, 60_00)],
)
def test_case_44_fees_for_payments_that_come_back(payment: Cents, fee: Cents) -> None:
    decision = proved(returned(PACKS["gru"], TODAY, Returned(payment=payment)))
    assert decision.value == fee
    assert decision.formula[0].formula.startswith("above all bands" if payment > 800_00 else "through $")


def test_a_city_without_bands_charges_nothing_by_itself() -> None:
    assert refused(returned(PACKS["lake-wales"], TODAY, Returned(payment=1))) == "no_fee"


@pytest.mark.parametrize(
    ("days", "on", "taken"),
    [
        (("2026-01-10",), "2026-02-01", True),
        (("2026-01-10", "2026-07-09"), "2026-07-09", False),
        (("2026-01-10", "2026-07-10"), "2026-07-10", True),
        (("2026-01-10", "2026-03-10"), "2027-03-09", False),
        (("2026-01-10", "2026-03-10"), "2027-03-10", True),
        (("2026-01-10", "2026-03-10"), "2026-03-09", True),
    ],
)
def test_two_cheques_that_came_back_in_six_months_end_cheques_for_twelve(
    days: tuple[str, ...], on: str, taken: bool
) -> None:
    """Lake Wales 21-152."""
    given = History(returned=tuple(map(date.fromisoformat, days)), tender="cheque")
    decision = proved(tender(PACKS["lake-wales"], date.fromisoformat(on), given))
    assert (decision.result is True) is taken
    cash = History(returned=given.returned, tender="cash")
    assert proved(tender(PACKS["lake-wales"], date.fromisoformat(on), cash)).value


@pytest.mark.parametrize(
    ("of", "earlier", "on", "allowed"),
    [
        ("", None, date(2026, 6, 1), True),
        ("", date(2010, 6, 1), date(2026, 6, 1), False),
        ("proposed", None, date(2026, 6, 1), True),
        ("proposed", date(2024, 6, 1), date(2026, 5, 1), False),
        ("proposed", date(2024, 6, 1), date(2026, 6, 1), True),
    ],
)
def test_case_49_winter_springs_waives_once(of: str, earlier: date | None, on: date, allowed: bool) -> None:
    """Once in the account's life; proposed: again after 24 months (23 are too few)."""
    given = WaiverAsked(reason="hardship", earlier=(earlier,) if earlier else ())
    decision = waive_late(PACKS["winter-springs"], on, given, of)
    assert (proved(decision).result is True) is allowed


def test_case_49_the_proposed_waiver_is_for_hardship_or_automatic_payment() -> None:
    given = WaiverAsked(reason="asked nicely")
    assert refused(waive_late(PACKS["winter-springs"], TODAY, given, "proposed")) == "no_reason"


def test_one_declaration_waives_a_storms_fees_for_everybody() -> None:
    first, last = date(2026, 7, 18), date(2026, 7, 27)

    def waived(charged: date, fee: str = "late_fee", by: str = "city_manager") -> Cents | str:
        event = Event(declared_by=by, first=first, last=last, fee=fee, charged=charged, amount=4_00)
        decision = waive_in_storm(PACKS["palmetto"], TODAY, event)
        return refused(decision) if decision.refusal else proved(decision).value

    assert waived(first) == waived(last) == waived(last + timedelta(15)) == 4_00
    assert waived(first - timedelta(1)) == waived(last + timedelta(16)) == 0
    assert waived(first, "tampering_fee") == 0
    assert waived(first, by="clerk") == "not_declared"
