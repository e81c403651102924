"""Names of routes and stops, from the tables of a GTFS timetable (`routes.txt`, `stops.txt`; GTFS reference)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from stormops.transit.plain import plain

ROWS_MAX = 100_000
"""Rows of a table that are read; what comes after has no name here."""

NAME_CHARACTERS_MAX = 60


class Names(NamedTuple):
    """What people call a route and a stop, by id."""

    routes: dict[str, str]
    stops: dict[str, str]


NO_NAMES = Names({}, {})


def read_names(routes: bytes, stops: bytes) -> Names:
    """Names of both tables (UTF-8; empty = not there). Raises ValueError when one is no table."""
    return Names(
        {row["route_id"]: _name(row, "route_short_name", "route_long_name") for row in _rows(routes, "route_id")},
        {row["stop_id"]: _name(row, "stop_name") for row in _rows(stops, "stop_id")},
    )


def _name(row: dict[str, str], *columns: str) -> str:
    return next((name for column in columns if (name := plain(row.get(column) or "", NAME_CHARACTERS_MAX))), "")


def _rows(table: bytes, key: str) -> Iterator[dict[str, str]]:
    """Rows that have the key. Raises ValueError."""
    try:
        reader = csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""))
        if table and key not in (reader.fieldnames or ()):
            raise ValueError(f"the table has no column {key}")
        yield from (row for row in islice(reader, ROWS_MAX) if row[key])
    except csv.Error as error:
        raise ValueError(str(error)) from error
