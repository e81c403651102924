"""Stand-in: what a desk may bind the city to while the accounts cannot be reached, within limits set beforehand."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class StandInLimit(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`of` is the action. None = no limit of that sort. Per event, account, desk and shift; per person and day."""

    kind: ClassVar[str] = "stand_in"
    amount_most: Decimal | None = None
    per_account: int | None = None
    per_desk_shift: int | None = None
    per_person_day: int | None = None
    shift_amount: Decimal | None = None
    roles: tuple[str, ...] = ()


class StandIn(msgspec.Struct, frozen=True, kw_only=True):
    """One use, and the uses before it in this event. `amount`: what the city would be bound to."""

    role: str
    amount: Cents = 0
    account_uses: int = 0
    desk_shift_uses: int = 0
    person_day_uses: int = 0
    shift_amount: Cents = 0


@rule("stand_in.within")
def within(terms: StandInLimit, given: StandIn, working: Working) -> bool | Refusal:
    """True: within every limit. All stand-in items are reviewed after the storm whatever this says."""
    if terms.roles and given.role not in terms.roles:
        return Refusal("role", f"Only {' or '.join(terms.roles)} may, not {given.role}.")
    counts = (
        ("account_limit", "for this account in this event", given.account_uses, terms.per_account),
        ("desk_limit", "at this desk in this shift", given.desk_shift_uses, terms.per_desk_shift),
        ("person_limit", "by this person today", given.person_day_uses, terms.per_person_day),
    )
    for code, where, used, most in counts:
        if most is not None and working(where, f"at most {most}, this one counted", used + 1) > most:
            return Refusal(code, f"{most} {where} is the limit.")
    sums = (
        ("amount_limit", "one", given.amount, terms.amount_most),
        ("shift_amount_limit", "the shift's", given.shift_amount + given.amount, terms.shift_amount),
    )
    for code, whose, amount, limit in sums:
        if limit is not None and working.cents(f"{whose} amount", f"at most ${limit}", amount) > cents(limit):
            return Refusal(code, f"{usd(amount)} is above {whose} limit of ${limit}.")
    return working("within limits", "every one tested", True)
