"""One door on disk: a SQLite file that one process writes and `operations` reads.

It has two lanes, each a table with a counter of its own: `safety` for what may cost a life, `facts`
for all else, so that the one can be read before the other whatever waits there (invariant 12).
Receipts are one sequence for both: as many are given as both lanes have facts.

Everything here runs on the door's writer thread. A commit returns only when SQLite has synced the
write-ahead log (`synchronous=FULL`), so what it returns survives the death of the process and of
the machine. After any error the file is closed, and opened again from what is really on disk.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from stormops.core.entry import AnyFact, encode
from stormops.journal.keys import Keys
from stormops.journal.port import JournalUnavailable, Kept, KeyReused
from stormops.journal.receipt import Minter

WINDOW_MS = 7 * 24 * 3600 * 1000
"""How long an idempotency key is unique per sender."""

HOLD_BACK_MS = 3600 * 1000
"""A clock that is this little behind the last fact is taken to have been set back: time stands
still until it has caught up. Further behind, the earlier time was the wrong one and is not kept to."""

SCHEMA_NUMBER = 2
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (counter INTEGER PRIMARY KEY, recorded_ms INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS safety (
    counter INTEGER PRIMARY KEY, serial INTEGER NOT NULL, recorded_ms INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS keys (
    counter INTEGER PRIMARY KEY, recorded_ms INTEGER NOT NULL, hash INTEGER NOT NULL, content INTEGER NOT NULL);
"""
"""`serial` and `keys.counter` count the receipts. A door of schema 1 has no `safety` yet and gets it here."""


class WrongDoor(Exception):
    """The file is another node's door: a wrong setting. Start with the node that the message names."""


class Offer(NamedTuple):
    """What waits to be kept. `make` gives the fact for its receipt; the rest as in `port.Door.keep`."""

    make: Callable[[str], AnyFact]
    sender: str
    key: str
    content: bytes
    safety: bool = False


class DoorFile:
    """The file of one door. `now_ms` gives platform time. Not for use by two threads at once."""

    def __init__(self, path: Path, node: int, now_ms: Callable[[], int]) -> None:
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._node = node
        self._now_ms = now_ms
        self._lock = -1
        self._connection: sqlite3.Connection | None = None
        self._inodes: tuple[int, int] = (0, 0)
        self._identity = ""
        self._secret = b""
        self._minter = Minter(node, bytes(32))
        self._ordinary = self._safety = 0  # the counters of the lanes
        self._recorded_ms = 0
        self._keys = Keys()

    def open(self) -> None:
        """Open or make the file. Raises JournalUnavailable, WrongDoor."""
        try:
            self._opened()
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise JournalUnavailable(f"{self.path.name}: {error}") from error

    def commit(self, offers: Sequence[Offer]) -> list[Kept | KeyReused]:
        """Keep all offers in one transaction; the answers in the same order.

        Raises JournalUnavailable: none of them is acknowledged.
        """
        try:
            connection = self._opened()
            return self._write(connection, offers)
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise JournalUnavailable(f"{self.path.name}: {error}") from error

    def probe(self) -> None:
        """Write and sync something of no meaning. Raises JournalUnavailable."""
        try:
            connection = self._opened()
            connection.execute("REPLACE INTO meta VALUES ('probed_ms', ?)", (self._now_ms(),))
            self._still_there()
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise JournalUnavailable(f"{self.path.name}: {error}") from error

    def close(self) -> None:
        """Close the file and let another process have the door."""
        self._drop()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # --- writing ---------------------------------------------------------------------------------

    def _write(self, connection: sqlite3.Connection, offers: Sequence[Offer]) -> list[Kept | KeyReused]:
        now = self._stamp()
        given = self._ordinary + self._safety
        answers: list[Kept | KeyReused] = []
        facts: list[tuple[int, int, bytes]] = []
        safety: list[tuple[int, int, int, bytes]] = []
        keyed: dict[int, tuple[int, int, int, int]] = {}
        for offer in offers:
            key = content = 0
            if offer.key:
                key, content = self._digest(offer.sender, offer.key), self._digest("", offer.content)
                earlier = self._earlier(connection, key, content, keyed, now)
                if earlier is not None:
                    answers.append(earlier)
                    continue
            given += 1
            receipt = self._minter.mint(given)
            body = encode(offer.make(receipt))
            if offer.safety:
                safety.append((self._safety + len(safety) + 1, given, now, body))
            else:
                facts.append((self._ordinary + len(facts) + 1, now, body))
            if offer.key:
                keyed[key] = (given, now, key, content)
            answers.append(Kept(receipt, given, now, repeated=False))
        if facts or safety:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO safety VALUES (?, ?, ?, ?)", safety)
            connection.executemany("INSERT INTO facts VALUES (?, ?, ?)", facts)
            connection.executemany("INSERT INTO keys VALUES (?, ?, ?, ?)", keyed.values())
            connection.execute("COMMIT")
            self._still_there()
            self._ordinary += len(facts)
            self._safety += len(safety)
            self._recorded_ms = now
            self._keys.add((row[2], row[0]) for row in keyed.values())
        return answers

    def _earlier(
        self,
        connection: sqlite3.Connection,
        key: int,
        content: int,
        keyed: dict[int, tuple[int, int, int, int]],
        now: int,
    ) -> Kept | KeyReused | None:
        """What this sender's key stands for already, in this batch or on disk; None when it is new."""
        row = keyed.get(key)
        if row is None and (held := self._keys.get(key)) is not None:
            row = connection.execute("SELECT * FROM keys WHERE counter = ?", (held,)).fetchone()
        if row is None or now - row[1] > WINDOW_MS:
            return None
        receipt = self._minter.mint(row[0])
        return Kept(receipt, row[0], row[1], repeated=True) if row[3] == content else KeyReused(receipt)

    def _digest(self, scope: str, text: str | bytes) -> int:
        """63 bits under the door's own secret, so that nobody can make two keys meet."""
        data = text if isinstance(text, bytes) else text.encode()
        hashed = blake2b(scope.encode() + b"\0" + data, key=self._secret, digest_size=8)
        return int.from_bytes(hashed.digest(), "little") >> 1

    def _stamp(self) -> int:
        now = self._now_ms()
        return self._recorded_ms if now < self._recorded_ms <= now + HOLD_BACK_MS else now

    # --- opening ---------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._take_lock()
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=1.0, check_same_thread=False)
            self._connection = connection  # from here on `_drop` closes it
            if connection.execute("PRAGMA journal_mode=WAL").fetchone() != ("wal",):
                raise OSError("this file system cannot hold a door: SQLite's WAL does not work on it")
            connection.execute("PRAGMA synchronous=FULL")
            self._make(connection)
            self._read(connection)
            self._inodes = self._look()
        return self._connection

    def _take_lock(self) -> None:
        """One process a door: two would give out the same receipts. Raises OSError while another has it."""
        if self._lock < 0:
            lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(lock)
                raise BlockingIOError("another process has this door open") from error
            self._lock = lock

    def _make(self, connection: sqlite3.Connection) -> None:
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
        # One statement, one transaction: a door has all of them or, after a kill, none.
        connection.execute(
            "INSERT OR IGNORE INTO meta VALUES ('door', ?), ('node', ?), ('receipt_key', ?), ('schema', ?)",
            (f"{self.path.stem}.{secrets.token_hex(4)}", self._node, secrets.token_bytes(32), SCHEMA_NUMBER),
        )
        connection.execute(
            "UPDATE meta SET value = ? WHERE name = 'schema' AND value < ?", (SCHEMA_NUMBER, SCHEMA_NUMBER)
        )

    def _read(self, connection: sqlite3.Connection) -> None:
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        if meta["node"] != self._node:
            raise WrongDoor(f"{self.path.name} is the door of node {meta['node']}, not of node {self._node}")
        if meta["door"] != self._identity:
            self._identity, self._secret = meta["door"], meta["receipt_key"]
            self._minter = Minter(self._node, self._secret)
            self._keys = Keys()
        ordinary = connection.execute("SELECT counter, recorded_ms FROM facts ORDER BY counter DESC LIMIT 1").fetchone()
        safety = connection.execute("SELECT * FROM safety ORDER BY counter DESC LIMIT 1").fetchone()
        self._ordinary, self._recorded_ms = ordinary or (0, 0)
        self._safety = safety[0] if safety else 0
        if safety and safety[1] == self._ordinary + self._safety:  # the newest of both
            self._recorded_ms = safety[2]
        self._forget_old_keys(connection)
        self._keys.load(connection)

    def _forget_old_keys(self, connection: sqlite3.Connection) -> None:
        """By the door's own time when it is behind the clock's: a clock far ahead must not forget keys."""
        oldest = min(self._now_ms(), self._recorded_ms) - WINDOW_MS
        newest = connection.execute("SELECT max(counter) FROM keys WHERE recorded_ms < ?", (oldest,)).fetchone()[0]
        if newest is not None:
            connection.execute("DELETE FROM keys WHERE counter <= ? AND recorded_ms < ?", (newest, oldest))

    # --- being sure ------------------------------------------------------------------------------

    def _look(self) -> tuple[int, int]:
        return self.path.stat().st_ino, self._log.stat().st_ino

    def _still_there(self) -> None:
        """A removed or replaced file takes writes without a word; a receipt must not rest on it."""
        if self._look() != self._inodes:
            raise FileNotFoundError("the file was removed or replaced while it was open")

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
