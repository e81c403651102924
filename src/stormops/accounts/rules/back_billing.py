"""Billing errors: what may be billed afterwards, and what must be given back."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, shares
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class BackBilling(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For an error of the utility's at most the last `months`; paid over as long as the error lasted that is billed."""

    kind: ClassVar[str] = "back_billing"
    months: int


class UnderBilled(msgspec.Struct, frozen=True, kw_only=True):
    """What each month was short by, oldest first. `asked`: an amount somebody wants to bill, to be held against it."""

    months: tuple[Cents, ...]
    cause: Literal["utility", "customer"] = "utility"
    asked: Cents | None = None


class Instalments(msgspec.Struct, frozen=True, kw_only=True):
    """An amount and how it may be paid month by month; the parts add up to it."""

    amount: Cents
    parts: tuple[Cents, ...]


@rule("back_billing.bill")
def bill(terms: BackBilling, given: UnderBilled, working: Working) -> Instalments | Refusal:
    """What may be billed for months that were billed too low."""
    if not given.months or min(given.months) < 0:
        return Refusal("bad_months", "Months are at least one, and none was short by less than 0.")
    months = given.months[-terms.months :] if given.cause == "utility" else given.months
    working("months", f"the last {terms.months} of {len(given.months)}, error of the {given.cause}", len(months))
    amount = working.cents("may be billed", "sum of the months", sum(months))
    if given.asked is not None and given.asked > amount:
        return Refusal(
            "beyond_limit", f"{usd(given.asked)} is more than {usd(amount)}, which is all that may be billed."
        )
    asked = amount if given.asked is None else given.asked
    parts = tuple(shares(asked, [1] * len(months)))
    working("instalments", f"{len(months)} months, as long as the error", ", ".join(dict.fromkeys(map(usd, parts))))
    return Instalments(amount=asked, parts=parts)


class Overcharge(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A refund for the whole period that records show; the customer may choose cash when it is above `cash_above`."""

    kind: ClassVar[str] = "overcharge"
    cash_above: Decimal = Decimal(0)


class OverBilled(msgspec.Struct, frozen=True, kw_only=True):
    """What each month of record was too high by."""

    months: tuple[Cents, ...]


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """The amount and the ways the customer may choose from."""

    amount: Cents
    ways: tuple[str, ...]


@rule("back_billing.refund")
def refund(terms: Overcharge, given: OverBilled, working: Working) -> Refund:
    """What is given back for months that were billed too high."""
    amount = working.cents("overcharge", f"{len(given.months)} months of record", sum(given.months))
    cash = working("cash on request", f"more than ${terms.cash_above}", amount > cents(terms.cash_above))
    return Refund(amount=amount, ways=("credit", "cash") if cash else ("credit",))
