"""Debts to an agency and off the books: placement, recall, commission, write-off (which forgives nothing)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.dates import DAY
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class Collection(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days after the final bill before a placement, the least debt, the agency's share; when debts are written off."""

    kind: ClassVar[str] = "collection"
    after_final_days: int
    least: Decimal = Decimal("0.01")
    commission_percent: Decimal = Decimal(0)
    approvers: int
    write_off_days: int
    held_in_storm: bool = True


class Debt(msgspec.Struct, frozen=True, kw_only=True):
    """A final account's debt and what speaks against collecting it. `unposted`: payments that may still be queued."""

    balance: Cents
    finalled: date | None
    stayed: bool = False
    disputed: bool = False
    arrangement_kept: bool = False
    storm_hold: bool = False
    unposted: int = 0
    placed: date | None = None
    given_back: bool = False
    """The agency gave it up."""
    approvers: tuple[str, ...] = ()


def _against(given: Debt) -> Refusal | None:
    """What ends collection of a debt at once, wherever it stands."""
    if given.stayed:
        return Refusal("bankruptcy", "A bankruptcy stay covers the debt.")
    if given.disputed:
        return Refusal("disputed", "The debt is disputed.")
    if given.arrangement_kept:
        return Refusal("arrangement", "An arrangement is being kept.")
    return None


@rule("collections.place")
def place(terms: Collection, given: Debt, working: Working) -> Cents | Refusal:
    """The amount that may be placed with the agency."""
    if (against := _against(given)) is not None:
        return against
    if terms.held_in_storm and (given.storm_hold or given.unposted):
        return Refusal("storm_hold", "No placements in a storm, nor before its payments are posted: it may be paid.")
    if given.finalled is None:
        return Refusal("not_final", "Only a final account is placed.")
    start = working(
        "from", f"{given.finalled} + {terms.after_final_days} days", given.finalled + DAY * terms.after_final_days
    )
    if working.on < start or given.balance < cents(terms.least):
        return Refusal("not_eligible", f"Placed from {start}, when it is ${terms.least} or more.")
    if len(set(given.approvers)) < terms.approvers:
        return Refusal("approvals", f"A placement needs {terms.approvers} persons.")
    return working.cents("placed", "the balance", given.balance)


@rule("collections.recall")
def recall(_terms: Collection, given: Debt, working: Working) -> str | Refusal:
    """Why a placed debt must be called back at once (a storm does not stop this), or that it need not be."""
    if (against := _against(given)) is not None:
        return working("recall", against.sentence, against.code)
    if given.balance < 1:
        return working("recall", f"{usd(given.balance)} is owed", "paid")
    if given.given_back:
        return working("recall", "the agency gave it up", "given_back")
    if given.placed == working.on:
        return working("recall", f"placed on {given.placed}: taken back the same day", "same_day")
    return Refusal("stays", "Nothing calls it back: it is not paid, disputed, arranged, in bankruptcy or given up.")


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """What the agency collected."""

    collected: Cents


@rule("collections.commission")
def commission(terms: Collection, given: Recovery, working: Working) -> Cents:
    """The agency's share; the customer is credited with all that was collected."""
    formula = f"{usd(given.collected)} × {terms.commission_percent} %"
    return working.cents("commission", formula, cents(dollars(given.collected) * terms.commission_percent / 100))


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """A debt by the day it was due, and the governing body's resolution, if there is one."""

    balance: Cents
    due: date
    stayed: bool = False
    resolution: str = ""


@rule("collections.write_off")
def write_off(terms: Collection, given: Stale, working: Working) -> Cents | Refusal:
    """What may be written off; it is still owed, and asked for when the customer comes back."""
    age = working("days past due", f"since {given.due}", (working.on - given.due).days)
    if given.stayed:
        return Refusal("bankruptcy", "A debt under a stay is written off when the case says so.")
    if age <= terms.write_off_days:
        return Refusal("too_young", f"Written off after more than {terms.write_off_days} days.")
    if not given.resolution:
        return Refusal("no_resolution", "A write-off needs a resolution.")
    return working.cents("written off", f"resolution {given.resolution}", given.balance)
