"""Commands of a rebate's budget, and what is encumbered of it: by an application, until it is paid or ends."""

from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts.command import Command
from stormops.accounts.decision import usd
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Hash, Id, Payment
from stormops.accounts.records_money import Rebate, RebateBudget
from stormops.accounts.refusal import Refused
from stormops.accounts.states_money import REBATE_BUDGET


def encumber(draft: Draft, key: str, measure: str, cents: int) -> RebateBudget:
    """Keep `cents` of an open budget for an application. Raises Refused when what is left does not cover it.

    It reads the budget where it writes it, in the transaction of the command, so that of two who see the same dollars
    left the second is refused.
    """
    budget = draft.get(RebateBudget, key)
    if budget.state != "open" or budget.measure != measure or not budget.since <= draft.envelope.day <= budget.until:
        raise Refused("no_budget", "No budget is set for this measure today: a manager sets one first.", "measure")
    if cents > budget.left:
        raise Refused("budget", f"{usd(cents)} is more than the budget's {usd(budget.left)}.", "measure")
    return draft.put(replace(budget, encumbered=budget.encumbered + cents))


def free(draft: Draft, rebate: Rebate) -> None:
    """Give back what an application kept of its budget: it was declined or withdrawn."""
    if rebate.budget:
        budget = draft.get(RebateBudget, rebate.budget)
        draft.put(replace(budget, encumbered=budget.encumbered - rebate.cents))


def spend(draft: Draft, rebate: Rebate) -> None:
    """What an application kept of its budget is paid."""
    if rebate.budget:
        budget = draft.get(RebateBudget, rebate.budget)
        after = replace(budget, encumbered=budget.encumbered - rebate.cents, spent=budget.spent + rebate.cents)
        draft.put(after)


class SetRebateBudget(Command, frozen=True, kw_only=True, tag="set_rebate_budget"):
    """What may be given as rebates for a measure from a day through another, by a resolution."""

    function = "rebate"
    permission = "budget"

    measure: Id
    fund: Id
    cents: Payment
    since: Day
    until: Day
    document: Hash

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        draft.attach([self.document], "document")
        since, until = draft.day(self.since), draft.day(self.until)
        if until < since:
            raise Refused("no_period", "The last day is not before the first.", "until")
        for each in draft.where(RebateBudget, measure=self.measure):
            if each.state == "open" and each.since <= until and since <= each.until:
                raise Refused("budget_exists", f"This measure has a budget until {each.until}: amend it.", "measure")
        draft.add(
            RebateBudget(
                id=draft.new_id(),
                measure=self.measure,
                fund=self.fund,
                cents=self.cents,
                since=since,
                until=until,
                state=REBATE_BUDGET.start,
                set_by=draft.envelope.actor,
                document=self.document,
            )
        )


class StepRebateBudget(Command, frozen=True, kw_only=True, tag="step_rebate_budget"):
    """A budget amended (by a resolution; never below what is promised and paid) or closed, when nothing is promised."""

    function = "rebate"
    permission = "budget"

    budget: Id
    step: str
    cents: Payment | None = None
    document: Hash | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        budget = draft.get(RebateBudget, self.budget)
        if self.step == "close":
            if budget.encumbered:
                raise Refused("promised", f"{usd(budget.encumbered)} of it is promised to applications.", "budget")
            draft.step(budget, "close")
            return
        if self.cents is None:
            raise Refused("no_amount", "Say how much it is from now on.", "cents")
        gone = budget.encumbered + budget.spent
        if self.cents < gone:
            raise Refused("below_promised", f"{usd(gone)} of it is promised or paid.", "cents")
        document = draft.attach([] if self.document is None else [self.document], "document")[0]
        draft.step(budget, self.step, cents=self.cents, document=document)
