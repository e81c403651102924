"""Late fees, fees for returned payments, their waivers, and who may no longer pay by cheque."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import add_months
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.policy import Figures, Terms, rising
from stormops.accounts.refusal import Refusal


class LateFee(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The greater of `least` and `percent` of the balance; nothing on a balance below `from_balance`.

    After an evacuation order that the city declares a waiver for, so many billing periods are free.
    """

    kind: ClassVar[str] = "late_fee"
    percent: Decimal
    least: Decimal = Decimal(0)
    from_balance: Decimal = Decimal("0.01")
    exempt: tuple[str, ...] = ()
    evacuation_periods: int = 0


class PastDue(msgspec.Struct, frozen=True, kw_only=True):
    """A balance past due and the customer's class. `period_after_evacuation`: 1 = the first after a declared order."""

    balance: Cents
    customer_class: str = ""
    period_after_evacuation: int | None = None


@rule("fees.late")
def late(terms: LateFee, given: PastDue, working: Working) -> Cents:
    """A late fee; 0 = none is charged."""
    if given.customer_class in terms.exempt:
        return working.cents("fee", f"none for {given.customer_class}", 0)
    period = given.period_after_evacuation
    if period is not None and period <= terms.evacuation_periods:
        return working.cents("fee", f"waived: period {period} of {terms.evacuation_periods} after evacuation", 0)
    if given.balance < cents(terms.from_balance):
        return working.cents("fee", f"none below ${terms.from_balance}", 0)
    formula = f"{usd(given.balance)} × {terms.percent} %"
    share = working.cents("share", formula, cents(dollars(given.balance) * terms.percent / 100))
    return working.cents("fee", f"at least ${terms.least}", max(share, cents(terms.least)))


class LateFeeWaiver(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One waiver in so many months (None = in the life of the account), for these reasons (empty = any)."""

    kind: ClassVar[str] = "late_fee_waiver"
    every_months: int | None = None
    reasons: tuple[str, ...] = ()


class WaiverAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Why, and the days of earlier waivers."""

    reason: str
    earlier: tuple[date, ...] = ()


@rule("fees.waive_late")
def waive_late(terms: LateFeeWaiver, given: WaiverAsked, working: Working) -> bool | Refusal:
    """Whether a late fee may be waived (True), or when again."""
    if terms.reasons and given.reason not in terms.reasons:
        return Refusal("no_reason", f"A late fee is waived for {' or '.join(terms.reasons)}.")
    if not given.earlier:
        return working("may be waived", "never was before", True)
    last = max(given.earlier)
    if terms.every_months is None:
        return Refusal("waived_before", f"Waived on {last}, and once is for the life of the account.")
    again = working("again from", f"{last} + {terms.every_months} months", add_months(last, terms.every_months))
    if working.on < again:
        return Refusal("waived_before", f"Waived on {last}; again from {again}.")
    return working("may be waived", f"{working.on} is on or after {again}", True)


class Band(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Payments through an amount (None = any larger) cost a fee, or a share of the payment."""

    through: Decimal | None = None
    fee: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)


class ChequeLimit(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many returned within so many months, and no cheque is taken for so many months."""

    returned: int
    within_months: int
    refused_months: int


class ReturnedPayment(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fees by bands that rise, and when cheques are no longer taken."""

    kind: ClassVar[str] = "returned_payment"
    bands: tuple[Band, ...] = ()
    cheques: ChequeLimit | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bands:
            rising("bands", [band.through for band in self.bands])


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """The payment that came back."""

    payment: Cents


@rule("fees.returned")
def returned(terms: ReturnedPayment, given: Returned, working: Working) -> Cents | Refusal:
    """The fee for a payment that came back."""
    for band in terms.bands:
        if band.through is None or given.payment <= cents(band.through):
            where = "above all bands" if band.through is None else f"through ${band.through}"
            fee = cents(band.fee + dollars(given.payment) * band.percent / 100)
            return working.cents("fee", f"{where}: ${band.fee} + {band.percent} % of {usd(given.payment)}", fee)
    return Refusal("no_fee", "No fee is set for returned payments.")


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which payments came back, and how one wants to pay."""

    returned: tuple[date, ...]
    tender: Literal["cheque", "cash", "card", "transfer"]


@rule("fees.tender")
def tender(terms: ReturnedPayment, given: History, working: Working) -> bool | Refusal:
    """Whether a way of paying is taken (True), or why not."""
    limit = terms.cheques
    if limit is None or given.tender != "cheque":
        return working("taken", f"no limit on {given.tender}", True)
    days = sorted(given.returned)
    for first, last in zip(days, days[limit.returned - 1 :], strict=False):
        until = add_months(last, limit.refused_months)
        if last < add_months(first, limit.within_months) and last <= working.on < until:
            formula = f"{first} to {last}, within {limit.within_months} months"
            working("came back", formula, limit.returned)
            return Refusal("no_cheques", f"No cheques until {until}: {limit.returned} came back.")
    return working("taken", f"fewer than {limit.returned} came back in {limit.within_months} months", True)


class MassWaiver(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one declared storm event may waive for everybody at once, and by whom it is signed."""

    kind: ClassVar[str] = "mass_waiver"
    fees: tuple[str, ...]
    declared_by: tuple[str, ...]
    days_after: int = 0
    """Fees that fall due within so many days after the event's end are waived too."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A declared event and a fee that fell on a day."""

    declared_by: str
    first: date
    last: date
    fee: str
    charged: date
    amount: Cents


@rule("fees.waive_in_storm")
def waive_in_storm(terms: MassWaiver, given: Event, working: Working) -> Cents | Refusal:
    """What the event waives of a fee: one signature, one formula, no clicks for each account."""
    if given.declared_by not in terms.declared_by:
        return Refusal("not_declared", f"A waiver is declared by {' or '.join(terms.declared_by)}.")
    after_last = (given.charged - given.last).days
    inside = given.first <= given.charged and after_last <= terms.days_after
    working("within the event", f"{given.first} to {given.last} + {terms.days_after} days", inside)
    covered = inside and given.fee in terms.fees
    return working.cents("waived", f"{given.fee} of {usd(given.amount)}", given.amount if covered else 0)
