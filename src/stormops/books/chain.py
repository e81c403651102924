"""The books' head and the audit's next event: who takes the head is the only writer until its transaction ends."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from stormops.accounts import audit
from stormops.accounts.audit import AuditEvent
from stormops.books.inserting import add
from stormops.books.schema import AUDIT, HEAD


class Head(NamedTuple):
    """The last position, and the seal of its event."""

    position: int
    sealed: str


def take(connection: Connection) -> Head:
    """The head; other writers wait until this transaction ends (SQLite's do since it began)."""
    return Head(*connection.execute(select(HEAD.c.position, HEAD.c.sealed).with_for_update()).one())


def read(connection: Connection) -> Head:
    """The head, as this transaction sees it."""
    return Head(*connection.execute(select(HEAD.c.position, HEAD.c.sealed)).one())


def append(connection: Connection, head: Head, *events: AuditEvent) -> None:
    """Seal events at the next positions."""
    position, sealed = head
    rows = []
    for event in events:
        body = audit.text_of(event)
        position, sealed = position + 1, audit.seal_text(sealed, body)
        rows.append((position, body.decode(), sealed))
    add(connection, AUDIT, rows)
    connection.execute(update(HEAD).values(position=position, sealed=sealed))
