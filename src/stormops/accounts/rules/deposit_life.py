"""While a deposit is held: interest, the record of good payment that frees it, and who or what stands in for cash."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import DAY, add_months
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal

_YEAR = 365


class DepositInterest(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Simple interest by actual days of 365; none for what was held less than `after_months`.

    `later_percent` is for the days after `later_months` of a good record.
    """

    kind: ClassVar[str] = "deposit_interest"
    percent: Decimal
    after_months: int = 0
    later_percent: Decimal | None = None
    later_months: int = 0


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit held from a day, with interest still owed `since` (that day, or the last credit) `until` a day."""

    amount: Cents
    held_from: date
    since: date
    until: date
    good_record: bool = False


@rule("deposits.interest")
def interest(terms: DepositInterest, given: Holding, working: Working) -> Cents | Refusal:
    """Interest to credit."""
    if not given.held_from <= given.since <= given.until:
        return Refusal("bad_dates", "Interest runs from a day the deposit was held to a later one.")
    earns_from = add_months(given.held_from, terms.after_months)
    if given.until < earns_from:
        return working.cents("interest", f"held less than {terms.after_months} months", 0)
    turn = given.until
    if terms.later_percent is not None and given.good_record:
        turn = min(max(add_months(given.held_from, terms.later_months), given.since), given.until)
    total = Decimal(0)
    spans = ((given.since, turn, terms.percent), (turn, given.until, terms.later_percent or Decimal(0)))
    for first, last, percent in spans:
        days = (last - first).days
        if days:
            formula = f"{usd(given.amount)} × {percent} % × {days}/{_YEAR}"
            total += working(f"{first} to {last}", formula, dollars(given.amount) * percent / 100 * days / _YEAR)
    return working.cents("interest", "sum, rounded once", cents(total))


class GoodPayment(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deposit goes back after `months`, if the last `within_months` were paid well."""

    kind: ClassVar[str] = "good_payment"
    months: int
    within_months: int
    late_most: int
    returned_most: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How an account was paid: days on which a payment was late or returned, a cut was made, a meter tampered with."""

    since: date
    late: tuple[date, ...] = ()
    returned: tuple[date, ...] = ()
    cut: tuple[date, ...] = ()
    tampered: bool = False


def _within(terms: GoodPayment, given: Record, working: Working) -> tuple[date, int, int, int]:
    """Since when payments count, and how often since then they were late, were returned, and service was cut."""
    start = add_months(working.on, -terms.within_months)

    def within(days: tuple[date, ...]) -> int:
        return sum(start < day <= working.on for day in days)

    late = working(f"late since {start}", f"at most {terms.late_most}", within(given.late))
    returned = working(f"returned since {start}", f"at most {terms.returned_most}", within(given.returned))
    return start, late, returned, working(f"cuts since {start}", "none", within(given.cut))


@rule("deposits.good_payment")
def good_payment(terms: GoodPayment, given: Record, working: Working) -> bool:
    """Whether the deposit is due back (and a guarantor is free)."""
    due = working(
        "held long enough from", f"{given.since} + {terms.months} months", add_months(given.since, terms.months)
    )
    _, late, returned, cuts = _within(terms, given, working)
    good = late <= terms.late_most and returned <= terms.returned_most and not cuts and not given.tampered
    return working("refund due", "long enough and well paid", working.on >= due and good)


@rule("deposits.satisfactory")
def satisfactory(terms: GoodPayment, given: Record, working: Working) -> bool | Refusal:
    """Whether a record is good enough to stand for another: the months that count were lived and paid well."""
    start, late, returned, cuts = _within(terms, given, working)
    if given.since > start:
        return Refusal("short_record", f"The record begins on {given.since}: {terms.within_months} months are needed.")
    if late > terms.late_most:
        return Refusal("paid_late", f"Paid late since {start}: {late}, and at most {terms.late_most}.")
    if returned > terms.returned_most:
        return Refusal("paid_back", f"Payments returned since {start}: {returned}, and at most {terms.returned_most}.")
    if cuts or given.tampered:
        return Refusal("was_cut", f"Service was cut, or a meter tampered with, since {start}.")
    return working("satisfactory", "long enough and well paid", True)


class Guaranty(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may stand for a deposit: a customer with a satisfactory record, for the address of the contract only."""

    kind: ClassVar[str] = "guarantor"
    contract_address_only: bool = True
    notice_days: int = 0
    """Of the guarantor's notice of the default, before they are charged."""


class Guarantor(msgspec.Struct, frozen=True, kw_only=True):
    """The guarantor; whether the customer has earned the deposit back; the premises of the contract and of a debt."""

    is_customer: bool
    satisfactory: bool
    customer_qualifies: bool = False
    contract_premise: str
    debt_premise: str
    debt: Cents = 0


@rule("deposits.guarantor")
def guarantor(terms: Guaranty, given: Guarantor, working: Working) -> Cents | Refusal:
    """What a guarantor is liable for (0 = free), or why they cannot be one."""
    if not given.is_customer or not given.satisfactory:
        return Refusal("no_guarantor", "A guarantor is a customer with a satisfactory record of payment.")
    if given.customer_qualifies:
        return working.cents("liability", "ended: the customer has a good record", 0)
    if terms.contract_address_only and given.debt_premise != given.contract_premise:
        return working.cents("liability", "none beyond the address of the contract", 0)
    return working.cents("liability", "the debt at the address of the contract", given.debt)


class Noticed(msgspec.Struct, frozen=True, kw_only=True):
    """When the guarantor was written to that the customer does not pay; None = not yet."""

    on: date | None


@rule("deposits.call_guarantor")
def call_guarantor(terms: Guaranty, given: Noticed, working: Working) -> date | Refusal:
    """Since when a guarantor may be charged: they are written to first."""
    if given.on is None:
        return Refusal("not_noticed", "The guarantor is written to first: issue the notice of default to them.")
    first = working("may be charged from", f"{given.on} + {terms.notice_days} days", given.on + DAY * terms.notice_days)
    if working.on < first:
        return Refusal("notice_runs", f"The guarantor was written to on {given.on}, and is charged from {first}.")
    return first


class Instruments(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bonds and letters of credit instead of cash: from an amount on, furnished within days, watched to their end."""

    kind: ClassVar[str] = "deposit_instruments"
    least: Decimal = Decimal(0)
    furnish_days: int
    alarm_days: tuple[int, ...]


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """A bond or letter: the deposit it stands for, when it was promised, came and expires; whether a storm is on."""

    required: Cents
    promised: date
    received: bool = False
    expires: date | None = None
    storm: bool = False


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What to do now. `cash_due` > 0: the deposit is due in cash; `may_cut`: service may be at risk for it."""

    action: Literal["wait", "cash", "keep", "alarm", "replace"]
    cash_due: Cents = 0
    may_cut: bool = False
    next_on: date | None = None


@rule("deposits.instrument")
def instrument(terms: Instruments, given: Instrument, working: Working) -> Watch | Refusal:
    """What an instrument asks for on a day."""
    if given.required < cents(terms.least):
        return Refusal("too_small", f"A bond is taken for {usd(cents(terms.least))} or more.")
    if not given.received:
        due = working(
            "to be furnished by",
            f"{given.promised} + {terms.furnish_days} days",
            given.promised + DAY * terms.furnish_days,
        )
        if working.on < due:
            return Watch(action="wait", next_on=due)
        return Watch(action="cash", cash_due=given.required, may_cut=not given.storm)
    if given.expires is None:
        return Watch(action=working("action", "received, without an end", "keep"))
    left = working("days left", f"until {given.expires}", (given.expires - working.on).days)
    if left < 0:
        # In a storm a lapsed bond is somebody's task, never a reason to cut.
        return Watch(action="replace", cash_due=given.required, may_cut=not given.storm)
    alarms = [given.expires - DAY * days for days in sorted(terms.alarm_days, reverse=True)]
    later = [day for day in alarms if day > working.on]
    return Watch(
        action="keep" if len(later) == len(alarms) else "alarm", next_on=later[0] if later else given.expires + DAY
    )
