"""Commands of an arrangement that was not kept: it is broken since the day that the rule finds, and what follows."""

from __future__ import annotations

from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.record import Amount, Day, Decision, Id
from stormops.accounts.records_money import Arrangement
from stormops.accounts.records_work import Task
from stormops.accounts.refusal import Refused


class BreakArrangement(Command, frozen=True, kw_only=True, tag="break_arrangement"):
    """An arrangement broken, as the rule found; its notice is somebody's task. Never while a mode holds cuts."""

    function = "disconnect"
    permission = "collect"

    arrangement: Id
    broken: Day
    paid: Amount
    """What was paid towards it in all, by the books."""
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        arrangement = draft.get(Arrangement, self.arrangement)
        draft.account(arrangement.account)
        if not draft.now.settled:
            raise Refused("not_settled", "The customer's payments may not be posted yet.", "arrangement")
        draft.step(
            arrangement,
            "break",
            broken=draft.day(self.broken),
            paid=self.paid,
            breach=draft.by_policy(self.decision),
        )
        draft.add(
            Task(
                id=draft.new_id(),
                text=f"Send the notice: the arrangement is broken since {self.broken}, and what is left is due.",
                owner="",
                due_ms=draft.envelope.at_ms,
                state="open",
                account=arrangement.account,
            )
        )
