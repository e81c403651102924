"""Oracle cases 22, 24: 25-6.106 and 25-30.350."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.money import Cents
from stormops.accounts.rules.back_billing import Instalments, OverBilled, Refund, UnderBilled, bill, refund
from tests.accounts.policies import PACKS, TODAY, proved, refused

PSC = PACKS["psc-florida"]
SHORT = (14_20,) * 18


def test_case_22_the_utilitys_error_is_billed_for_twelve_months_and_paid_over_twelve() -> None:
    decision = proved(bill(PSC, TODAY, UnderBilled(months=SHORT)))
    assert decision.value == Instalments(amount=170_40, parts=(14_20,) * 12)


def test_case_22_more_is_refused() -> None:
    assert refused(bill(PSC, TODAY, UnderBilled(months=SHORT, asked=255_60))) == "beyond_limit"
    assert proved(bill(PSC, TODAY, UnderBilled(months=SHORT, asked=100_00))).value.amount == 100_00
    assert proved(bill(PSC, TODAY, UnderBilled(months=SHORT, asked=170_40))).value.amount == 170_40


def test_the_customers_own_doing_has_no_such_limit() -> None:
    assert proved(bill(PSC, TODAY, UnderBilled(months=SHORT, cause="customer"))).value.amount == 255_60


def test_months_must_be_short_of_something() -> None:
    assert refused(bill(PSC, TODAY, UnderBilled(months=()))) == "bad_months"
    assert refused(bill(PSC, TODAY, UnderBilled(months=(-1,)))) == "bad_months"


@pytest.mark.parametrize(
    ("service", "amount", "ways"),
    [
        ("water", 18_00, ("credit",)),
        ("water", 20_00, ("credit",)),
        ("water", 20_01, ("credit", "cash")),
        ("electric", 18_00, ("credit", "cash")),
    ],
)
def test_case_24_an_overcharge_is_refunded_as_the_customer_chooses(
    service: str, amount: Cents, ways: tuple[str, ...]
) -> None:
    assert proved(refund(PSC, TODAY, OverBilled(months=(amount,)), service)).value == Refund(amount=amount, ways=ways)


def test_an_overcharge_is_refunded_for_the_whole_period_of_record() -> None:
    assert proved(refund(PSC, TODAY, OverBilled(months=(3_00,) * 40))).value.amount == 120_00


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_instalments_are_the_amount(months: list[int]) -> None:
    billed = bill(PSC, TODAY, UnderBilled(months=tuple(months))).value
    assert sum(billed.parts) == billed.amount == sum(months[-12:])
