"""In what order a payment meets the charges of a bill."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class AllocationOrder(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Types of charge, first to last. Those that are not named come after all that are, by their names."""

    kind: ClassVar[str] = "allocation_order"
    order: tuple[str, ...]


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """An amount, and what is due by type of charge. Stayed balances are not due: leave them out."""

    amount: Cents
    due: dict[str, Cents]


class Allocation(msgspec.Struct, frozen=True, kw_only=True):
    """What each type gets and is left with, in the order of payment; `excess` is a credit of the customer's."""

    paid: dict[str, Cents]
    left: dict[str, Cents]
    excess: Cents


@rule("allocation.pay")
def pay(terms: AllocationOrder, given: Payment, working: Working) -> Allocation | Refusal:
    """Spread a payment; paid + excess = the payment, paid + left = what was due."""
    if given.amount < 1 or any(due < 0 for due in given.due.values()):
        return Refusal("bad_amount", "A payment is more than 0, and what is due is not less.")
    ranked = [name for name in dict.fromkeys(terms.order) if name in given.due]
    rest, paid, left = given.amount, {}, {}
    for name in (*ranked, *sorted(name for name in given.due if name not in terms.order)):
        due = given.due[name]
        paid[name] = working.cents(name, f"{usd(due)} due, {usd(rest)} at hand", min(due, rest))
        left[name] = due - paid[name]
        rest -= paid[name]
    return Allocation(paid=paid, left=left, excess=working.cents("excess", "kept as a credit", rest))
