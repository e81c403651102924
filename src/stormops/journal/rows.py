"""The rows of a door: what one commit keeps goes into one row, since each row costs as much as a small fact.

A row's counter is that of its last fact. The body of one fact is the fact itself (a msgpack map),
of several an array of them; so a row of schema 1, which is always one fact, reads the same.
The keys of a commit are one row too: quadruples of 64-bit integers.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from stormops.core.entry import AnyFact

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[AnyFact] | AnyFact)
_KEYS_A_ROW = 1000


def pack(facts: list[AnyFact]) -> bytes:
    """The body of a row with these facts."""
    return _ENCODER.encode(facts[0] if len(facts) == 1 else facts)


def unpack(body: bytes) -> list[AnyFact]:
    """The facts of a row. Raises msgspec.DecodeError."""
    facts: list[AnyFact] | AnyFact = _DECODER.decode(body)
    return facts if isinstance(facts, list) else [facts]


class KeyRow(NamedTuple):
    """What a door remembers of one idempotency key. `counter` is the receipt's; `hash` and `content` are 63 bits."""

    counter: int
    recorded_ms: int
    hash: int
    content: int


def put_keys(connection: sqlite3.Connection, keys: Iterable[KeyRow]) -> None:
    """Write keys, counters rising, as one row; nothing when there are none."""
    numbers = array("q", [number for key in keys for number in key])
    if numbers:
        connection.execute("INSERT INTO key_rows VALUES (?, ?, ?)", (numbers[-4], numbers[-3], numbers.tobytes()))


def all_keys(connection: sqlite3.Connection, after: int = 0) -> Iterable[KeyRow]:
    """Every key of a counter beyond `after`, in order."""
    for (body,) in connection.execute("SELECT body FROM key_rows WHERE counter > ? ORDER BY counter", (after,)):
        yield from (key for key in _keys(body) if key.counter > after)


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
