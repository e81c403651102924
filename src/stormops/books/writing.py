"""Rows of what a command changes, and how they are written: lines before their journal (`migrations`, v0005)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from stormops.accounts.chart import Side
from stormops.accounts.ledger import Journal
from stormops.accounts.record import Record, kind_name
from stormops.books.columns import to_row, values_of
from stormops.books.inserting import add
from stormops.books.schema import JOURNAL, JOURNAL_END, LINE, TABLES


def write_records(connection: Connection, records: Iterable[Record], position: int) -> dict[str, int]:
    """Write records, new or changed, as of `position`; kind:id → the position at which it had changed before."""
    before: dict[str, int] = {}
    by_kind: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_kind[kind_name(type(record))].append(record)
    for name, group in by_kind.items():
        table = TABLES[name]
        there = select(table.c.id, table.c.changed).where(table.c.id.in_([record.id for record in group]))
        known = {row.id: row.changed for row in connection.execute(there)}
        before |= {f"{name}:{key}": changed for key, changed in known.items()}
        add(connection, table, [values_of(record, position) for record in group if record.id not in known])
        changed = [{**to_row(record), "changed": position, "_id": record.id} for record in group if record.id in known]
        if changed:
            connection.execute(update(table).where(table.c.id == bindparam("_id")), changed)
    return before


def write_new(connection: Connection, records: Iterable[Record], position: int) -> None:
    """Write records that cannot be there: a command's own, with ids made of its key."""
    by_kind: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_kind[kind_name(type(record))].append(record)
    for name, group in by_kind.items():
        add(connection, TABLES[name], [values_of(record, position) for record in group])


def last_number(connection: Connection) -> int:
    """Of the last journal, 0 without any; writers come one by one."""
    return connection.scalar(select(func.max(JOURNAL.c.number))) or 0


def write_journals(connection: Connection, journals: Sequence[Journal]) -> None:
    """Write new journals with their lines."""
    if journals:
        numbered = list(enumerate(journals, last_number(connection) + 1))
        add(connection, LINE, [row for number, entry in numbered for row in _lines(number, entry)])
        add(connection, JOURNAL, [_journal(number, entry) for number, entry in numbered])


def write_ends(connection: Connection, journals: Iterable[Journal]) -> None:
    """Write how pending journals ended."""
    for entry in journals:
        row = {"journal": entry.id, "state": entry.state.value, "at_ms": entry.posted_ms}
        connection.execute(insert(JOURNAL_END), row)


def _journal(number: int, entry: Journal) -> tuple[Any, ...]:
    """A row of `journal`."""
    return (
        number,
        entry.id,
        entry.event,
        entry.effective,
        entry.posted_ms,
        entry.policy,
        msgspec.json.encode(entry.approvals).decode() if entry.approvals else "[]",
        str(entry.state),
        entry.reverses or None,
    )


_SIDES = {side: side.value for side in Side}


def _lines(number: int, entry: Journal) -> list[tuple[Any, ...]]:
    """Rows of `line`."""
    return [
        (
            number,
            place,
            line.account,
            _SIDES[line.side],
            line.cents,
            line.fund,
            line.party,
            line.charge,
            line.item,
            line.case,
        )
        for place, line in enumerate(entry.lines)
    ]
