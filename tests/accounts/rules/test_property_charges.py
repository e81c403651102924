"""Oracle case 10 (talgov.com stormwater); the fire fee by class; sewer capped for homes (GRU)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stormops.accounts.money import Cents
from stormops.accounts.rules.property_charges import (
    Area,
    Building,
    Units,
    Water,
    fire_fee,
    flat,
    sewer,
    stormwater,
)
from stormops.accounts.rules.proration import Share
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["palmetto"]


@pytest.mark.parametrize(("rounding", "expected"), [("exact", 134_55), ("tenth", 134_95), ("up", 139_23)])
def test_case_10_stormwater_by_impervious_area(rounding: str, expected: Cents) -> None:
    packs = one("stormwater", eru_square_feet=1990, rate=Decimal("10.71"), eru_rounding=rounding)
    assert proved(stormwater(packs["test"], TODAY, Area(square_feet=25_000)), packs).value == expected


def test_a_house_is_one_eru_whatever_its_area() -> None:
    for square_feet in (0, 1_000, 9_000):
        assert proved(stormwater(CITY, TODAY, Area(square_feet=square_feet), "residential")).value == 10_71
    assert refused(stormwater(CITY, TODAY, Area(square_feet=-1), "commercial")) == "bad_area"


@pytest.mark.parametrize(
    ("zone", "category", "square_feet", "expected"),
    [
        ("1", "residential", 5_000, 16_75),
        ("2", "residential", 5_000, 15_25),
        ("1", "commercial", 2_000, 38_00),
        ("1", "commercial", 2_001, 95_00),
        ("1", "commercial", 10_001, 240_00),
    ],
)
def test_the_fire_fee_goes_by_zone_category_and_size(
    zone: str, category: str, square_feet: int, expected: Cents
) -> None:
    building = Building(zone=zone, category=category, square_feet=square_feet)
    decision = proved(fire_fee(CITY, TODAY, building))
    assert decision.value == expected
    assert decision.formula[0].formula.endswith("any size") == (category == "residential" or square_feet > 10_000)


def test_a_building_without_a_class_is_refused() -> None:
    assert refused(fire_fee(CITY, TODAY, Building(zone="3", category="barn", square_feet=1))) == "no_fire_class"


@pytest.mark.parametrize(
    ("kind", "gallons", "expected"),
    [
        ("residential", 0, 18_00),
        ("residential", 12_000, 84_00),
        ("residential", 40_000, 84_00),
        ("commercial", 40_000, 238_00),
    ],
)
def test_sewer_follows_water_for_homes_up_to_the_cap(kind: str, gallons: int, expected: Cents) -> None:
    assert proved(sewer(CITY, TODAY, Water(gallons=gallons), kind)).value == expected


def test_sewer_of_a_partial_month_bears_a_share_of_the_base() -> None:
    assert proved(sewer(CITY, TODAY, Water(gallons=0, base_share=Share(10, 30)), "residential")).value == 6_00
    assert refused(sewer(CITY, TODAY, Water(gallons=-1), "residential")) == "bad_usage"


def test_a_flat_charge_is_for_each_cart() -> None:
    assert proved(flat(CITY, TODAY, Units(count=3), "solid_waste")).value == 75_00
    assert proved(flat(CITY, TODAY, Units(share=Share(12, 30)), "solid_waste")).value == 10_00
