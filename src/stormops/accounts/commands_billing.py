"""Commands of billing: reads, bills, fees. Amounts arrive from the rules, with their decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated

import msgspec

from stormops.accounts import owed, postings
from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.postings import Against
from stormops.accounts.record import Count, Day, Decision, Hash, Id, Payment
from stormops.accounts.records_money import Bill, BillLine, ChargeType
from stormops.accounts.records_place import Outage, Read, ReadEstimate, ServicePoint, Umbrella
from stormops.accounts.refusal import Refused

LINES_MAX = 200
SHARES_MAX = 2_000
Lines = Annotated[tuple[BillLine, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


def charged(draft: Draft, account: str, lines: tuple[BillLine, ...], due: date, bill: str = "") -> list[Against]:
    """New receivables of the lines, each with the account that it credits."""
    pairs = []
    for line in lines:
        if line.cents < 0:
            raise Refused("no_amount", "A charge is not below zero; an overcharge is given back by a request.", "lines")
        kind = draft.get(ChargeType, line.charge)
        new = owed.charge(draft, account, kind, line.cents, due=due, bill=bill, service=line)
        pairs.append(Against(owed.piece(new, line.cents), kind.credits))
    return pairs


def issued(draft: Draft, account: str, lines: tuple[BillLine, ...], due: date, decision: Decision) -> Bill:
    """A new bill of the lines. Raises Refused."""
    return draft.add(
        Bill(
            id=draft.new_id(),
            account=account,
            issued=draft.envelope.day,
            due=due,
            cents=sum(line.cents for line in lines),
            lines=lines,
            decision=decision,
        )
    )


def _keep_read(draft: Draft, point: ServicePoint, told: RecordRead | EstimateRead) -> Read:
    day = draft.day(told.day)
    return draft.add(Read(id=draft.new_id(), point=point.id, day=day, register=told.register, kind=told.kind))


class RecordRead(Command, frozen=True, kw_only=True, tag="record_read"):
    """A meter's register: actual, estimated, or storm (estimated because of one)."""

    function = "service_start"
    permission = "billing"

    point: Id
    day: Day
    register: Count
    kind: str

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        point = draft.get(ServicePoint, self.point)
        if self.kind not in {"actual", "estimated", "storm"} or self.register < 0:
            raise Refused("no_read", "A read is actual, estimated or storm, and not below zero.", "kind")
        _keep_read(draft, point, self)


class EstimateRead(Command, frozen=True, kw_only=True, tag="estimate_read"):
    """A meter's register that nobody read, as the rules estimate it.

    Hours of outages are proved by evidence, or known to the platform by their incidents.
    """

    function = "service_start"
    permission = "billing"

    point: Id
    day: Day
    register: Count
    kind: str
    decision: Decision
    cause: str = "utility"
    hours_out: Count = 0
    outages: tuple[Outage, ...] = ()
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        point = draft.get(ServicePoint, self.point)
        decision = draft.by_policy(self.decision)
        evidence: tuple[str, ...] = ()
        known = bool(self.outages) and all(each.incident for each in self.outages)
        if self.evidence or (self.hours_out and not known):
            evidence = draft.attach(self.evidence)
        if self.kind not in {"estimated", "storm"}:
            raise Refused("no_read", "A read is actual, estimated or storm, and not below zero.", "kind")
        read = _keep_read(draft, point, self)
        draft.add(
            ReadEstimate(
                id=read.id,
                cause=self.cause,
                hours_out=self.hours_out,
                outages=self.outages,
                evidence=evidence,
                decision=decision,
            )
        )


class PostBill(Command, frozen=True, kw_only=True, tag="post_bill"):
    """A bill of an account, computed by the rules; a stayed account is billed no more, its new account is."""

    function = "service_start"
    permission = "billing"

    account: Id
    due: Day
    lines: Lines
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account, decision = draft.account(self.account), draft.by_policy(self.decision)
        due = draft.day(self.due)
        bill = issued(draft, account.id, self.lines, due, decision)
        draft.post(postings.billed(draft.head(), charged(draft, account.id, self.lines, due, bill.id)))


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one account bears of a building's bill."""

    account: Id
    lines: Lines


class BillUmbrella(Command, frozen=True, kw_only=True, tag="bill_umbrella"):
    """A building's bill, shared among its roster as the rule computed it; charge by charge it adds up to the cent."""

    function = "service_start"
    permission = "billing"

    umbrella: Id
    due: Day
    lines: Lines
    """The master bill."""
    shares: Annotated[tuple[Share, ...], msgspec.Meta(min_length=1, max_length=SHARES_MAX)]
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        umbrella = draft.get(Umbrella, self.umbrella)
        draft.account(umbrella.account)
        decision, due = draft.by_policy(self.decision), draft.day(self.due)
        if _by_charge(line for share in self.shares for line in share.lines) != _by_charge(self.lines):
            raise Refused("not_the_bill", "The shares do not add up to the master bill.", "shares")
        on_roster = {umbrella.account, *(member.account for member in umbrella.members)}
        pairs: list[Against] = []
        for share in self.shares:
            if share.account not in on_roster:
                raise Refused("not_on_roster", f"{share.account} is not on the roster.", "shares")
            account = draft.account(share.account).id
            bill = issued(draft, account, share.lines, due, decision)
            pairs += charged(draft, account, share.lines, due, bill.id)
        draft.post(postings.billed(draft.head(), pairs))


def _by_charge(lines: Iterable[BillLine]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for line in lines:
        totals[line.charge] += line.cents
    return totals


class ChargeFee(Command, frozen=True, kw_only=True, tag="charge_fee"):
    """A late fee or another fee outside a bill; a late one only when all is posted and every mode's grace is over."""

    function = "late_fee"
    permission = "billing"

    account: Id
    charge: Id
    cents: Payment
    due: Day
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        draft.by_policy(self.decision)
        if not draft.now.settled:
            raise Refused("not_settled", "The customer's payments of the storm may not be posted yet.", "account")
        due = draft.day(self.due)
        new = owed.charge(draft, account.id, self.charge, self.cents, due=due)
        draft.answer["receivable"] = new.id
        credits_to = draft.get(ChargeType, self.charge).credits
        draft.post(postings.billed(draft.head(), [Against(owed.piece(new, self.cents), credits_to)], "fee_charged"))
