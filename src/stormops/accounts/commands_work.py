"""Commands of the desk's work: contacts, escalations, promises, visits."""

from __future__ import annotations

from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.record import Id, Ms, Text
from stormops.accounts.records_work import Contact, Escalation, Promise, Visit
from stormops.accounts.refusal import Refused

SAFETY = frozenset({"safety", "medical"})
"""Kinds of escalation whose clock never stops."""


def needs_text(text: str, field: str = "text") -> None:
    """Raise Refused for an empty text."""
    if not text.strip():
        raise Refused("no_text", "Say it in words.", field)


def must_come(draft: Draft, due_ms: int) -> None:
    """Raise Refused for a time by which something is to be done, and which has passed."""
    if due_ms <= draft.envelope.at_ms:
        raise Refused("not_later", "This time has passed: give one that is still to come.", "due_ms")


class AddContact(Command, frozen=True, kw_only=True, tag="add_contact"):
    """A note of a contact, on any channel; relay calls are marked, so that nobody counts their minutes."""

    function = "customer_contact"
    permission = "contact"

    account: Id
    text: Text
    language: str = "en"
    relay: bool = False

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        needs_text(self.text)
        envelope = draft.envelope
        draft.add(
            Contact(
                id=draft.new_id(),
                account=draft.account(self.account).id,
                channel=envelope.channel,
                at_ms=envelope.at_ms,
                by=envelope.actor,
                text=self.text,
                language=self.language,
                relay=self.relay,
            )
        )


class OpenEscalation(Command, frozen=True, kw_only=True, tag="open_escalation"):
    """An issue above the desk, with an owner and the time when it is due."""

    function = "escalation"
    permission = "contact"

    account: Id
    kind: str
    text: Text
    owner: Id
    due_ms: Ms

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow("escalation_safety" if self.kind in SAFETY else self.function, self.permission)
        needs_text(self.text)
        must_come(draft, self.due_ms)
        draft.add(
            Escalation(
                id=draft.new_id(),
                account=draft.account(self.account).id,
                kind=self.kind,
                level=1,
                owner=self.owner,
                due_ms=self.due_ms,
                state="open",
                text=self.text,
                opened_by=draft.envelope.actor,
            )
        )


class StepEscalation(Command, frozen=True, kw_only=True, tag="step_escalation"):
    """acknowledge, raise, assign, resolve, close, reopen; above the first level nobody closes what they opened."""

    function = "escalation"
    permission = "contact"

    escalation: Id
    step: str
    note: Text = ""
    owner: str = ""
    due_ms: Ms | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        escalation = draft.get(Escalation, self.escalation)
        draft.allow("escalation_safety" if escalation.kind in SAFETY else self.function, self.permission)
        draft.account(escalation.account)
        if self.step == "close" and escalation.level > 1 and escalation.opened_by == draft.envelope.actor:
            raise Refused("maker_is_checker", "Somebody else closes an escalation that was raised.", "actor")
        if self.step in {"resolve", "reopen", "raise"}:
            needs_text(self.note, "note")
        draft.step(
            escalation,
            self.step,
            level=escalation.level + (self.step == "raise"),
            owner=self.owner or escalation.owner,
            due_ms=escalation.due_ms if self.due_ms is None else self.due_ms,
            text=f"{escalation.text}\n{self.step}: {self.note}" if self.note else escalation.text,
        )


class MakePromise(Command, frozen=True, kw_only=True, tag="make_promise"):
    """What a customer is told will happen, by whom, and by when."""

    function = "customer_contact"
    permission = "contact"

    account: Id
    text: Text
    owner: Id
    due_ms: Ms

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        needs_text(self.text)
        must_come(draft, self.due_ms)
        account = draft.account(self.account).id
        promise = Promise(
            id=draft.new_id(), account=account, text=self.text, owner=self.owner, due_ms=self.due_ms, state="made"
        )
        draft.add(promise)


class StepPromise(Command, frozen=True, kw_only=True, tag="step_promise"):
    """keep, miss (after its time), pass_on (to the next shift's owner), withdraw."""

    function = "customer_contact"
    permission = "contact"

    promise: Id
    step: str
    owner: str = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        promise = draft.get(Promise, self.promise)
        draft.account(promise.account)
        if self.step == "miss" and draft.envelope.at_ms < promise.due_ms:
            raise Refused("not_due", "The promise's time is not over.", "promise")
        if self.step == "pass_on" and not self.owner:
            raise Refused("no_owner", "Say to whom.", "owner")
        draft.step(promise, self.step, owner=self.owner or promise.owner)


class TakeTicket(Command, frozen=True, kw_only=True, tag="take_ticket"):
    """A visitor's ticket: a number, a topic, a language, and no name."""

    function = "walk_in"
    permission = "contact"

    ticket: Id
    topic: str
    language: str = "en"

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        if any(each.state in {"waiting", "called", "serving"} for each in draft.where(Visit, ticket=self.ticket)):
            raise Refused("ticket_taken", "This number is in the room.", "ticket")
        draft.add(
            Visit(
                id=draft.new_id(),
                ticket=self.ticket,
                topic=self.topic,
                language=self.language,
                state="waiting",
                taken_ms=draft.envelope.at_ms,
            )
        )


class StepVisit(Command, frozen=True, kw_only=True, tag="step_visit"):
    """call, serve, miss, return, finish, pass_on, leave, move_to_phone (the building closes)."""

    function = "walk_in"
    permission = "contact"

    visit: Id
    step: str
    account: Id | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        visit = draft.get(Visit, self.visit)
        account = self.account or visit.account
        if account is not None:
            draft.account(account)
        draft.step(visit, self.step, desk=draft.envelope.desk, account=account)
