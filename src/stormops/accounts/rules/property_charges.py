"""Charges that no meter measures: flat ones, stormwater by area, the fire fee, sewer derived from water."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.decision import Working, rule
from stormops.accounts.money import Cents, cents
from stormops.accounts.policy import Figures, Terms
from stormops.accounts.refusal import Refusal
from stormops.accounts.rules.proration import WHOLE, Share


class FlatCharge(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So much a month for each unit (solid waste: for each cart or dwelling)."""

    kind: ClassVar[str] = "flat_charge"
    amount: Decimal


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """How many, and for what share of the month."""

    count: int = 1
    share: Share = WHOLE


@rule("property.flat")
def flat(terms: FlatCharge, given: Units, working: Working) -> Cents:
    """A flat charge."""
    share = given.share
    amount = terms.amount * given.count * share.days / share.cycle_days
    formula = f"${terms.amount} × {given.count} × {share.days}/{share.cycle_days}"
    return working.cents("charge", formula, cents(amount))


class Stormwater(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By equivalent residential units (ERU) of impervious area; how their count is rounded is a city's choice."""

    kind: ClassVar[str] = "stormwater"
    eru_square_feet: Decimal
    rate: Decimal
    eru_rounding: Literal["exact", "tenth", "up"] = "exact"
    erus: Decimal | None = None
    """A fixed count for the class, whatever the area (a house is one ERU)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.eru_square_feet:
            raise ValueError("`eru_square_feet` is more than 0")


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """Impervious square feet."""

    square_feet: int


@rule("property.stormwater")
def stormwater(terms: Stormwater, given: Area, working: Working) -> Cents | Refusal:
    """A month's stormwater charge."""
    if given.square_feet < 0:
        return Refusal("bad_area", "An area is 0 or more.")
    if terms.erus is not None:
        erus = working("ERUs", "fixed for the class", terms.erus)
    else:
        erus = working(
            "ERUs", f"{given.square_feet} / {terms.eru_square_feet}", given.square_feet / terms.eru_square_feet
        )
        if terms.eru_rounding == "tenth":
            erus = working("ERUs, to the tenth", "half upwards", erus.quantize(Decimal("0.1"), ROUND_HALF_UP))
        elif terms.eru_rounding == "up":
            erus = working("ERUs, whole", "upwards", erus.quantize(Decimal(1), ROUND_CEILING))
    return working.cents("charge", f"ERUs × ${terms.rate}", cents(erus * terms.rate))


class FireClass(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The assessment of a zone and category through so many square feet; None = any larger building."""

    zone: str
    category: str
    through: int | None = None
    amount: Decimal


class FireFee(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Assessed by zone, category and size; a month's amounts."""

    kind: ClassVar[str] = "fire_fee"
    classes: tuple[FireClass, ...]


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """What the assessment goes by."""

    zone: str
    category: str
    square_feet: int


@rule("property.fire_fee")
def fire_fee(terms: FireFee, given: Building, working: Working) -> Cents | Refusal:
    """A month's fire fee."""
    fitting = [
        row
        for row in terms.classes
        if (row.zone, row.category) == (given.zone, given.category)
        and (row.through is None or given.square_feet <= row.through)
    ]
    if not fitting:
        return Refusal("no_fire_class", f"No class of zone {given.zone}, {given.category}, {given.square_feet} sq ft.")
    row = min(fitting, key=lambda row: (row.through is None, row.through))
    size = "any size" if row.through is None else f"through {row.through} sq ft"
    return working.cents("fee", f"zone {row.zone}, {row.category}, {size}", cents(row.amount))


class SewerRate(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sewer is water that is thought to come back: priced by thousand gallons, for homes up to a cap."""

    kind: ClassVar[str] = "sewer_rate"
    base: Decimal = Decimal(0)
    rate: Decimal
    cap_gallons: int | None = None


class Water(msgspec.Struct, frozen=True, kw_only=True):
    """Water that was metered, without irrigation meters."""

    gallons: int
    base_share: Share = WHOLE


@rule("property.sewer")
def sewer(terms: SewerRate, given: Water, working: Working) -> Cents | Refusal:
    """A month's sewer charge."""
    if given.gallons < 0:
        return Refusal("bad_usage", "Use is 0 or more.")
    gallons = given.gallons
    if terms.cap_gallons is not None:
        gallons = working("gallons billed", f"at most {terms.cap_gallons}", min(gallons, terms.cap_gallons))
    share = given.base_share
    base = working("base charge", f"${terms.base} × {share.days}/{share.cycle_days}", terms.base * share.days)
    amount = base / share.cycle_days + terms.rate * gallons / 1000
    return working.cents("charge", f"base + {gallons} gal × ${terms.rate}/1000", cents(amount))
