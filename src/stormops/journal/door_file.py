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

from stormops.core.entry import AnyFact
from stormops.journal.keys import Keys
from stormops.journal.port import JournalUnavailable, Kept, KeyReused, Offer
from stormops.journal.receipt import SCHEME, Minter
from stormops.journal.rows import KeyRow, find_key, move_keys, pack, put_keys

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
CREATE TABLE IF NOT EXISTS key_rows (counter INTEGER PRIMARY KEY, recorded_ms INTEGER NOT NULL, body BLOB NOT NULL);
"""
"""See `rows`. `serial` (of a row's last fact) and the keys' counter count the receipts.

A door of schema 1 gets what it has not when it is opened; it had no `safety`, and a row for each key."""


class WrongDoor(Exception):
    """The file is another node's door: a wrong setting. Start with the node that the message names."""


Group = Sequence[Offer]
"""Offers that are kept together or not at all."""


class _Draft:
    """What one commit is going to write. `serial`: of the last receipt given, before it and in it."""

    def __init__(self, serial: int) -> None:
        self.serial = serial
        self.facts: list[AnyFact] = []
        self.safety: list[AnyFact] = []
        self.safety_serial = 0
        self.keyed: dict[int, KeyRow] = {}

    def add(self, fact: AnyFact, *, safety: bool) -> None:
        """Take this fact, for which the last serial was given."""
        if safety:
            self.safety.append(fact)
            self.safety_serial = self.serial
        else:
            self.facts.append(fact)

    def mark(self) -> tuple[int, int, int, int, int]:
        """Where it stands, for `back`."""
        return len(self.facts), len(self.safety), self.safety_serial, len(self.keyed), self.serial

    def back(self, mark: tuple[int, int, int, int, int]) -> None:
        """Forget what was taken since the mark."""
        facts, safety, self.safety_serial, keyed, self.serial = mark
        del self.facts[facts:], self.safety[safety:]
        while len(self.keyed) > keyed:
            self.keyed.popitem()


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
        self._keyed = blake2b()  # this and the minter are made of the door's secret when it is opened
        self._minter: Minter
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

    def commit(self, groups: Sequence[Group]) -> list[list[Kept] | KeyReused]:
        """Keep all groups in one transaction, but for those of which a key was used for something else.

        The answers are in the same order. Raises JournalUnavailable: none of them is acknowledged.
        """
        try:
            connection = self._opened()
            return self._write(connection, groups)
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

    def _write(self, connection: sqlite3.Connection, groups: Sequence[Group]) -> list[list[Kept] | KeyReused]:
        now = self._stamp()
        draft = _Draft(self._ordinary + self._safety)
        answers = [self._take(connection, draft, group, now) for group in groups]
        ordinary, safety = self._ordinary + len(draft.facts), self._safety + len(draft.safety)
        if draft.facts or draft.safety:
            connection.execute("BEGIN IMMEDIATE")
            if draft.safety:
                row = (safety, draft.safety_serial, now, pack(draft.safety))
                connection.execute("INSERT INTO safety VALUES (?, ?, ?, ?)", row)
            if draft.facts:
                connection.execute("INSERT INTO facts VALUES (?, ?, ?)", (ordinary, now, pack(draft.facts)))
            put_keys(connection, draft.keyed.values())
            connection.execute("COMMIT")
            self._still_there()
            self._ordinary, self._safety, self._recorded_ms = ordinary, safety, now
            self._keys.add((row.hash, row.counter) for row in draft.keyed.values())
        return answers

    def _take(self, connection: sqlite3.Connection, draft: _Draft, group: Group, now: int) -> list[Kept] | KeyReused:
        """Take one group into the draft: all of it, or nothing when one of its keys stands for something else."""
        answers: list[Kept] = []
        mark = draft.mark()
        mint = self._minter.mint
        for place, offer in enumerate(group):
            key = content = 0
            if offer.key:
                key, content = self._digest(offer.sender, offer.key), self._digest("", offer.content)
                earlier = self._earlier(connection, draft, key, now)
                if earlier is not None:
                    receipt = mint(earlier.counter)
                    if earlier.content != content:
                        draft.back(mark)
                        return KeyReused(receipt, place=place)
                    answers.append(Kept(receipt, earlier.counter, earlier.recorded_ms, repeated=True))
                    continue
            draft.serial = serial = draft.serial + 1
            receipt = mint(serial)
            draft.add(offer.make(receipt), safety=offer.safety)
            if offer.key:
                draft.keyed[key] = KeyRow(serial, now, key, content)
            answers.append(Kept(receipt, serial, now, repeated=False))
        return answers

    def _earlier(self, connection: sqlite3.Connection, draft: _Draft, key: int, now: int) -> KeyRow | None:
        """What this sender's key stands for already, in this commit or on disk; None when it is new."""
        row = draft.keyed.get(key)
        if row is None and (held := self._keys.get(key)) is not None:
            row = find_key(connection, held)
        return None if row is None or now - row.recorded_ms > WINDOW_MS else row

    def _digest(self, scope: str, text: str | bytes) -> int:
        """63 bits under the door's own secret, so that nobody can make two keys meet."""
        hashed = self._keyed.copy()
        hashed.update(scope.encode() + b"\0" + (text if isinstance(text, bytes) else text.encode()))
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
        move_keys(connection)
        # A door of schema 1 has all of these but the scheme of its receipts, and keeps that.
        if connection.execute("SELECT 1 FROM meta WHERE name = 'door'").fetchone() is None:
            door = f"{self.path.stem}.{secrets.token_hex(4)}"
            # One statement, one transaction: a door has all of them or, after a kill, none.
            connection.execute(
                "INSERT INTO meta VALUES "
                "('door', ?), ('node', ?), ('receipt_key', ?), ('receipt_scheme', ?), ('schema', ?)",
                (door, self._node, secrets.token_bytes(32), SCHEME, SCHEMA_NUMBER),
            )
        connection.execute(
            "UPDATE meta SET value = ? WHERE name = 'schema' AND value < ?", (SCHEMA_NUMBER, SCHEMA_NUMBER)
        )

    def _read(self, connection: sqlite3.Connection) -> None:
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        if meta["node"] != self._node:
            raise WrongDoor(f"{self.path.name} is the door of node {meta['node']}, not of node {self._node}")
        if meta["door"] != self._identity:
            self._identity = meta["door"]
            self._keyed = blake2b(key=meta["receipt_key"], digest_size=8)
            self._minter = Minter(self._node, meta["receipt_key"], meta.get("receipt_scheme", 1))
            self._keys = Keys()
        ordinary = connection.execute("SELECT counter, recorded_ms FROM facts ORDER BY counter DESC LIMIT 1").fetchone()
        safety = connection.execute(
            "SELECT counter, recorded_ms, serial FROM safety ORDER BY counter DESC LIMIT 1"
        ).fetchone()
        self._ordinary, self._recorded_ms = ordinary or (0, 0)
        self._safety = safety[0] if safety else 0
        if safety and safety[2] == self._ordinary + self._safety:  # the newest of both
            self._recorded_ms = safety[1]
        self._forget_old_keys(connection)
        self._keys.load(connection)

    def _forget_old_keys(self, connection: sqlite3.Connection) -> None:
        """By the door's own time when it is behind the clock's: a clock far ahead must not forget keys."""
        oldest = min(self._now_ms(), self._recorded_ms) - WINDOW_MS
        connection.execute("DELETE FROM key_rows WHERE recorded_ms < ?", (oldest,))

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
