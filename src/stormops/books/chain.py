"""The books' head and the audit's next event: who takes the head is the only writer until its transaction ends."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select, update

from stormops.accounts import audit
from stormops.accounts.audit import AuditEvent
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


def append(connection: Connection, head: Head, event: AuditEvent) -> None:
    """Seal an event at the next position."""
    sealed = audit.seal(head.sealed, event)
    row = {"position": head.position + 1, "body": msgspec.json.encode(event).decode(), "sealed": sealed}
    connection.execute(insert(AUDIT), row)
    connection.execute(update(HEAD).values(position=head.position + 1, sealed=sealed))
