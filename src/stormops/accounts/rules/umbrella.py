"""Umbrella accounts: a master meter's bill is shared out among its units, to the cent."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, shares
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class MasterBill(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what a shared charge is split."""

    kind: ClassVar[str] = "master_bill"
    basis: Literal["equal", "dwelling_units", "square_feet", "use"]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the roster, a common area too. `use` is in the meter's smallest unit.

    `owner`: the account that a signed agreement makes pay while the unit is vacant.
    """

    account: str
    equal: int = 1
    dwelling_units: int = 1
    square_feet: int = 0
    use: int = 0
    vacant: bool = False
    owner: str = ""


class Master(msgspec.Struct, frozen=True, kw_only=True):
    """The bill and who was on the roster in its period."""

    amount: Cents
    members: tuple[Member, ...]


class Part(msgspec.Struct, frozen=True):
    """What an account bears for a unit."""

    unit: str
    account: str
    amount: Cents


@rule("umbrella.allocate")
def allocate(terms: MasterBill, given: Master, working: Working) -> tuple[Part, ...] | Refusal:
    """Split the bill; the parts add up to it. A vacant unit without an owner's signature is no one's to bill."""
    unsigned = [member.account for member in given.members if member.vacant and not member.owner]
    if unsigned:
        return Refusal("no_owner_agreement", f"Vacant without an owner's agreement: {', '.join(unsigned)}.")
    weights: list[int] = [getattr(member, terms.basis) for member in given.members]
    if given.amount < 0 or not any(weights) or min(weights) < 0:
        return Refusal("nothing_to_split_by", f"Nobody on the roster has {terms.basis.replace('_', ' ')}.")
    parts = []
    for member, weight, amount in zip(given.members, weights, shares(given.amount, weights), strict=True):
        formula = f"{usd(given.amount)} × {weight}/{sum(weights)}, largest remainders"
        working.cents(member.account, formula, amount)
        parts.append(Part(member.account, member.owner if member.vacant else member.account, amount))
    return tuple(parts)
