"""Books taken over in bulk: records and opening journals of another system or a generated city, all or nothing."""

from __future__ import annotations

import gc
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Index

from stormops.accounts import ledger
from stormops.accounts.audit import AuditEvent
from stormops.accounts.ledger import Journal
from stormops.accounts.record import Record, kind_name
from stormops.books import chain, checks, terms
from stormops.books.collecting import without_collecting
from stormops.books.columns import values_of
from stormops.books.database import Database
from stormops.books.inserting import add
from stormops.books.schema import METADATA, TABLES
from stormops.books.writing import write_journals

T = TypeVar("T")

BATCH = 2_000
BULKY = ("line", "receivable", "bill", "receipt", "read", "journal")
"""Tables whose indexes are made anew after a load in bulk."""


_ORDER = {table.name: place for place, table in enumerate(METADATA.sorted_tables)}


class Digest(Protocol):
    """A hash that takes more."""

    def update(self, data: bytes, /) -> None: ...


class NotSound(Exception):
    """What was to be taken over is not sound: a journal that does not balance, a sub-ledger that differs."""


class Loaded(msgspec.Struct, frozen=True):
    """What was taken over."""

    records: int
    journals: int
    position: int


class Part(Protocol):
    """Records and posted journals that come together."""

    @property
    def records(self) -> Iterable[Record]: ...
    @property
    def journals(self) -> Iterable[Journal]: ...


class _Together(NamedTuple):
    records: Iterable[Record]
    journals: Iterable[Journal]


def load(database: Database, records: Iterable[Record], journals: Iterable[Journal], by: str, at_ms: int) -> Loaded:
    """Take over new records and posted journals under one event of the audit; checked as a whole before it is kept.

    Raises NotSound, BooksUnavailable, and sqlalchemy's IntegrityError for what is there already or refers to nothing.
    """
    return load_parts(database, [_Together(records, journals)], by, at_ms)


def load_parts(database: Database, parts: Iterable[Part], by: str, at_ms: int, *, bulk: bool = False) -> Loaded:
    """As `load`, part by part as they are made. `bulk`: indexes are made anew at the end, where much comes at once."""
    digest = hashlib.sha256()
    loaded = Loaded(0, 0, 0)
    with without_collecting(), database.writing(long=True) as connection:
        head = chain.take(connection)
        position = head.position + 1
        indexes = _drop_indexes(connection) if bulk else []
        for part in parts:
            loaded = replace(
                loaded,
                records=loaded.records + _records(connection, part.records, position, digest),
                journals=loaded.journals + _journals(connection, part.journals, digest),
            )
            gc.collect(1)  # of this part alone
        for index in indexes:
            index.create(connection)
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
    return replace(loaded, position=position)


def _drop_indexes(connection: Connection) -> list[Index]:
    """Those that grow most: random places of a large tree are the dearest of what is written."""
    dropped = [
        index for name in BULKY for index in sorted(METADATA.tables[name].indexes, key=lambda each: str(each.name))
    ]
    for index in dropped:
        index.drop(connection)
    return dropped


def _records(connection: Connection, records: Iterable[Record], position: int, digest: Digest) -> int:
    """Kind by kind, what is referred to first: SQLite looks for whom a late one was missing in every table."""
    of_kind: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        of_kind[kind_name(type(record))].append(record)
    for name in sorted(of_kind, key=_ORDER.__getitem__):
        for batch in _batches(of_kind[name]):
            rows = [values_of(each, position) for each in batch]
            digest.update(msgspec.json.encode(rows))
            add(connection, TABLES[name], rows)
    for batch in _batches(each for group in of_kind.values() for each in group):
        terms.renew(connection, batch)
    return sum(map(len, of_kind.values()))


def _journals(connection: Connection, journals: Iterable[Journal], digest: Digest) -> int:
    count = 0
    for entries in _batches(journals):
        count += len(entries)
        for entry in entries:
            refusal = ledger.check(entry, {})
            if refusal is not None:
                raise NotSound(f"{entry.id}: {refusal.sentence}")
        digest.update(msgspec.json.encode(entries))
        write_journals(connection, entries)
    return count


def _batches(of: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(of)
    while batch := list(islice(rest, BATCH)):
        yield batch
