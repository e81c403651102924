"""Records of work: contacts, promises, visits, reviews, findings, tasks, public records, hand-overs, evidence."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from stormops.accounts.record import INDEXED, AccountId, ContactId, Decision, Record, lives_by
from stormops.accounts.states_work import (
    CASE,
    ESCALATION,
    FINDING,
    HAND_OVER,
    LETTER,
    PROMISE,
    QA_REVIEW,
    RECORDS_REQUEST,
    SERVICE_REQUEST,
    TASK,
    VISIT,
)


class Contact(Record, frozen=True, kw_only=True):
    """A customer was spoken to, on whatever channel."""

    account: AccountId
    channel: str
    at_ms: int
    by: str
    text: str
    language: str = "en"
    relay: bool = False


@lives_by(LETTER)
class Letter(Record, frozen=True, kw_only=True):
    """A letter as it was issued: the whole document, and the SHA-256 of its PDF, which can be made again of it."""

    account: AccountId
    kind: str
    """Of `letters.LETTERS`."""
    about: Annotated[str, INDEXED]
    """The record that it is about, by its id."""
    language: str
    day: date
    at_ms: int
    by: str
    channel: str
    hash: str
    document: Decision
    state: str
    reason: str = ""
    """Why it was voided."""


@lives_by(ESCALATION)
class Escalation(Record, frozen=True, kw_only=True):
    """An issue above the desk: level, owner, when it is due."""

    account: AccountId
    kind: str
    """safety, medical, billing, …"""
    level: int
    owner: Annotated[str, INDEXED]
    due_ms: int
    state: str
    text: str
    opened_by: str


@lives_by(PROMISE)
class Promise(Record, frozen=True, kw_only=True):
    """What a customer was told, by whom it is kept, and by when."""

    account: AccountId
    text: str
    owner: Annotated[str, INDEXED]
    due_ms: int
    state: str


@lives_by(VISIT)
class Visit(Record, frozen=True, kw_only=True):
    """A ticket of the walk-in centre; no name, so that a display may show it."""

    ticket: Annotated[str, INDEXED]
    topic: str
    language: str
    state: Annotated[str, INDEXED]
    taken_ms: int
    desk: str = ""
    account: AccountId | None = None


@lives_by(CASE)
class Case(Record, frozen=True, kw_only=True):
    """A review of an account. A dispute (`disputed` cents) stops a cut for that amount while it is open."""

    account: AccountId
    kind: str
    state: str
    opened_by: Annotated[str, INDEXED]
    text: str
    disputed: int = 0
    findings: str = ""
    reviewer: str = ""
    evidence: tuple[str, ...] = ()


@lives_by(QA_REVIEW)
class QaReview(Record, frozen=True, kw_only=True):
    """How one contact was handled: points by criterion, and critical failures, any of which fails it whole."""

    contact: ContactId
    of: str
    """Whose contact it was."""
    form: str
    """Name and version of the criteria."""
    seed: str
    """By which the sample is drawn again."""
    state: str
    reviewer: str = ""
    points: dict[str, int] = msgspec.field(default_factory=dict)
    failures: tuple[str, ...] = ()
    note: str = ""


@lives_by(FINDING)
class Finding(Record, frozen=True, kw_only=True):
    """A doubtful transaction or a deficient process, and what is done about it."""

    about: Annotated[str, INDEXED]
    """A journal, request or process, by name."""
    rule: str
    state: str
    text: str
    owner: str = ""
    action: str = ""
    due_ms: int | None = None
    evidence: tuple[str, ...] = ()


@lives_by(SERVICE_REQUEST)
class ServiceRequest(Record, frozen=True, kw_only=True):
    """Service to be started, stopped or moved, as a customer asked for it; whoever has no account yet has none here."""

    kind: str
    """start, stop, move."""
    number: Annotated[str, INDEXED]
    """By which the customer asks how it stands."""
    services: tuple[str, ...]
    day: date
    address: str
    """Where service is to start, or to end."""
    new_address: str = ""
    """Of a move: where service is to start. Of a stop: where the last bill goes."""
    name: str
    phone: str = ""
    email: str = ""
    language: str = "en"
    note: str = ""
    state: str
    at_ms: int
    channel: str
    account: AccountId | None = None
    owner: str = ""
    """Who has it in hand."""
    reply: str = ""
    """What the customer is told."""


@lives_by(TASK)
class Task(Record, frozen=True, kw_only=True):
    """Anything else to be done."""

    text: str
    owner: Annotated[str, INDEXED]
    due_ms: int
    state: str
    account: AccountId | None = None


@lives_by(RECORDS_REQUEST)
class RecordsRequest(Record, frozen=True, kw_only=True):
    """Public records that somebody asked for, and the selection by which they are exported (`disclosure`)."""

    text: str
    """What is asked for, in the requester's words."""
    requester: str = ""
    """Empty = did not say, and need not."""
    reply_to: str = ""
    received: date
    due: date
    decision: Decision
    """Why it is due then."""
    taken_by: str
    state: Annotated[str, INDEXED]
    kinds: tuple[str, ...] = ()
    """Of `disclosure.FILES`."""
    since: date | None = None
    until: date | None = None
    """The last day of the selection."""
    exemptions: dict[str, str] = msgspec.field(default_factory=dict)
    """Class of values → by which exemption they are withheld, "" = open; as the policy had it when it was prepared."""
    policy: str = ""
    prepared: str = ""
    """The key of the command that prepared it: the export is of the books at that command's position."""
    prepared_by: str = ""
    prepared_ms: int = 0
    released_by: str = ""
    reply: str = ""
    """Why it was denied, put back or withdrawn."""


class Left(msgspec.Struct, frozen=True):
    """One open thing of a hand-over as it stood when it was offered: the record, its text, and by when (None: any)."""

    kind: str
    id: str
    account: str
    text: str
    due_ms: int | None = None


@lives_by(HAND_OVER)
class HandOver(Record, frozen=True, kw_only=True):
    """What one person leaves to the next at the end of a shift."""

    giver: Annotated[str, INDEXED]
    taker: str
    desk: str
    shift: int
    at_ms: int
    note: str
    """What the next person should know, and what gives cause for worry."""
    left: tuple[Left, ...]
    state: str
    answered_ms: int | None = None
    reply: str = ""
    """Why it was refused."""


class Evidence(Record, frozen=True, kw_only=True):
    """A file that was attached; its id is its SHA-256. The file itself is kept elsewhere."""

    kind: str
    by: str
    at_ms: int
    about: Annotated[str, INDEXED] = ""
