"""Oracle cases 1 to 8, 13 to 15, 19, 21 (rates: talgov.com plan page; 366.05(1)(b) for late reads)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.money import Cents
from stormops.accounts.policy import Pack
from stormops.accounts.rules.metered import PLAIN, Usage, charge
from stormops.accounts.rules.proration import Period, Share, base_share
from tests.accounts.policies import PACKS, TODAY, one, only, proved, refused

CITY = PACKS["palmetto"]


def usage(units: int | str, days: int = 30, dwelling_units: int = 1, share: Share | None = None) -> Usage:
    return Usage(use={PLAIN: Decimal(units)}, days=days, dwelling_units=dwelling_units, base_share=share or Share(1, 1))


@pytest.mark.parametrize(
    ("case", "plan", "used", "expected"),
    [
        (1, "residential", usage(0), 7_77),
        (2, "residential", usage(500), 58_42),
        (3, "residential", usage(1000), 109_07),
        (5, "residential-three-phase", usage(1000), 128_50),
        (
            6,
            "residential-nights-weekends",
            Usage(use={"on_peak": Decimal(300), "off_peak": Decimal(700)}),
            110_75,
        ),
        (7, "residential-solar", usage(1000), 129_68),
        (8, "gas", usage(20), 31_28),
    ],
)
def test_bills(case: int, plan: str, used: Usage, expected: Cents) -> None:
    assert proved(charge(CITY, TODAY, used, plan)).value.total == expected, case


@pytest.mark.parametrize(
    ("case", "pack", "days", "base"),
    [(12, "palmetto", 12, 3_11), (13, "palmetto", 16, 7_77), (14, "gru", 12, 7_77)],
)
def test_the_base_of_a_partial_month(case: int, pack: str, days: int, base: Cents) -> None:
    """Case 12, 13: 25-30.335(3); 14: GRU bills a month or a part of one."""
    share = proved(base_share(PACKS[pack], TODAY, Period(days=days))).value
    assert proved(charge(CITY, TODAY, usage(0, days, share=share), "residential")).value.total == base, case


def test_case_15_a_final_bill_of_12_days() -> None:
    share = base_share(CITY, TODAY, Period(days=12, final=True)).value
    assert proved(charge(CITY, TODAY, usage(400, 12, share=share), "residential")).value.total == 43_63


TIERED: dict[str, Any] = {
    "unit": "kWh",
    "grace_days": 5,
    "tiers": [{"through": 1000, "rate": Decimal("0.10")}, {"rate": Decimal("0.12")}],
}


@pytest.mark.parametrize(
    ("case", "days", "units", "second"),
    [(19, 38, 1140, 0), (21, 35, 1050, 50), (0, 36, 1200, 0), (0, 36, 1201, 1), (0, 30, 1140, 140)],
)
def test_a_read_that_a_storm_delayed_pushes_nobody_into_a_higher_tier(
    case: int, days: int, units: int, second: int
) -> None:
    packs = one("metered_rate", **TIERED)
    charged = proved(charge(packs["test"], TODAY, usage(units, days)), packs).value
    assert charged.units == (Decimal(units - second), Decimal(second)), case


def test_each_dwelling_unit_bears_a_base_charge_whether_the_water_is_on_or_off() -> None:
    """Hollywood, FL: a base charge for each apartment, room, clubhouse and irrigation meter."""
    packs = one("metered_rate", unit="kgal", base=Decimal("9.50"), base_each_unit=True, tiers=[{"rate": 2}])
    assert proved(charge(packs["test"], TODAY, usage(0, dwelling_units=24)), packs).value.total == 24 * 9_50
    single = only("metered_rate", unit="kgal", base=Decimal("9.50"), tiers=[{"rate": 2}])
    assert charge(single, TODAY, usage(0, dwelling_units=24)).value.total == 9_50


def test_fuel_is_told_apart_for_taxes() -> None:
    charged = charge(CITY, TODAY, usage(1000), "residential").value
    assert "use" in {step.name for step in charge(CITY, TODAY, usage(1000), "residential").formula}
    assert "tier 1" in {step.name for step in charge(tiered(), TODAY, usage(1000)).formula}
    assert (charged.fuel, charged.non_fuel, charged.base) == (29_39, 79_68, 7_77)


def test_what_a_plan_cannot_price_is_refused() -> None:
    assert refused(charge(CITY, TODAY, Usage(use={"midday": Decimal(1)}), "residential")) == "unknown_register"
    assert refused(charge(CITY, TODAY, usage(1), "steam")) == "no_policy"
    assert refused(charge(CITY, date(2010, 1, 1), usage(1), "residential")) == "no_policy"
    assert refused(charge(CITY, TODAY, usage(1, days=0), "residential")) == "bad_usage"
    for wrong in ("-1", "NaN", "Infinity", "1E+15"):
        with pytest.raises(ValueError, match="`use`"):
            usage(wrong)


def tiered() -> Pack:
    return only("metered_rate", **TIERED)


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_tiers_add_up_to_the_use_and_more_use_never_costs_less(units: int, days: int) -> None:
    less, more = (charge(tiered(), TODAY, usage(used, days)).value for used in (units, units + 1))
    assert sum(less.units) == units
    assert less.total <= more.total
