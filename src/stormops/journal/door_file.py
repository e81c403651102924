"""One door on disk: a SQLite file that one process writes and `operations` reads.

It has two lanes, each a table with a counter of its own: `safety` for what may cost a life, `facts`
for all else, so that the one can be read before the other whatever waits there (invariant 12).
Receipts are one sequence for both: as many are given as both lanes have facts.

Everything here but `draft` runs on the door's writer thread. A commit returns only when SQLite has synced
the write-ahead log (`synchronous=FULL`), so what it returns survives the death of the process and of
the machine. After any error the file is closed, and opened again from what is really on disk.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from stormops.journal.door_files import SAFETY
from stormops.journal.door_trim import ALL, Old, Trimmer
from stormops.journal.draft import WINDOW_MS, Draft, Drafter, Find, ForThread
from stormops.journal.keys import Keys
from stormops.journal.port import Answer, Group, JournalUnavailable
from stormops.journal.receipt import SCHEME, Minter
from stormops.journal.rows import find_key, move_keys

HOLD_BACK_MS = 3600 * 1000
"""A clock that is this little behind the last fact is taken to have been set back: time stands
still until it has caught up. Further behind, the earlier time was the wrong one and is not kept to."""

PAGE_BYTES = 8192
"""A commit writes page by page; of larger pages it writes fewer (a quarter less time than with 4,096, measured)."""
SET_BACK_MS = 24 * 3600 * 1000
"""Keys stay so much longer than their window: a clock may be set back after they were deleted."""

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


ONE_COMMIT = """
CREATE TEMP VIEW one_commit AS SELECT 0 AS recorded_ms, 0 AS counter, x'' AS body,
    0 AS safety_counter, 0 AS serial, x'' AS safety_body, 0 AS last_key, x'' AS keys_body;
CREATE TEMP TRIGGER keep INSTEAD OF INSERT ON one_commit BEGIN
    INSERT INTO safety SELECT NEW.safety_counter, NEW.serial, NEW.recorded_ms, NEW.safety_body
        WHERE NEW.safety_body IS NOT NULL;
    INSERT INTO facts SELECT NEW.counter, NEW.recorded_ms, NEW.body WHERE NEW.body IS NOT NULL;
    INSERT INTO key_rows SELECT NEW.last_key, NEW.recorded_ms, NEW.keys_body WHERE NEW.keys_body IS NOT NULL;
END;
"""
"""A commit is one statement, so that its thread gives the interpreter away once and is not in line for it again
between four. Temporary: the file knows nothing of it."""


class WrongDoor(Exception):
    """The file is another node's door: a wrong setting. Start with the node that the message names."""


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
        self._opening = 0
        self._ready = False
        self._drafter: Drafter  # made of the door's secret when it is opened
        self._ordinary = self._safety = 0  # the counters of the lanes
        self._recorded_ms = 0
        self._keys = Keys()
        self._trimmer: Trimmer | None = None

    def open(self) -> None:
        """Open or make the file. Raises JournalUnavailable, WrongDoor."""
        try:
            self._opened()
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise JournalUnavailable(f"{self.path.name}: {error}") from error

    def draft(self, groups: Sequence[Group]) -> Draft | None:
        """What a commit of these groups would write, made without the disk, and while no commit is in flight.

        None when it is the writer thread's: the file is not open, or a key stands for something already or is of much.
        """
        opening = self._opening  # read before anything else: a draft for what was found then
        if not self._ready:
            return None
        try:
            return self._drafted(groups, opening, None)
        except ForThread:
            return None

    def commit(self, groups: Sequence[Group], draft: Draft | None = None) -> list[Answer]:
        """Keep all groups in one transaction, but for those of which a key was used for something else.

        `draft`, if there is one, is of these groups. The answers are in the same order. Raises
        JournalUnavailable: none of them is acknowledged.
        """
        try:
            connection = self._opened()
            if draft is None or draft.opening != self._opening:
                draft = self._drafted(groups, self._opening, partial(find_key, connection))
            self._write(connection, draft)
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise JournalUnavailable(f"{self.path.name}: {error}") from error
        return draft.answers

    def probe(self) -> None:
        """Write and sync something of no meaning. Raises JournalUnavailable."""
        try:
            connection = self._opened()
            connection.execute("REPLACE INTO meta VALUES ('probed_ms', ?)", (self._now_ms(),))
            self._still_there()
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise JournalUnavailable(f"{self.path.name}: {error}") from error

    def trim(self, drained: Mapping[str, int], keep_ms: int) -> int:
        """Delete a little of what the journal has (`drained`, by door and lane) and is older than `keep_ms`.

        Gives the number of rows that left. Raises JournalUnavailable: nothing was deleted.
        """
        try:
            connection = self._opened()
            if self._trimmer is None:
                self._trimmer = Trimmer(connection)
            now = min(self._now_ms(), self._recorded_ms)  # a clock far ahead makes nothing old
            lanes = {"facts": self._identity, "safety": self._identity + SAFETY}
            olds = [Old(table, drained.get(lane, 0), now - keep_ms, now) for table, lane in lanes.items()]
            return self._trimmer.step([*olds, Old("key_rows", ALL, now - WINDOW_MS - SET_BACK_MS, now)])
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

    def _drafted(self, groups: Sequence[Group], opening: int, find: Find | None) -> Draft:
        serial = self._ordinary + self._safety
        return Draft(self._drafter, groups, serial, self._stamp(), find=find, opening=opening)

    def _write(self, connection: sqlite3.Connection, draft: Draft) -> None:
        ordinary, safety, now = self._ordinary + draft.ordinary, self._safety + draft.safety, draft.now_ms
        if ordinary == self._ordinary and safety == self._safety:
            return
        facts, dangers, keys = draft.bodies
        last = next(reversed(draft.keyed.values())).counter if keys else 0
        row = (now, ordinary, facts, safety, draft.safety_serial, dangers, last, keys)
        connection.execute("INSERT INTO one_commit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._still_there()
        self._ordinary, self._safety, self._recorded_ms = ordinary, safety, now
        self._keys.add((key.hash, key.counter) for key in draft.keyed.values())

    def _stamp(self) -> int:
        now = self._now_ms()
        return self._recorded_ms if now < self._recorded_ms <= now + HOLD_BACK_MS else now

    # --- opening ---------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._take_lock()
            if not (self.path.exists() and self.path.stat().st_size):
                self._place()
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=1.0, check_same_thread=False)
            self._connection = connection  # from here on `_drop` closes it
            self._make(connection)
            connection.executescript(f"PRAGMA temp_store=MEMORY; {ONE_COMMIT}")
            move_keys(connection)
            self._read(connection)
            self._inodes = self._look()
            self._ready = True
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

    def _place(self) -> None:
        """A new door is there with all that makes it one, or not at all: who drains it never meets a part of it."""
        made = self.path.with_name(f"{self.path.name}.new")
        for file in (made, self.path):  # of one that was not finished, or of a door that was taken away
            for suffix in ("-journal", "-wal", "-shm"):
                file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
        made.unlink(missing_ok=True)
        connection = sqlite3.connect(made, isolation_level=None)
        try:
            connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
            self._make(connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        made.rename(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _make(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA journal_mode=WAL").fetchone() != ("wal",):
            raise OSError("this file system cannot hold a door: SQLite's WAL does not work on it")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
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
            secret = meta["receipt_key"]
            self._identity, self._keys = meta["door"], Keys()
            self._drafter = Drafter(Minter(self._node, secret, meta.get("receipt_scheme", 1)), secret, self._keys)
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
        self._ready = False
        self._opening += 1  # what was drafted before is for a file that may be another
        if self._connection is not None:
            self._connection.close()
            self._connection = self._trimmer = None
