"""What an auditor looks through of a period: requests with their evidence, what was done, payments that stood in."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo

import msgspec
from sqlalchemy import Connection, select

from stormops.accounts.audit import AuditEvent
from stormops.accounts.records_money import Receipt, Request
from stormops.accounts.records_work import Evidence
from stormops.books import chain
from stormops.books.columns import from_row
from stormops.books.database import Database
from stormops.books.schema import AUDIT, TABLES

RECORDS_MAX = 20_000
"""Of a kind, and events: what is above it is not looked at, and `cut_short` says so."""
PAGE = 2_000


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """The days from `since` up to and without `until`, as of a position."""

    position: int
    requests: list[Request]
    evidence: list[Evidence]
    events: list[AuditEvent]
    receipts: list[Receipt]
    """Those that stood in for the books."""
    cut_short: bool


def period(database: Database, since: date, until: date, zone: tzinfo) -> Period:
    """Look at the days of the city's `zone`. Raises BooksUnavailable."""
    request, receipt = TABLES["request"], TABLES["receipt"]
    made = select(request).where(request.c.made >= since, request.c.made < until).order_by(request.c.id)
    took = select(receipt).where(receipt.c.stood_in, receipt.c.day >= since, receipt.c.day < until)
    with database.reading(long=True) as connection:
        requests = [from_row(Request, row) for row in connection.execute(made.limit(RECORDS_MAX + 1)).mappings()]
        receipts = [
            from_row(Receipt, row)
            for row in connection.execute(took.order_by(receipt.c.id).limit(RECORDS_MAX + 1)).mappings()
        ]
        events = _events(connection, *(_ms(day, zone) for day in (since, until)))
        return Period(
            position=chain.read(connection).position,
            requests=requests[:RECORDS_MAX],
            evidence=_evidence(connection, {each for one in requests for each in one.evidence}),
            events=events[:RECORDS_MAX],
            receipts=receipts[:RECORDS_MAX],
            cut_short=any(len(each) > RECORDS_MAX for each in (requests, receipts, events)),
        )


def _ms(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def _events(connection: Connection, since_ms: int, until_ms: int) -> list[AuditEvent]:
    """The latest first, in pages from the end: the period that is audited is seldom the oldest."""
    found: list[AuditEvent] = []
    before: int | None = None
    while len(found) <= RECORDS_MAX:
        query = select(AUDIT.c.position, AUDIT.c.body).order_by(AUDIT.c.position.desc()).limit(PAGE)
        rows = connection.execute(query if before is None else query.where(AUDIT.c.position < before)).all()
        page = [msgspec.json.decode(row.body, type=AuditEvent) for row in rows]
        found += [event for event in page if since_ms <= event.at_ms < until_ms]
        if len(rows) < PAGE or max(event.at_ms for event in page) < since_ms:
            return found
        before = rows[-1].position
    return found


def _evidence(connection: Connection, hashes: set[str]) -> list[Evidence]:
    table, every = TABLES["evidence"], sorted(hashes)
    found: list[Evidence] = []
    for start in range(0, len(every), PAGE):
        query = select(table).where(table.c.id.in_(every[start : start + PAGE])).order_by(table.c.id)
        found += [from_row(Evidence, row) for row in connection.execute(query).mappings()]
    return found
