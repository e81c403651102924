"""What metered use costs: a base charge, tiers or registers of time of use, fuel apart. Electricity, water, gas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.decision import Working, rule, said
from stormops.accounts.money import Cents, cents
from stormops.accounts.policy import Figures, Pack, Terms, natural, rising
from stormops.accounts.refusal import Refusal
from stormops.accounts.rules.proration import WHOLE, Share

PLAIN = "all"
"""The register of a meter that has only one."""


class Tier(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The price of a unit up to and with `through` units in a cycle; None = of all further ones."""

    through: Decimal | None = None
    rate: Decimal
    fuel: Decimal = Decimal(0)


class Register(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The price of a unit in one register of a time-of-use meter."""

    rate: Decimal
    fuel: Decimal = Decimal(0)


Priced = list[tuple[str, Decimal, Tier | Register]]
"""Each part of a use by its name, how many units it is, and their price."""


class MeteredRate(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan. `base` is for an account, or for each dwelling unit where `base_each_unit`.

    Tiers are for `cycle_days`; a period longer than that by more than `grace_days` (a read that came
    late; None = no delay) stretches them in proportion, so that nobody pays a higher tier for our delay.
    """

    kind: ClassVar[str] = "metered_rate"
    unit: str
    base: Decimal = Decimal(0)
    base_each_unit: bool = False
    tiers: tuple[Tier, ...] = ()
    registers: dict[str, Register] = msgspec.field(default_factory=dict)
    cycle_days: int = 30
    grace_days: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.tiers) == bool(self.registers):
            raise ValueError("a plan has either `tiers` or `registers`")
        if self.tiers:
            rising("tiers", [tier.through for tier in self.tiers])


def plans(pack: Pack, on: date, unit: str) -> list[str]:
    """The names of the plans in force that count in a unit (kWh, CCF, kgal)."""
    every = (clause for each in pack.lineage() for clause in each.clauses if clause.in_force(on))
    return sorted({x.of for x in every if isinstance(x.terms, MeteredRate) and x.terms.unit == unit})


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Units by register in a period of `days`; the share of the base charge that the period bears."""

    use: dict[str, Decimal]
    days: int = 30
    dwelling_units: int = 1
    base_share: Share = WHOLE

    def __post_init__(self) -> None:
        natural("use", *self.use.values())


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """A charge rounded once, and what of it is fuel or base (for taxes and splits); units by tier or register."""

    total: Cents
    fuel: Cents
    base: Cents
    units: tuple[Decimal, ...]

    @property
    def non_fuel(self) -> Cents:
        """What utility taxes are on."""
        return self.total - self.fuel


@rule("metered.charge")
def charge(terms: MeteredRate, given: Usage, working: Working) -> Charge | Refusal:
    """Price a period's use."""
    if given.days < 1 or given.dwelling_units < 1:
        return Refusal("bad_usage", "A period has at least a day, and a plan at least one dwelling unit.")
    known = set(terms.registers or (PLAIN,))
    if not set(given.use) <= known:
        return Refusal("unknown_register", f"The plan has {sorted(known)}, the meter gave {sorted(given.use)}.")
    count = given.dwelling_units if terms.base_each_unit else 1
    share = given.base_share
    base = working(
        "base charge",
        f"${terms.base} × {count} × {share.days}/{share.cycle_days}",
        terms.base * count * share.days / share.cycle_days,
    )
    if terms.registers:
        priced: Priced = [(name, given.use.get(name, Decimal(0)), part) for name, part in terms.registers.items()]
    else:
        priced = _tiers(terms, given.use.get(PLAIN, Decimal(0)), given.days, working)
    energy = fuel = Decimal(0)
    for name, units, price in priced:
        energy += working(name, f"{units:f} {terms.unit} × ${price.rate}", units * price.rate)
        if price.fuel:
            fuel += working(f"{name}, fuel", f"{units:f} {terms.unit} × ${price.fuel}", units * price.fuel)
    total = working.cents(
        "charge", f"${said(base)} + ${said(energy)} + ${said(fuel)}, rounded once", cents(base + energy + fuel)
    )
    return Charge(total=total, fuel=cents(fuel), base=cents(base), units=tuple(units for _, units, _ in priced))


def _tiers(terms: MeteredRate, used: Decimal, days: int, working: Working) -> Priced:
    """How many units fall in each tier."""
    over = days - terms.cycle_days
    late = terms.grace_days is not None and over > terms.grace_days and len(terms.tiers) > 1
    priced: Priced = []
    below = Decimal(0)
    for number, tier in enumerate(terms.tiers, 1):
        limit = tier.through
        if limit is not None and late:
            limit = working(
                f"tier {number} through", f"{limit} × {days}/{terms.cycle_days}", limit * days / terms.cycle_days
            )
        top = used if limit is None else min(used, limit)
        priced.append((f"tier {number}" if len(terms.tiers) > 1 else "use", max(Decimal(0), top - below), tier))
        below = max(below, top)
    return priced
