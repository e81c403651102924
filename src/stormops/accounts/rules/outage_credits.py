"""Credits for long and frequent outages, where a rule or a city grants them; without a policy there are none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import add_months
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents
from stormops.accounts.policy import Figures, Terms
from stormops.accounts.refusal import Refusal

Conditions = Literal["catastrophic", "grey_sky", "normal"]


class Repeats(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many sustained interruptions within so many months."""

    interruptions: int
    within_months: int


class OutageCredit(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A credit past a threshold of hours and another for each further day, completed or begun.

    Conditions go by the per cent of customers out. `repeats`: frequent interruptions earn one too.
    """

    kind: ClassVar[str] = "outage_credit"
    amount: Decimal
    hours: dict[Conditions, int]
    further_hours: int = 24
    further: Literal["completed", "begun"] = "completed"
    catastrophic_percent: Decimal
    grey_percent: Decimal
    repeats: Repeats | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if set(self.hours) != {"catastrophic", "grey_sky", "normal"} or min(self.hours.values()) < 0:
            raise ValueError("`hours` are 0 or more for catastrophic, grey_sky and normal conditions")


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """Customers out at the worst, and all."""

    out: int
    customers: int


@rule("outage_credits.conditions")
def conditions(terms: OutageCredit, given: Extent, working: Working) -> Conditions | Refusal:
    """What sort of event it was."""
    if not 0 <= given.out <= given.customers or not given.customers:
        return Refusal("bad_extent", "There are customers, and no more of them out than there are.")
    share = working("out", f"{given.out} × 100 / {given.customers} %", Decimal(given.out) * 100 / given.customers)
    named: Conditions = "normal"
    if share >= terms.catastrophic_percent:
        named = "catastrophic"
    elif share >= terms.grey_percent:
        named = "grey_sky"
    return working("conditions", f"{terms.catastrophic_percent} %, {terms.grey_percent} %", named)


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """One interruption of a customer, in minutes, and their monthly customer charge, which is the least credit."""

    minutes: int
    conditions: Conditions
    customer_charge: Cents = 0


@rule("outage_credits.credit")
def credit(terms: OutageCredit, given: Outage, working: Working) -> Cents:
    """The credit for one interruption; 0 = it was not longer than the threshold."""
    hours = terms.hours[given.conditions]
    over = working("minutes over", f"{given.minutes} - {hours} h ({given.conditions})", given.minutes - hours * 60)
    if over <= 0:
        return working.cents("credit", "not longer than the threshold", 0)
    further = terms.further_hours * 60
    days = over // further if terms.further == "completed" else -(-over // further)
    working("further days", f"{over} / {further} min, {terms.further}", days)
    amount = working.cents("credits", f"{1 + days} × ${terms.amount}", cents(terms.amount * (1 + days)))
    return working.cents("credit", f"at least {usd(given.customer_charge)}", max(amount, given.customer_charge))


class Interruptions(msgspec.Struct, frozen=True, kw_only=True):
    """Days of a customer's sustained interruptions since the counter was last set back."""

    days: tuple[date, ...]
    customer_charge: Cents = 0


class Frequent(msgspec.Struct, frozen=True, kw_only=True):
    """The credits, and the days that still count."""

    credit: Cents
    counting: tuple[date, ...]


@rule("outage_credits.frequent")
def frequent(terms: OutageCredit, given: Interruptions, working: Working) -> Frequent | Refusal:
    """Credits for frequent interruptions; each sets the counter back to nothing."""
    if terms.repeats is None:
        return Refusal("no_repeats", "This policy has no credit for frequent interruptions.")
    counting: list[date] = []
    earned = 0
    for day in sorted(given.days):
        since = add_months(day, -terms.repeats.within_months)
        counting = [*(earlier for earlier in counting if earlier > since), day]
        if len(counting) >= terms.repeats.interruptions:
            working(
                f"{terms.repeats.interruptions} interruptions", f"{counting[0]} to {day}", "a credit, the counter is 0"
            )
            earned, counting = earned + 1, []
    each = max(cents(terms.amount), given.customer_charge)
    amount = working.cents("credit", f"{earned} × {usd(each)}", earned * each)
    return Frequent(credit=amount, counting=tuple(counting))
