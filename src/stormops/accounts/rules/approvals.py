"""Who must approve an amount, and the two ways around it: amounts split to stay small, and payees just made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.dates import DAY
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents
from stormops.accounts.policy import Figures, Terms, rising
from stormops.accounts.refusal import Refusal


class Tier(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Amounts through one (None = any larger) need these roles, one after the other, each another person."""

    through: Decimal | None = None
    roles: tuple[str, ...]


class ApprovalTiers(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`of` is the command. Tiers rise. Amounts of one maker within `window_days` on one account count together."""

    kind: ClassVar[str] = "approval_tiers"
    tiers: tuple[Tier, ...]
    window_days: int
    stop_days: int = 0
    """A payee or address that is newer waits."""

    def __post_init__(self) -> None:
        super().__post_init__()
        rising("tiers", [tier.through for tier in self.tiers])


class Made(msgspec.Struct, frozen=True):
    """An earlier command of the same sort by the same maker on the same account."""

    on: date
    amount: Cents


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A command that is submitted; `payee_since`: when the payee or address was entered, where money goes out."""

    amount: Cents
    earlier: tuple[Made, ...] = ()
    payee_since: date | None = None


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """The roles that must approve, in order. `split`: earlier commands made it one tier dearer; an auditor is told."""

    roles: tuple[str, ...]
    split: bool
    counted: Cents


def _tier(terms: ApprovalTiers, amount: Cents) -> Tier:
    return next(tier for tier in terms.tiers if tier.through is None or amount <= cents(tier.through))


@rule("approvals.needed")
def needed(terms: ApprovalTiers, given: Asked, working: Working) -> Needed | Refusal:
    """Who must approve; what was split to avoid a threshold is approved as the whole."""
    if given.amount < 1:
        return Refusal("bad_amount", "An amount is more than 0.")
    if given.payee_since is not None:
        free = given.payee_since + DAY * terms.stop_days
        if working("payee known", f"{given.payee_since} + {terms.stop_days} days", free) > working.on:
            return Refusal("stop_list", f"Payee or address are new: stopped until {free}.")
    since = working.on - DAY * terms.window_days
    within = [made for made in given.earlier if since < made.on <= working.on]
    formula = f"{usd(given.amount)} and {len(within)} more since {since}"
    counted = working.cents("counted", formula, given.amount + sum(made.amount for made in within))
    alone, whole = _tier(terms, given.amount), _tier(terms, counted)
    split = working("split", "together they need more than each alone", alone != whole)
    return Needed(roles=working("roles", f"through ${whole.through}", whole.roles), split=split, counted=counted)
