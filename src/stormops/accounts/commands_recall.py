"""Commands of debts called back from an agency: by the rule, at once, in a storm too."""

from __future__ import annotations

from stormops.accounts import postings_credit
from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.proposals_credit import at_agency
from stormops.accounts.record import Decision, Id
from stormops.accounts.records_money import Placement
from stormops.accounts.records_work import Task

WITH_AGENCY = frozenset({"placed", "returned"})
"""States of a placement whose debt is not with the city."""


class RecallPlacement(Command, frozen=True, kw_only=True, tag="recall_placement"):
    """A debt called back from its agency, for the reason that the rule found."""

    function = "agency_recall"
    permission = "collect"

    placement: Id
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        placement = draft.get(Placement, self.placement)
        draft.account(placement.account)
        draft.step(placement, "recall", recalled=draft.by_policy(self.decision))
        if pieces := at_agency(draft, placement.account):
            draft.post(postings_credit.recalled(draft.head(), pieces))


def must_be_called_back(draft: Draft, account: str, why: str) -> None:
    """Make it somebody's task, due now, to call the account's debt back, where it is with an agency."""
    for placement in draft.where(Placement, account=account):
        if placement.state in WITH_AGENCY:
            draft.add(
                Task(
                    id=draft.new_id(),
                    text=f"Call the debt back from {placement.agency}: {why}.",
                    owner="",
                    due_ms=draft.envelope.at_ms,
                    state="open",
                    account=account,
                )
            )
