"""The rows of a door: what one commit keeps goes into one row, since each row costs as much as a small fact.

A row's counter is that of its last fact. The body of one fact is the fact itself (a msgpack map),
of several an array of them; so a row of schema 1, which is always one fact, reads the same.
Reports that came in one body are written as one map, `Together`, and are read as the facts that they are.
The keys of a commit are one row too: quadruples of 64-bit integers.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from stormops.core.entry import AnyFact, Fact, ReportReceived
from stormops.core.report import Channel, Report

_KEYS_A_ROW = 1000


class Together(Fact, frozen=True, kw_only=True, tag="reports_together"):
    """`ReportReceived` of one sender and channel, as columns of one length; `keys` is empty when none has one."""

    channel: Channel
    receipts: list[str]
    reports: Sequence[Report]
    sender: str = ""
    keys: list[str] = msgspec.field(default_factory=list)

    def facts(self) -> list[ReportReceived]:
        """One fact for each."""
        return [
            ReportReceived(
                receipt=receipt, channel=self.channel, report=report, sender=self.sender if key else "", key=key
            )
            for receipt, report, key in zip(
                self.receipts, self.reports, self.keys or [""] * len(self.receipts), strict=True
            )
        ]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[AnyFact | Together] | AnyFact | Together)


def pack(facts: Sequence[AnyFact | Together]) -> bytes:
    """The body of a row with these facts."""
    return _ENCODER.encode(facts[0] if len(facts) == 1 else facts)


def unpack(body: bytes) -> list[AnyFact]:
    """The facts of a row. Raises msgspec.DecodeError."""
    there: list[AnyFact | Together] | AnyFact | Together = _DECODER.decode(body)
    facts: list[AnyFact] = []
    for one in there if isinstance(there, list) else [there]:
        if isinstance(one, Together):
            facts += one.facts()
        else:
            facts.append(one)
    return facts


class KeyRow(NamedTuple):
    """What a door remembers of one idempotency key. `counter` is the receipt's; `hash` and `content` are 63 bits."""

    counter: int
    recorded_ms: int
    hash: int
    content: int


def pack_keys(keys: Iterable[KeyRow]) -> bytes:
    """The body of a row with these keys, counters rising."""
    return array("q", [number for key in keys for number in key]).tobytes()


def put_keys(connection: sqlite3.Connection, keys: Sequence[KeyRow]) -> None:
    """Write keys, counters rising, as one row; nothing when there are none."""
    if keys:
        row = (keys[-1].counter, keys[-1].recorded_ms, pack_keys(keys))
        connection.execute("INSERT INTO key_rows VALUES (?, ?, ?)", row)


def all_keys(connection: sqlite3.Connection, after: int = 0) -> Iterator[tuple[array[int], array[int]]]:
    """Hashes and counters of every key beyond the counter `after`, in order, a row at a time: quick for a million."""
    for (body,) in connection.execute("SELECT body FROM key_rows WHERE counter > ? ORDER BY counter", (after,)):
        numbers = array("q", body)
        counters = numbers[::4]
        new = bisect_right(counters, after)
        yield numbers[2::4][new:], counters[new:]


def find_key(connection: sqlite3.Connection, counter: int) -> KeyRow | None:
    """The key of one counter."""
    row = connection.execute(
        "SELECT body FROM key_rows WHERE counter >= ? ORDER BY counter LIMIT 1", (counter,)
    ).fetchone()
    return next((key for key in _keys(row[0]) if key.counter == counter), None) if row else None


def move_keys(connection: sqlite3.Connection) -> None:
    """Take over the keys of a door of schema 1, which had a row for each."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'keys'").fetchone():
        old = [KeyRow(*row) for row in connection.execute("SELECT * FROM keys ORDER BY counter")]
        connection.execute("BEGIN IMMEDIATE")
        for start in range(0, len(old), _KEYS_A_ROW):
            put_keys(connection, old[start : start + _KEYS_A_ROW])
        connection.execute("DROP TABLE keys")
        connection.execute("COMMIT")


def _keys(body: bytes) -> Iterable[KeyRow]:
    numbers = array("q", body)
    return map(KeyRow, numbers[::4], numbers[1::4], numbers[2::4], numbers[3::4])
