"""Oracle cases 25, 27, 28, 29, 30, 31, 32."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.money import Cents
from stormops.accounts.policy import PolicyError
from stormops.accounts.rules.deposits import (
    Bills,
    DepositDue,
    Held,
    House,
    Services,
    for_services,
    required,
    review,
    volume,
)
from stormops.accounts.rules.metered import PLAIN, Usage, charge
from tests.accounts.policies import PACKS, TODAY, one, only, proved, refused

PSC, GRU = PACKS["psc-florida"], PACKS["gru"]
YEAR = (812_40, 790_15, 845_00, 901_22, 1010_75, 1182_30, 1240_10, 1225_95, 1101_60, 930_40, 860_20, 828_93)


def test_case_25_the_cap_of_two_average_months_is_not_passed_by_a_cent() -> None:
    """366.05(1)(c): twice the rounded average would be $1,954.84."""
    assert proved(required(PSC, TODAY, Bills(amounts=YEAR), "commercial")).value == 1_954_83


def test_case_27_a_new_service_by_projection_and_its_true_up_after_a_year() -> None:
    projected = proved(required(PSC, TODAY, Bills(amounts=(900_00,), basis="projected"))).value
    assert projected == 1_800_00
    for bills, change in ((YEAR, 154_83), ((700_00,) * 12, -400_00)):
        actual = proved(required(PSC, TODAY, Bills(amounts=bills))).value
        assert proved(review(PSC, TODAY, Held(held=projected, required=actual, months=12))).value == change


@pytest.mark.parametrize(("held", "change"), [(1_910_00, 0), (1_904_83, 50_00), (1_904_84, 0), (2_004_83, -50_00)])
def test_case_28_a_gap_below_fifty_dollars_is_left_alone(held: Cents, change: Cents) -> None:
    """FPL."""
    asked = Held(held=held, required=1_954_83, months=6)
    assert proved(review(PACKS["fpl"], TODAY, asked, "commercial")).value == change


def test_case_28_the_review_is_due_at_six_months_or_two_late_payments() -> None:
    def asked(months: int, late: int) -> Held:
        return Held(held=0, required=100_00, months=months, late_payments=late)

    assert refused(review(PACKS["fpl"], TODAY, asked(5, 1), "commercial")) == "not_due"
    assert proved(review(PACKS["fpl"], TODAY, asked(5, 2), "commercial")).value == 100_00
    assert refused(review(PSC, TODAY, asked(11, 9))) == "not_due"


def test_no_deposit_is_raised_in_a_storm_and_one_may_be_returned() -> None:
    raised = Held(held=0, required=100_00, months=12, storm=True)
    lowered = Held(held=100_00, required=0, months=12, storm=True)
    assert refused(review(PSC, TODAY, raised)) == "storm"
    assert proved(review(PSC, TODAY, lowered)).value == -100_00
    right = Held(held=100_00, required=100_00, months=12, storm=True, medical=True)
    assert proved(review(PSC, TODAY, right)).value == 0


def test_no_more_is_asked_where_service_is_medically_essential() -> None:
    """F.S. 366.15."""
    assert refused(review(PSC, TODAY, Held(held=0, required=100_00, months=12, medical=True))) == "medical"
    assert proved(review(PSC, TODAY, Held(held=100_00, required=0, months=12, medical=True))).value == -100_00


@pytest.mark.parametrize(("two_months", "deposit"), [(140_00, 250_00), (1_620_00, 1_000_00), (600_00, 600_00)])
def test_case_29_claremore_clamps(two_months: Cents, deposit: Cents) -> None:
    bills = Bills(amounts=(two_months // 2,) * 12)
    assert proved(required(PACKS["claremore"], TODAY, bills, "commercial")).value == deposit


def test_case_30_a_house_of_24_units_by_gallons_priced_at_the_tariff() -> None:
    gallons = proved(volume(PACKS["lake-wales"], TODAY, House(dwelling_units=24), "multi-family")).value
    assert gallons == 384_000
    tariff = only("metered_rate", unit="kgal", tiers=[{"rate": Decimal("2.15")}])
    assert charge(tariff, TODAY, Usage(use={PLAIN: Decimal(gallons) / 1000})).value.total == 825_60


ALL = ("electric", "gas", "water", "wastewater")


def test_case_31_a_full_set_in_three_instalments() -> None:
    due = proved(for_services(GRU, TODAY, Services(services=ALL), "residential")).value
    assert due == DepositDue(amount=270_00, parts=(90_00,) * 3)
    assert proved(for_services(GRU, TODAY, Services(services=("gas",)), "residential")).value.amount == 50_00


@pytest.mark.parametrize(
    ("ended", "due"),
    [(20, DepositDue(amount=270_00, parts=(270_00,))), (24, DepositDue(amount=0, parts=()))],
)
def test_case_32_automatic_payment_that_ends_too_early_brings_the_deposit_back(ended: int, due: DepositDue) -> None:
    assert proved(for_services(GRU, TODAY, Services(services=ALL, autopay=True), "residential")).value.amount == 0
    asked = Services(services=ALL, autopay_ended_month=ended)
    assert proved(for_services(GRU, TODAY, asked, "residential")).value == due


def test_where_automatic_payment_stands_in_for_nothing_the_deposit_is_due() -> None:
    asked = Services(services=("electric",), autopay=True)
    assert proved(for_services(PACKS["palmetto"], TODAY, asked)).value.amount == 150_00


def test_what_cannot_be_found_is_refused() -> None:
    assert refused(for_services(GRU, TODAY, Services(services=("steam",)), "residential")) == "unknown_service"
    assert refused(required(PSC, TODAY, Bills(amounts=()))) == "no_bills"
    with pytest.raises(PolicyError, match="`most` is less"):
        one("deposit_amount", months=2, least=3, most=2)
    assert one("deposit_amount", months=2, least=3, most=3)
    for amounts, instalments in (({"gas": Decimal(-1)}, 1), ({"gas": Decimal(1)}, 0)):
        with pytest.raises(PolicyError, match="`instalments` is at least 1"):
            one("deposit_set", amounts=amounts, instalments=instalments)
    assert one("deposit_set", amounts={"gas": Decimal(0)})


def test_a_business_that_pays_well_already_owes_none_at_gru() -> None:
    bills = Bills(amounts=YEAR, good_payer=True)
    assert proved(required(GRU, TODAY, bills, "commercial")).value == 0
    assert proved(required(PACKS["zephyrhills"], TODAY, bills, "commercial")).value == 1_954_83


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=24))
def test_the_cap_holds_exactly(bills: list[int]) -> None:
    deposit = required(PSC, TODAY, Bills(amounts=tuple(bills))).value
    assert deposit * len(bills) <= 2 * sum(bills) < (deposit + 1) * len(bills)
