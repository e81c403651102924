"""What a command reads of the books, in its own transaction (`accounts.draft.Reader`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, RowMapping, Select, bindparam, select

from stormops.accounts.chart import Side
from stormops.accounts.ledger import Journal, JournalState, Line
from stormops.accounts.record import Record, kind_name
from stormops.books.columns import fields_of, from_row
from stormops.books.schema import JOURNAL, JOURNAL_END, JOURNAL_PARTY, LINE, TABLES

R = TypeVar("R", bound=Record)


class SqlReader:
    """See `accounts.draft.Reader`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, kind: type[R], key: str) -> R | None:
        """See `Reader.get`."""
        row = self._connection.execute(_of_id(kind), {"id": key}).mappings().first()
        return None if row is None else from_row(kind, row)

    def where(self, kind: type[R], **equal: str) -> list[R]:
        """See `Reader.where`. Raises KeyError for a field without an index: no command reads a whole table."""
        rows = self._connection.execute(_looked_up(kind, tuple(equal)), equal).mappings()
        return [from_row(kind, row) for row in rows]

    def journal(self, key: str) -> Journal | None:
        """See `Reader.journal`."""
        return next(iter(journals(self._connection, select(JOURNAL.c.number).where(JOURNAL.c.id == key))), None)

    def of_account(self, account: str) -> list[Journal]:
        """Every journal with a line of the account, for its papers."""
        return journals(self._connection, of_party(account))

    def reversed(self, key: str) -> bool:
        """See `Reader.reversed`."""
        return self._connection.execute(select(JOURNAL.c.id).where(JOURNAL.c.reverses == key)).first() is not None


@cache
def _of_id(kind: type[Record]) -> Select[Any]:
    table = TABLES[kind_name(kind)]
    return select(table).where(table.c.id == bindparam("id"))


@cache
def _looked_up(kind: type[Record], names: tuple[str, ...]) -> Select[Any]:
    """Records by fields, whose values are the parameters of the same names. Raises KeyError."""
    table = TABLES[kind_name(kind)]
    indexed = {field.name for field in fields_of(kind) if field.indexed}
    if not names or not indexed.issuperset(names):
        raise KeyError(f"{kind_name(kind)} is not looked up by {sorted(names)}")
    return select(table).where(*(table.c[name] == bindparam(name) for name in names)).order_by(table.c.id)


def of_party(account: str) -> Select[tuple[int]]:
    """The numbers of the journals with a line of the account."""
    return select(JOURNAL_PARTY.c.journal).where(JOURNAL_PARTY.c.party == account)


def journals(connection: Connection, numbers: Select[tuple[int]]) -> list[Journal]:
    """Journals with their lines, as they have ended, by id."""
    lines: dict[int, list[Line]] = defaultdict(list)
    of_keys = select(LINE).where(LINE.c.journal.in_(numbers)).order_by(LINE.c.journal, LINE.c.place)
    for row in connection.execute(of_keys).mappings():
        lines[row["journal"]].append(_line(row))
    heads = (
        select(JOURNAL, JOURNAL_END.c.state.label("ended"), JOURNAL_END.c.at_ms)
        .outerjoin(JOURNAL_END, JOURNAL_END.c.journal == JOURNAL.c.id)
        .where(JOURNAL.c.number.in_(numbers))
        .order_by(JOURNAL.c.id)
    )
    return [_journal(row, lines[row["number"]]) for row in connection.execute(heads).mappings()]


def _line(row: RowMapping) -> Line:
    return Line(
        account=row["account"],
        side=Side(row["side"]),
        cents=row["cents"],
        fund=row["fund"],
        party=row["party"],
        charge=row["charge"],
        item=row["item"],
        case=row["bankruptcy"],
    )


def _journal(row: RowMapping, lines: Iterable[Line]) -> Journal:
    return Journal(
        id=row["id"],
        event=row["event"],
        effective=row["effective"],
        posted_ms=row["posted_ms"] if row["ended"] is None else row["at_ms"],
        lines=tuple(lines),
        policy=row["policy"],
        approvals=tuple(msgspec.json.decode(row["approvals"])),
        state=JournalState(row["ended"] or row["state"]),
        reverses=row["reverses"] or "",
    )
