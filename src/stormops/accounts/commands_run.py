"""Commands of a billing run. A program sends them (`books.billing_run`), in the name of the person who started it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec.structs import replace

from stormops.accounts import postings
from stormops.accounts.abridged import elsewhere
from stormops.accounts.command import Command
from stormops.accounts.commands_billing import Share, charged, issued
from stormops.accounts.draft import Draft
from stormops.accounts.record import Amount, Count, Day, Decision, Id, Ms, Text
from stormops.accounts.records_money import BillingRun
from stormops.accounts.records_place import Read, Umbrella
from stormops.accounts.records_work import Task
from stormops.accounts.refusal import Refused

QUEUE = "billing"
"""Whose tasks the exceptions of a run are."""


class BeginRun(Command, frozen=True, kw_only=True, tag="begin_run"):
    """A run begins, or is taken up again: what it has done stays done."""

    function = "service_start"
    permission = "billing"

    run: Id
    cycle: Count
    cycles: Count
    until: Day
    due: Day
    city: str
    clauses: dict[str, Any]

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        known = draft.find(BillingRun, self.run)
        if known is not None:
            draft.put(replace(known, finished=False))
            return
        if self.cycle > self.cycles or not self.cycles:
            raise Refused("no_cycle", f"There is no cycle {self.cycle} of {self.cycles}.", "cycle")
        draft.add(
            BillingRun(
                id=self.run,
                cycle=self.cycle,
                cycles=self.cycles,
                until=draft.day(self.until),
                due=draft.day(self.due),
                on=draft.envelope.day,
                city=self.city,
                maker=draft.envelope.actor,
                clauses=self.clauses,
            )
        )


class AdvanceRun(Command, frozen=True, kw_only=True, tag="advance_run"):
    """What a run has made since it was last said; `finish` at its end."""

    function = "service_start"
    permission = "billing"

    run: Id
    bills: Count = 0
    cents: Amount = 0
    exceptions: Count = 0
    finish: bool = False

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        run = draft.get(BillingRun, self.run)
        draft.put(
            replace(
                run,
                bills=run.bills + self.bills,
                cents=run.cents + self.cents,
                exceptions=run.exceptions + self.exceptions,
                finished=self.finish,
            )
        )


class Estimated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A read that is missing, estimated at the end of the bill."""

    point: Id
    day: Day
    register: Count
    kind: str


class RunBill(Command, frozen=True, kw_only=True, tag="run_bill"):
    """One account's bill of a run, or a building's with its shares, and the reads that were estimated for it."""

    function = "service_start"
    permission = "billing"

    run: Id
    shares: Annotated[tuple[Share, ...], msgspec.Meta(min_length=1, max_length=2_000)]
    decision: Decision
    umbrella: str = ""
    estimated: tuple[Estimated, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        run = draft.get(BillingRun, self.run)
        decision = draft.by_policy(self.decision)
        if self.umbrella:
            draft.account(draft.get(Umbrella, self.umbrella).account)
        pairs = []
        for share in self.shares:
            account = draft.account(share.account).id
            bill = issued(draft, account, share.lines, run.due, decision)
            if len(self.shares) > 1:
                decision = elsewhere(self.decision, draft.answer["bill"])
            pairs += charged(draft, account, share.lines, run.due, bill.id)
        for read in self.estimated:
            draft.put(
                Read(
                    id=draft.new_id(), point=read.point, day=draft.day(read.day), register=read.register, kind=read.kind
                )
            )
        draft.post(postings.billed(draft.head(), pairs))


class ExceptBill(Command, frozen=True, kw_only=True, tag="except_bill"):
    """An account that a run did not bill, or billed with something to be looked at: a task of billing's."""

    function = "service_start"
    permission = "billing"

    run: Id
    account: Id
    text: Text
    due_ms: Ms

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        draft.add(
            Task(
                id=draft.new_id(),
                text=f"{self.run}: {self.text}",
                owner=QUEUE,
                due_ms=self.due_ms,
                state="open",
                account=self.account,
            )
        )
