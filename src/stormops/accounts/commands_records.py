"""Commands of public records: a request is taken, its export prepared by one, released by another, and fetched."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from stormops.accounts.command import Command
from stormops.accounts.commands_work import needs_text
from stormops.accounts.controls import checker
from stormops.accounts.disclosure import CLASSES, FILES
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Decision, Id, Text
from stormops.accounts.records_work import RecordsRequest
from stormops.accounts.refusal import Refused
from stormops.accounts.states_work import RECORDS_REQUEST

EXPORTED = frozenset({"prepared", "released"})
"""States in which there is an export."""
RELEASING = frozenset({"deny", "put_back"})


class TakeRecordsRequest(Command, frozen=True, kw_only=True, tag="take_records_request"):
    """Somebody asks for public records; who asks may stay unnamed where the policy says so."""

    function = "public_records"
    permission = "contact"

    text: Text
    requester: Text = ""
    reply_to: Text = ""
    received: Day
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        needs_text(self.text, "text")
        received = draft.day(self.received)
        if received > draft.envelope.day:
            raise Refused("bad_period", "A request came today or before.", "received")
        decided = draft.by_policy(self.decision)
        draft.add(
            RecordsRequest(
                id=draft.new_id(),
                text=self.text,
                requester=self.requester.strip(),
                reply_to=self.reply_to.strip(),
                received=received,
                due=draft.day(str(decided["result"]["due"])),
                decision=decided,
                taken_by=draft.envelope.actor,
                state=RECORDS_REQUEST.start,
            )
        )


class PrepareRecords(Command, frozen=True, kw_only=True, tag="prepare_records"):
    """What is exported for a request: kinds of records of a period, with what the policy withholds today."""

    function = "public_records"
    permission = "records"

    request: Id
    since: Day
    until: Day
    kinds: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=len(FILES))]
    exemptions: dict[Id, Text]
    policy: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        request, envelope = draft.get(RecordsRequest, self.request), draft.envelope
        since, until = draft.day(self.since), draft.day(self.until)
        if not since <= until <= envelope.day:
            raise Refused("bad_period", "A selection ends on or after its first day, and not after today.", "until")
        if not set(self.kinds) <= FILES.keys() or set(self.exemptions) != set(CLASSES):
            raise Refused("unknown_kind", "There are no such records.", "kinds")
        draft.policy = self.policy[:200]
        draft.step(
            request,
            "prepare",
            kinds=tuple(kind for kind in FILES if kind in self.kinds),
            since=since,
            until=until,
            exemptions=self.exemptions,
            policy=self.policy,
            prepared=envelope.key,
            prepared_by=envelope.actor,
            prepared_ms=envelope.at_ms,
        )


class ReleaseRecords(Command, frozen=True, kw_only=True, tag="release_records"):
    """An export that was looked at is released, by another person than who prepared it."""

    function = "public_records"
    permission = "release_records"

    request: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        request = draft.get(RecordsRequest, self.request)
        draft.must(checker(request.prepared_by, (), draft.envelope.actor))
        draft.step(request, "release", released_by=draft.envelope.actor)


class FetchRecords(Command, frozen=True, kw_only=True, tag="fetch_records"):
    """The export is downloaded: to be looked at before it is released, or to be sent afterwards."""

    function = "public_records"
    permission = "records"

    request: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow_one(self.function, ("records", "release_records"))
        request = draft.get(RecordsRequest, self.request)
        if request.state not in EXPORTED:
            raise Refused("not_prepared", "There is no export of this request.", "request")
        draft.put(request)


class StepRecordsRequest(Command, frozen=True, kw_only=True, tag="step_records_request"):
    """deny or put_back (by who releases), withdraw (as the requester wishes), with the reason."""

    function = "public_records"
    permission = "records"

    request: Id
    step: Literal["deny", "put_back", "withdraw"]
    reason: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, "release_records" if self.step in RELEASING else self.permission)
        needs_text(self.reason, "reason")
        draft.step(draft.get(RecordsRequest, self.request), self.step, reply=self.reason)
