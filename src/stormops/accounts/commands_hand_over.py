"""Commands of hand-overs: all that a person leaves open is signed by them and accepted by the next as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from stormops.accounts.command import Command
from stormops.accounts.commands_work import needs_text
from stormops.accounts.draft import Draft
from stormops.accounts.record import Id, Record, Text, kind_name
from stormops.accounts.records_money import Drawer, ReceiptBlock
from stormops.accounts.records_work import Case, Escalation, HandOver, Left, Promise, Task
from stormops.accounts.refusal import Refused

R = TypeVar("R", bound=Record)

MOVES: dict[type[Record], str] = {Promise: "pass_on", Task: "pass_on", Escalation: "assign"}
"""What has an owner, and the step by which the next person becomes it."""


class Books(Protocol):
    """Where open things are looked up: a reader, or a draft."""

    def where(self, kind: type[R], **equal: str) -> list[R]:
        """Records whose indexed fields are as given, by id."""
        ...


def left_by(books: Books, person: str, desk: str) -> list[Record]:
    """What is open: the person's promises, escalations, tasks, cases and drawer; the desk's receipt numbers."""
    return list(_left_by(books, person, desk))


def _left_by(books: Books, person: str, desk: str) -> Iterator[Record]:
    yield from (each for each in books.where(Promise, owner=person) if each.state in {"made", "missed"})
    yield from (each for each in books.where(Escalation, owner=person) if each.state in {"open", "in_hand"})
    yield from (each for each in books.where(Task, owner=person) if each.state == "open")
    yield from (each for each in books.where(Case, opened_by=person) if each.state in {"open", "found"})
    yield from (each for each in books.where(Drawer, desk=desk) if each.state != "closed" and each.opened_by == person)
    yield from (each for each in books.where(ReceiptBlock, desk=desk) if each.state == "issued")


def _as_left(record: Record) -> Left:
    named = next(name for name in ("text", "number", "desk") if hasattr(record, name))
    account, due = getattr(record, "account", None) or "", getattr(record, "due_ms", None)
    return Left(kind_name(type(record)), record.id, account, getattr(record, named), due)


class OfferHandOver(Command, frozen=True, kw_only=True, tag="offer_hand_over"):
    """All that a person leaves open, signed with notes for the next; the drawer is counted first."""

    function = "customer_contact"
    permission = "contact"

    taker: Id
    note: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        envelope = draft.envelope
        needs_text(self.note, "note")
        if self.taker == envelope.actor:
            raise Refused("to_oneself", "A shift is handed over to somebody else.", "taker")
        if any(each.state == "offered" for each in draft.where(HandOver, giver=envelope.actor)):
            raise Refused("offered_already", "A hand-over is offered already: withdraw it first.", "actor")
        left = left_by(draft, envelope.actor, envelope.desk)
        if any(isinstance(each, Drawer) and each.state == "open" for each in left):
            raise Refused("drawer_uncounted", "Count the drawer before you hand over.", "actor")
        draft.add(
            HandOver(
                id=draft.new_id(),
                giver=envelope.actor,
                taker=self.taker,
                desk=envelope.desk,
                shift=envelope.shift,
                at_ms=envelope.at_ms,
                note=self.note,
                left=tuple(map(_as_left, left)),
                state="offered",
            )
        )


class StepHandOver(Command, frozen=True, kw_only=True, tag="step_hand_over"):
    """accept (promises, escalations and tasks become the next person's), refuse (with a reason), withdraw."""

    function = "customer_contact"
    permission = "contact"

    hand_over: Id
    step: str
    note: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        hand_over = draft.get(HandOver, self.hand_over)
        if draft.envelope.actor != answers(hand_over, self.step):
            raise Refused("not_theirs", "Who comes accepts or refuses; who leaves withdraws.", "actor")
        if self.step == "refuse":
            needs_text(self.note, "note")
        after = draft.step(hand_over, self.step, answered_ms=draft.envelope.at_ms, reply=self.note)
        if after.state == "accepted":
            _take_over(draft, after)


def answers(hand_over: HandOver, step: str) -> str:
    """Who takes a step."""
    return hand_over.giver if step == "withdraw" else hand_over.taker


def _take_over(draft: Draft, hand_over: HandOver) -> None:
    """All that still is the giver's, if it was listed: nobody takes over what they were not shown."""
    listed = {(each.kind, each.id) for each in hand_over.left}
    for record in left_by(draft, hand_over.giver, hand_over.desk):
        if type(record) not in MOVES:
            continue
        if (kind_name(type(record)), record.id) not in listed:
            raise Refused("more_since", "More has come to who leaves since: it is offered anew.", "hand_over")
        if account := getattr(record, "account", None):
            draft.account(account)
        draft.step(record, MOVES[type(record)], owner=hand_over.taker)
