"""What the books have for public records: the audit's events up to a position, each with all that it made, in pages.

Nothing is read that changes: the same position gives the same events, however the books went on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from stormops.accounts.audit import AuditEvent
from stormops.accounts.commands import COMMANDS
from stormops.accounts.disclosure import Entry, Seen
from stormops.accounts.ledger import Journal
from stormops.accounts.record import kind_name
from stormops.accounts.records_money import Bill, Request
from stormops.books import among
from stormops.books.columns import from_row
from stormops.books.database import Database
from stormops.books.reading import journals
from stormops.books.schema import AUDIT, COMMAND, JOURNAL, JOURNAL_END, TABLES

PAGE = 500


def position_of(database: Database, key: str) -> int | None:
    """At which position a command was decided; None = it never came. Raises BooksUnavailable."""
    with database.reading() as connection:
        found: int | None = connection.scalar(select(COMMAND.c.position).where(COMMAND.c.key == key))
        return found


def events(database: Database, position: int, since_ms: int, until_ms: int) -> Iterator[Seen]:
    """Every event up to a position that was taken from `since_ms` up to and without `until_ms`, the first one first.

    Raises BooksUnavailable.
    """
    after = -1
    columns = AUDIT.c.position, AUDIT.c.body, COMMAND.c.body.label("asked")
    joined = AUDIT.outerjoin(COMMAND, COMMAND.c.position == AUDIT.c.position)
    with database.reading(long=True) as connection:
        while True:
            query = select(*columns).select_from(joined).where(AUDIT.c.position > after, AUDIT.c.position <= position)
            page = connection.execute(query.order_by(AUDIT.c.position).limit(PAGE)).all()
            found = [
                (row.position, event, row.asked)
                for row in page
                if since_ms <= (event := msgspec.json.decode(row.body, type=AuditEvent)).at_ms < until_ms
            ]
            if found:
                yield from _whole(connection, found)
            if len(page) < PAGE:
                return
            after = page[-1].position


def _whole(connection: Connection, page: list[tuple[int, AuditEvent, str | None]]) -> Iterator[Seen]:
    entered = _journals(connection, {key for _, event, _ in page for key in event.journals})
    bills = {each.id: each for each in _records(connection, Bill, page)}
    requests = {each.id: each.kind for each in _records(connection, Request, page)}
    for position, event, asked in page:
        done = event.outcome == "done"
        known = COMMANDS.get(event.command)
        yield Seen(
            position=position,
            event=event,
            body=msgspec.json.decode(asked) if asked else {},
            module="" if known is None else known.__module__,
            entries=[_entry(event, *entered[key]) for key in event.journals if key in entered] if done else (),
            bills=[bills[key] for key in _subjects(event, "bill") if key in bills],
            requests=[requests[key] for key in _subjects(event, "request") if key in requests],
        )


def _subjects(event: AuditEvent, kind: str) -> list[str]:
    return [key for name, _, key in (each.partition(":") for each in event.subjects) if name == kind]


def _records(connection: Connection, kind: Any, page: Iterable[tuple[int, AuditEvent, str | None]]) -> Iterator[Any]:
    """The records of a kind that the page is about; bills and kinds of requests never change."""
    keys = {key for _, event, _ in page for key in _subjects(event, kind_name(kind))}
    if not keys:
        return
    table = TABLES[kind_name(kind)]
    query = select(table).where(table.c.id.in_(_among(connection, keys)))
    yield from (from_row(kind, row) for row in connection.execute(query).mappings())


def _among(connection: Connection, keys: set[str]) -> Any:
    return among.among(connection.dialect.name).bindparams(keys=among.keys(keys))


def _journals(connection: Connection, keys: set[str]) -> dict[str, tuple[Journal, int, str, str]]:
    """By id: the journal, its number, its state as it was entered and the one in which it ended, "" = it did not."""
    if not keys:
        return {}
    numbers: Select[tuple[int]] = select(JOURNAL.c.number).where(JOURNAL.c.id.in_(_among(connection, keys)))
    heads = (
        select(JOURNAL.c.id, JOURNAL.c.number, JOURNAL.c.state, JOURNAL_END.c.state.label("ended"))
        .outerjoin(JOURNAL_END, JOURNAL_END.c.journal == JOURNAL.c.id)
        .where(JOURNAL.c.number.in_(numbers))
    )
    known = {row.id: (row.number, row.state, row.ended or "") for row in connection.execute(heads)}
    return {each.id: (each, *known[each.id]) for each in journals(connection, numbers)}


def _entry(event: AuditEvent, journal: Journal, number: int, entered: str, ended: str) -> Entry:
    """As the event left it: its own journals have its key, others were ended by it (or loaded)."""
    own = journal.id == event.key or journal.id.startswith(f"{event.key}~")
    return Entry(
        number=number,
        state=entered if own or not ended else ended,
        event=journal.event,
        effective=journal.effective.isoformat(),
        policy=journal.policy,
        lines=journal.lines,
    )
