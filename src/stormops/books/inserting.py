"""Many rows into one table, at what the driver itself costs: the statement is compiled once for a table and dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, LargeBinary, Table, insert
from sqlalchemy.types import TypeEngine

Values = Sequence[Any]
"""A row's values in the order of its table's columns."""

SEEN = 4_096
"""Values whose form for the driver is remembered: days come again and again."""


class _Statement(NamedTuple):
    text: str
    names: tuple[str, ...]
    """Of the columns, where the driver goes by names; else empty."""
    made: tuple[tuple[int, Callable[[Any], Any]], ...]
    """What the driver does not take as it is, by its place."""


@cache
def _statement(table: Table, dialect: Dialect) -> _Statement:
    names = tuple(table.columns.keys())
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    if compiled.positiontup is not None and tuple(compiled.positiontup) != names:
        raise AssertionError(f"{table} takes its values as {compiled.positiontup}")
    makers = ((place, _maker(column.type, dialect)) for place, column in enumerate(table.columns))
    made = tuple((place, lru_cache(SEEN)(maker)) for place, maker in makers if maker is not None)
    return _Statement(str(compiled), () if compiled.positiontup else names, made)


def _maker(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes a value as the driver takes it; None where it does already, as both do bytes."""
    if isinstance(kind, LargeBinary):
        return None
    return kind.dialect_impl(dialect).bind_processor(dialect)


def add(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert the rows, each with every column of the table."""
    if not rows:
        return
    text, names, made = _statement(table, connection.dialect)
    sent: list[Any] = rows if isinstance(rows, list) else list(rows)
    if made:
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for place, maker in made:
            columns[place] = map(maker, columns[place])
        sent = list(zip(*columns, strict=True))
    if names:
        sent = [dict(zip(names, values, strict=True)) for values in sent]
    elif not isinstance(sent[0], tuple):
        sent = [tuple(values) for values in sent]
    connection.exec_driver_sql(text, sent)
