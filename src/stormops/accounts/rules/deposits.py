"""Deposits: what is required, at most, by average or projected bills, by the set of services, by units of a house."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, cents_at_most, dollars, shares
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class DepositAmount(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many average months, within a least and a most. Rounded down: a cap is never passed by a fraction."""

    kind: ClassVar[str] = "deposit_amount"
    months: Decimal
    least: Decimal = Decimal(0)
    most: Decimal | None = None
    waived_for_good_payers: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.most is not None and self.most < self.least:
            raise ValueError("`most` is less than `least`")


class Bills(msgspec.Struct, frozen=True, kw_only=True):
    """Monthly bills: actual ones of an account that exists, projected ones (one is enough) of a new service."""

    amounts: tuple[Cents, ...]
    basis: Literal["actual", "projected"] = "actual"
    good_payer: bool = False


@rule("deposits.required")
def required(terms: DepositAmount, given: Bills, working: Working) -> Cents | Refusal:
    """The deposit of an account."""
    if not given.amounts or min(given.amounts) < 0:
        return Refusal("no_bills", "A deposit needs at least one actual or projected bill.")
    if terms.waived_for_good_payers and given.good_payer:
        return working.cents("deposit", "waived: pays well already", 0)
    total = working.cents(f"{given.basis} bills", f"sum of {len(given.amounts)}", sum(given.amounts))
    formula = f"{terms.months} × {usd(total)} / {len(given.amounts)}, rounded down"
    exact = terms.months * dollars(total) / len(given.amounts)
    deposit = working.cents("deposit", formula, cents_at_most(exact))
    if deposit < cents(terms.least):
        return working.cents("least", f"${terms.least}", cents(terms.least))
    if terms.most is not None and deposit > cents(terms.most):
        return working.cents("most", f"${terms.most}", cents(terms.most))
    return deposit


class DepositReview(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a held deposit is looked at again, and how far off it must be (`gap`) for anything to be done."""

    kind: ClassVar[str] = "deposit_review"
    gap: Decimal = Decimal(0)
    after_months: int
    late_payments: int | None = None
    """So many late payments bring the review forward; None = none do."""
    medical_exempt: bool = False
    """No more is asked of a home with medically essential service (F.S. 366.15)."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Held and required; how long the service has run, how often it was paid late; a storm; a medical need."""

    held: Cents
    required: Cents
    months: int
    late_payments: int = 0
    storm: bool = False
    medical: bool = False


@rule("deposits.review")
def review(terms: DepositReview, given: Held, working: Working) -> Cents | Refusal:
    """What may be billed on top (> 0), must be given back (< 0), or 0: leave it."""
    late = terms.late_payments is not None and given.late_payments >= terms.late_payments
    if given.months < terms.after_months and not late:
        return Refusal("not_due", f"A review is due after {terms.after_months} months; it has been {given.months}.")
    difference = working.cents("gap", f"{usd(given.required)} - {usd(given.held)}", given.required - given.held)
    if abs(difference) < cents(terms.gap):
        return working.cents("change", f"less than ${terms.gap}: none", 0)
    if difference > 0 and given.storm:
        return Refusal("storm", "No deposit is raised while storm mode is on.")
    if difference > 0 and given.medical and terms.medical_exempt:
        return Refusal("medical", "No more is asked where service is medically essential.")
    return difference


class DepositSet(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fixed amount for each service, payable in instalments; automatic payment may stand in its place."""

    kind: ClassVar[str] = "deposit_set"
    amounts: dict[str, Decimal]
    instalments: int = 1
    autopay_months: int | None = None
    """Automatic payment for so many months waives the deposit; None = it does not."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.instalments or any(amount < 0 for amount in self.amounts.values()):
            raise ValueError("`instalments` is at least 1, and `amounts` are 0 or more")


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The services taken. `autopay`: pays automatically now; `autopay_ended_month`: the month that ended it."""

    services: tuple[str, ...]
    autopay: bool = False
    autopay_ended_month: int | None = None


class DepositDue(msgspec.Struct, frozen=True, kw_only=True):
    """The deposit and its instalments, which add up to it."""

    amount: Cents
    parts: tuple[Cents, ...]


@rule("deposits.for_services")
def for_services(terms: DepositSet, given: Services, working: Working) -> DepositDue | Refusal:
    """The deposit of a home by the services it takes; due in full when automatic payment ended too early."""
    if unknown := [name for name in given.services if name not in terms.amounts]:
        return Refusal("unknown_service", f"No deposit is set for {', '.join(unknown)}.")
    ended = given.autopay_ended_month
    if terms.autopay_months is not None and (given.autopay or ended is not None):
        kept = working(
            "automatic payment stands in",
            f"for {terms.autopay_months} months",
            ended is None or ended >= terms.autopay_months,
        )
        if kept:
            return DepositDue(amount=0, parts=())
    for name in given.services:
        working.cents(name, "set", cents(terms.amounts[name]))
    amount = working.cents("deposit", "sum", sum(cents(terms.amounts[name]) for name in given.services))
    parts = (amount,) if ended is not None else tuple(shares(amount, [1] * terms.instalments))
    return DepositDue(amount=amount, parts=parts)


class DepositVolume(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A house of many dwellings: gallons for each and month, priced at the tariff (`metered.charge`)."""

    kind: ClassVar[str] = "deposit_volume"
    gallons_each: int
    months: int


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Its dwelling units."""

    dwelling_units: int


@rule("deposits.volume")
def volume(terms: DepositVolume, given: House, working: Working) -> int:
    """Gallons whose price is the deposit."""
    formula = f"{given.dwelling_units} × {terms.gallons_each} gal × {terms.months} months"
    return working("gallons", formula, given.dwelling_units * terms.gallons_each * terms.months)
