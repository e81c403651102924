"""Many reads of one moment, sent together: to a PostgreSQL that is a network away, in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.engine.interfaces import Compiled

Q = TypeVar("Q")


def rows_of(
    connection: Connection, queries: Mapping[Q, Select[Any]], given: Mapping[str, Any]
) -> dict[Q, list[dict[str, Any]]]:
    """The rows of each query, by the query's name; `given` are the values of the parameters that all of them share.

    Statements are compiled once: they should be the same ones each time. Columns are as PostgreSQL's driver gives
    them, which is what the tables' types are (`columns.PLAIN`, and bytes).
    """
    if connection.dialect.name != "postgresql":
        return {
            name: [dict(row) for row in connection.execute(query, given).mappings()] for name, query in queries.items()
        }
    driver: Any = connection.connection.driver_connection
    compiled = {name: _compiled(query, connection.dialect) for name, query in queries.items()}
    with driver.pipeline():
        asked = {name: driver.execute(str(one), one.construct_params(given)) for name, one in compiled.items()}
    found = {}
    for name, cursor in asked.items():
        columns = [column.name for column in cursor.description]
        found[name] = [dict(zip(columns, row, strict=True)) for row in cursor]
    return found


@cache
def _compiled(query: Select[Any], dialect: Dialect) -> Compiled:
    return query.compile(dialect=dialect)
