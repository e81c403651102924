"""Oracle case 11: Gainesville's utility taxes (gru.com FAQ)."""

from __future__ import annotations

from decimal import Decimal

from stormops.accounts.rules.taxes import Tax, Taxable, utility
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

BILL = Taxable(amounts={"non_fuel": 50_00, "fuel": 40_00})


def test_case_11_inside_the_tax_is_on_what_is_not_fuel() -> None:
    assert proved(utility(PACKS["gru"], TODAY, BILL, "electric-inside")).value == (Tax("city utility tax", 5_00),)


def test_case_11_outside_there_are_a_surcharge_and_a_county_tax() -> None:
    lines = proved(utility(PACKS["gru"], TODAY, BILL, "electric-outside")).value
    assert lines == (Tax("surcharge", 5_00), Tax("county tax", 5_00))


def test_who_is_exempt_pays_the_surcharge_and_no_tax() -> None:
    exempt = Taxable(amounts=BILL.amounts, exempt=True)
    lines = proved(utility(PACKS["gru"], TODAY, exempt, "electric-outside")).value
    assert lines == (Tax("surcharge", 5_00), Tax("county tax", 0))


def test_a_tax_may_be_on_another() -> None:
    parts = [
        {"name": "first", "percent": Decimal(10), "on": ["non_fuel"]},
        {"name": "second", "percent": Decimal(10), "on": ["non_fuel", "first"]},
    ]
    packs = one("utility_tax", parts=parts)
    assert proved(utility(packs["test"], TODAY, BILL), packs).value == (Tax("first", 5_00), Tax("second", 5_50))


def test_a_bill_without_the_taxed_amount_is_refused() -> None:
    assert refused(utility(PACKS["gru"], TODAY, Taxable(amounts={}), "electric-inside")) == "amount_missing"
