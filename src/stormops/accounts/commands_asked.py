"""Commands of what customers ask for: service to be started, stopped or moved, and what becomes of that."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

import msgspec

from stormops.accounts.command import Command
from stormops.accounts.controls import OWN
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Id, Text
from stormops.accounts.records_work import Contact, ServiceRequest
from stormops.accounts.refusal import Refused
from stormops.accounts.states_work import SERVICE_REQUEST

AHEAD_DAYS, BACK_DAYS = 180, 30
"""A day is asked for so long before it, and at the latest so long after it."""

FINAL = SERVICE_REQUEST.final

OPEN_MAX = 10
"""Requests of one account that may be open at once."""

Line = Annotated[str, msgspec.Meta(max_length=200)]
Service = Literal["electric", "water", "sewer", "gas", "solid_waste", "stormwater", "fire"]
Kind = Literal["start", "stop", "move"]


def note_own(draft: Draft, account: str, text: str) -> None:
    """What customers do by themselves stands in the one history of contacts, beside desk and phone."""
    envelope = draft.envelope
    if draft.grants.only is not None:
        draft.add(
            Contact(
                id=draft.new_id(),
                account=account,
                channel=envelope.channel,
                at_ms=envelope.at_ms,
                by=envelope.actor,
                text=text,
            )
        )


class TakeServiceRequest(Command, frozen=True, kw_only=True, tag="take_service_request"):
    """A wish to start, stop or move service: work for the counter, with a number by which the customer asks for it."""

    function = "service_start"
    permission = "contact"

    kind: Kind
    number: Id
    services: Annotated[tuple[Service, ...], msgspec.Meta(min_length=1, max_length=7)]
    day: Day
    address: Line
    name: Line
    account: Id | None = None
    new_address: Line = ""
    phone: Line = ""
    email: Line = ""
    language: Annotated[str, msgspec.Meta(max_length=8)] = "en"
    note: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        function = "service_stop" if self.kind == "stop" else self.function
        draft.allow_one(function, (self.permission, OWN))
        day, envelope = draft.day(self.day), draft.envelope
        if not timedelta(-BACK_DAYS) <= day - envelope.day <= timedelta(AHEAD_DAYS):
            raise Refused("day_too_far", f"Give a day within {AHEAD_DAYS} days.", "day")
        for field in ("address", "name", *(["new_address"] if self.kind == "move" else [])):
            if not getattr(self, field).strip():
                raise Refused("no_text", "Say it in words.", field)
        if self.account is None and not (self.phone.strip() or self.email.strip()):
            raise Refused("no_way_back", "Say how you are reached: by telephone or e-mail.", "phone")
        if draft.where(ServiceRequest, number=self.number):
            raise Refused("number_taken", "There is a request with this number already.", "number")
        if self.account is not None:
            self._hold(draft, self.account)
        draft.add(
            ServiceRequest(
                id=draft.new_id(),
                state=SERVICE_REQUEST.start,
                at_ms=envelope.at_ms,
                channel=envelope.channel,
                **{name: getattr(self, name) for name in self.__struct_fields__} | {"day": day},
            )
        )
        if self.account is not None:
            said = ", ".join(self.services)
            note_own(draft, self.account, f"Asked to {self.kind} {said} on {self.day} ({self.number}).")

    def _hold(self, draft: Draft, account: str) -> None:
        draft.account(account)
        open_ones = [each for each in draft.where(ServiceRequest, account=account) if each.state not in FINAL]
        if len(open_ones) >= OPEN_MAX:
            raise Refused("too_many", f"There are {OPEN_MAX} open requests of this account already.", "account")


class StepServiceRequest(Command, frozen=True, kw_only=True, tag="step_service_request"):
    """take, put_back, complete, decline (the customer reads the reply); cancel, until somebody has begun with it."""

    function = "service_start"
    permission = "service"

    request: Id
    step: str
    reply: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        request = draft.get(ServiceRequest, self.request)
        function = "service_stop" if request.kind == "stop" else self.function
        draft.allow_one(function, (self.permission, OWN) if self.step == "cancel" else (self.permission,))
        if request.account is not None:
            draft.account(request.account)
        if self.step == "decline" and not self.reply.strip():
            raise Refused("no_text", "Say why, and what the customer can do.", "reply")
        owner = {"take": draft.envelope.actor, "put_back": ""}.get(self.step, request.owner)
        draft.step(request, self.step, owner=owner, reply=self.reply or request.reply)
        if self.step == "cancel" and request.account is not None:
            note_own(draft, request.account, f"Cancelled the request {request.number}.")
