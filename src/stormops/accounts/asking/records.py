"""Asking about public records: the policy says by when an answer is due, and what an export withholds."""

from __future__ import annotations

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.commands_records import PrepareRecords, TakeRecordsRequest
from stormops.accounts.disclosure import CLASSES, FILES
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Id, Text
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import public_records
from stormops.accounts.rules.public_records import Exemption


class AskRecords(Asked, frozen=True, kw_only=True):
    """Somebody asks for public records; who asks may stay unnamed where the policy says so."""

    makes = TakeRecordsRequest

    text: Text
    requester: Text = ""
    reply_to: Text = ""
    received: Day

    def command(self, work: Work) -> TakeRecordsRequest:
        """See `Asked.command`."""
        given = public_records.Asked(received=Draft.day(self.received), named=bool(self.requester.strip()))
        decision = work.decide(public_records.answer, given, field="received")
        return TakeRecordsRequest(
            text=self.text,
            requester=self.requester,
            reply_to=self.reply_to,
            received=self.received,
            decision=plain(decision),
        )


class AskPreparation(Asked, frozen=True, kw_only=True):
    """Which kinds of records of which days are exported; what is exempt stays out by the policy of today."""

    makes = PrepareRecords

    request: Id
    since: Day
    until: Day
    journals: bool = False
    ledger_summary: bool = False
    bills: bool = False
    adjustments: bool = False
    refunds: bool = False
    policy_decisions: bool = False
    interactions: bool = False
    commands: bool = False
    staff_actions: bool = False

    def command(self, work: Work) -> PrepareRecords:
        """See `Asked.command`."""
        kinds = tuple(kind for kind in FILES if getattr(self, kind))
        if not kinds:
            raise Refused("nothing_chosen", "At least one kind of records is chosen.", "journals")
        exemptions = {}
        for each in CLASSES:
            terms = work.pack.terms(Exemption, work.day, each)
            if terms is None:
                raise Refused("no_policy", f"The policy does not say whether this is exempt: {each}.", "request")
            exemptions[each] = terms.by if terms.withhold else ""
        return PrepareRecords(
            request=self.request,
            since=self.since,
            until=self.until,
            kinds=kinds,
            exemptions=exemptions,
            policy=f"{work.pack.name} {work.pack.version}",
        )
