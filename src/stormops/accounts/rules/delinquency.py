"""The clock of a bill that is not paid: each step so many counted days after the due date or an earlier step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.dates import Spans, after
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.policy import Figures, Terms
from stormops.accounts.refusal import Refusal

DUE = "due"
"""The day every clock begins with."""


class ClockStep(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step by its name, `days` after `since`; perhaps with a fee, or with a late fee of so many per cent."""

    name: str
    days: int
    since: str = DUE
    fee: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)


class DelinquencyClock(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in order; `since` names the due date or a step before it."""

    kind: ClassVar[str] = "delinquency_clock"
    steps: tuple[ClockStep, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        known = {DUE}
        for step in self.steps:
            if step.since not in known or step.name in known:
                raise ValueError(f"step `{step.name}`: `since` is {DUE} or a step before it, and names are unique")
            known.add(step.name)


class Unpaid(msgspec.Struct, frozen=True, kw_only=True):
    """When a bill was due and over what; days that do not count: storm mode, a moratorium, an arrangement kept."""

    due: date
    balance: Cents = 0
    pauses: Spans = ()


class Dated(msgspec.Struct, frozen=True):
    """A step, its day and what it costs."""

    name: str
    on: date
    fee: Cents = 0


@rule("delinquency.clock")
def clock(terms: DelinquencyClock, given: Unpaid, working: Working) -> tuple[Dated, ...] | Refusal:
    """The day of each step, if nothing is paid."""
    if not terms.steps:
        return Refusal("no_steps", "The policy has no steps.")
    days, fees = {DUE: given.due}, {}
    for step in terms.steps:
        formula = f"{step.since} + {step.days} days" + (" that count" if given.pauses else "")
        days[step.name] = working(step.name, formula, after(days[step.since], step.days, given.pauses))
        fees[step.name] = cents(step.fee + dollars(given.balance) * step.percent / 100)
        if fees[step.name]:
            formula = f"${step.fee} + {step.percent} % of {usd(given.balance)}"
            working.cents(f"{step.name}, fee", formula, fees[step.name])
    return tuple(Dated(step.name, days[step.name], fees[step.name]) for step in terms.steps)
