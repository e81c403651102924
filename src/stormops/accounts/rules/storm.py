"""What a storm suspends: fees, cuts and placements run again only when its backlog is posted and a grace is over."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import DAY
from stormops.accounts.decision import Working, rule
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal

Action = Literal["late_fee", "cut", "placement", "refund", "rebate_payment", "loan_disbursement", "deposit_review"]


class StormHold(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days after the mode's end before an action runs again; an action that is not named is not held."""

    kind: ClassVar[str] = "storm_hold"
    grace_days: dict[Action, int]

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(days < 0 for days in self.grace_days.values()):
            raise ValueError("`grace_days` are 0 or more")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is to run; whether the mode is on, its last day if there was one; commands of the account still queued."""

    action: Action
    mode_on: bool
    mode_ended: date | None = None
    queued: int = 0


@rule("storm.may_run")
def may_run(terms: StormHold, given: Held, working: Working) -> date | Refusal:
    """Since when an action may run again, or why it may not."""
    if given.action not in terms.grace_days:
        return working("may run", f"{given.action} is not held in a storm", working.on)
    if given.mode_on:
        return Refusal("storm_mode", "Storm mode is on.")
    if given.queued:
        return Refusal("queue_not_empty", f"{given.queued} of the account's commands are not posted yet.")
    if given.mode_ended is None:
        return working("may run", "there was no storm", working.on)
    days = terms.grace_days[given.action]
    start = working("held through", f"{given.mode_ended} + {days} days", given.mode_ended + DAY * days) + DAY
    if working.on < start:
        return Refusal("grace", f"Storm mode ended on {given.mode_ended}; {given.action} runs again from {start}.")
    return start
