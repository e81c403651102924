"""Books taken over in bulk: records and opening journals of another system or a generated city, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import msgspec
from sqlalchemy import insert

from stormops.accounts import ledger
from stormops.accounts.audit import AuditEvent
from stormops.accounts.ledger import Journal
from stormops.accounts.record import Record, kind_name
from stormops.books import chain, checks, terms
from stormops.books.columns import to_row
from stormops.books.database import Database
from stormops.books.schema import TABLES
from stormops.books.writing import write_journals

T = TypeVar("T")

BATCH = 2_000


class NotSound(Exception):
    """What was to be taken over is not sound: a journal that does not balance, a sub-ledger that differs."""


class Loaded(msgspec.Struct, frozen=True):
    """What was taken over."""

    records: int
    journals: int
    position: int


def load(database: Database, records: Iterable[Record], journals: Iterable[Journal], by: str, at_ms: int) -> Loaded:
    """Take over new records and posted journals under one event of the audit; checked as a whole before it is kept.

    Raises NotSound, BooksUnavailable, and sqlalchemy's IntegrityError for what is there already or refers to nothing.
    """
    digest = hashlib.sha256()
    counts = {"records": 0, "journals": 0}
    with database.writing(long=True) as connection:
        head = chain.take(connection)
        position = head.position + 1
        for batch in _batches(records):
            counts["records"] += len(batch)
            for kind in dict.fromkeys(type(record) for record in batch):
                rows = [{**to_row(each), "changed": position} for each in batch if type(each) is kind]
                digest.update(msgspec.json.encode(rows))
                connection.execute(insert(TABLES[kind_name(kind)]), rows)
            terms.renew(connection, batch)
        for entries in _batches(journals):
            counts["journals"] += len(entries)
            for entry in entries:
                refusal = ledger.check(entry, {})
                if refusal is not None:
                    raise NotSound(f"{entry.id}: {refusal.sentence}")
            digest.update(msgspec.json.encode(entries))
            write_journals(connection, entries)
        for difference in checks.differing(connection):
            raise NotSound(
                f"{difference.account} {difference.item}: {difference.item_cents} is not {difference.control}"
            )
        event = AuditEvent(
            key=f"load-{position}",
            command="load",
            fingerprint=digest.hexdigest(),
            at_ms=at_ms,
            actor=by,
            channel="load",
            desk="",
            shift=0,
            mode="",
            as_of=head.position,
            outcome="done",
        )
        chain.append(connection, head, event)
    return Loaded(counts["records"], counts["journals"], position)


def _batches(of: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(of)
    while batch := list(islice(rest, BATCH)):
        yield batch
