"""How much of each kind of record is older than it must be kept. It is counted; nothing is deleted."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import Column, Table, func, select

from stormops.books.database import Database
from stormops.books.schema import JOURNAL, TABLES, VIEWED

KEPT: dict[str, tuple[Table, Column[Any]]] = {
    "journals": (JOURNAL, JOURNAL.c.effective),
    "looks": (VIEWED, VIEWED.c.at_ms),
    **{
        name: (TABLES[table], TABLES[table].c[column])
        for name, table, column in (
            ("bills", "bill", "issued"),
            ("receipts", "receipt", "day"),
            ("requests", "request", "made"),
            ("reads", "read", "day"),
            ("contacts", "contact", "at_ms"),
            ("letters", "letter", "at_ms"),
            ("service_requests", "service_request", "at_ms"),
            ("records_requests", "records_request", "received"),
            ("evidence", "evidence", "at_ms"),
        )
    },
}
"""Kinds of records, and the day or moment from which each is as old as it is."""


def older(database: Database, kind: str, day: date, zone: tzinfo) -> int:
    """How many of a kind are of before a day of the city's `zone`. Raises BooksUnavailable."""
    table, column = KEPT[kind]
    moment = column.name.endswith("_ms")
    before = int(datetime.combine(day, time(), zone).timestamp() * 1000) if moment else day
    with database.reading(long=True) as connection:
        return connection.execute(select(func.count()).select_from(table).where(column < before)).scalar_one()


def kept_from(today: date, years: int) -> date:
    """The first day that must be kept: whole years count, so that nothing goes before its year is over."""
    return date(today.year - years, 1, 1)
