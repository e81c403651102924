"""Many rows into one table, at what the driver itself costs: the statement is compiled once for a table and dialect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table, insert

Values = dict[str, Any]


class _Statement(NamedTuple):
    text: str
    columns: tuple[str, ...]
    """In their places, where the driver goes by places; else empty."""
    made: tuple[tuple[str, Callable[[Any], Any]], ...]
    """What the driver does not take as it is."""


@cache
def _statement(table: Table, dialect: Dialect) -> _Statement:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(table.columns.keys()))
    makers = ((column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in table.columns)
    made = tuple((name, maker) for name, maker in makers if maker is not None)
    return _Statement(str(compiled), tuple(compiled.positiontup or ()), made)


def add(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert the rows, each with every column of the table."""
    if not rows:
        return
    text, columns, made = _statement(table, connection.dialect)
    if made:
        rows = [{**row, **{name: maker(row[name]) for name, maker in made}} for row in rows]
    sent = [tuple(map(row.__getitem__, columns)) for row in rows] if columns else list(rows)
    connection.exec_driver_sql(text, sent)
