"""Many rows of one query, at what the driver itself costs: values are turned to Python's column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Select

Row = tuple[Any, ...]


def fetched(connection: Connection, query: Select[Any], given: Mapping[str, Any]) -> list[Row]:
    """The rows of a query that is asked again and again (what is known of its columns is kept for it)."""
    found = connection.execute(query, given)
    rows: list[Row] = [] if found.cursor is None else list(found.cursor.fetchall())
    found.close()
    made = _makers(query, connection.dialect)
    if not rows or not made:
        return rows
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, maker in made:
        columns[place] = map(maker, columns[place])
    return list(zip(*columns, strict=True))


@cache
def _makers(query: Select[Any], dialect: Dialect) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """What makes a value of what the driver gives, by its column's place; none where it is one already."""
    types = (column.type for column in query.selected_columns)
    makers = ((place, kind.dialect_impl(dialect).result_processor(dialect, None)) for place, kind in enumerate(types))
    return tuple((place, maker) for place, maker in makers if maker is not None)
