"""The journal in a SQLite file: one writer, fenced by its epoch; readers never stand in its way."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock

import msgspec

from stormops.core.entry import AnyFact, Entry, News, decode, encode
from stormops.journal.port import Beat, Fenced, JournalUnavailable

SCHEMA = """
CREATE TABLE IF NOT EXISTS doors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, counter INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS leader (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    position INTEGER PRIMARY KEY, recorded_ms INTEGER NOT NULL, door INTEGER NOT NULL, counter INTEGER NOT NULL,
    tick INTEGER NOT NULL, ordinal INTEGER NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS entries_news ON entries (door, counter) WHERE door > 0;
CREATE UNIQUE INDEX IF NOT EXISTS entries_facts ON entries (tick, ordinal) WHERE door = 0;
CREATE TABLE IF NOT EXISTS beat (
    one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, at_ms INTEGER NOT NULL, mode TEXT NOT NULL,
    since_ms INTEGER NOT NULL);
INSERT OR IGNORE INTO leader VALUES (1, 0);
"""

INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"
READ = """SELECT position, recorded_ms, door, counter, tick, ordinal, body FROM entries
          WHERE position > ? ORDER BY position LIMIT ?"""


class SqliteJournal:
    """See `port.Journal`. With `read_only` the file is never made: until it is there, the journal is empty.

    Usable from several threads, one call at a time. The file is opened when it is first needed, and
    again after every error.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._read_only = read_only
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._doors: dict[int, str] = {0: ""}

    def append_news(self, news: Sequence[News], epoch: int) -> list[Entry]:
        """See `port.Journal.append_news`."""
        with self._writing(epoch) as connection:
            reached = _reached(connection)
            ids = _door_ids(connection, {item.door for item in news})
            position = _last(connection)
            entries: list[Entry] = []
            rows: list[tuple[int, int, int, int, int, int, bytes]] = []
            for item in news:
                highest = reached.get(item.door, 0)
                if item.counter <= highest and _has(connection, rows, ids[item.door], item.counter):
                    continue
                position += 1
                entries.append(Entry(position, item.recorded_ms, item.door, item.counter, 0, 0, item.fact))
                rows.append((position, item.recorded_ms, ids[item.door], item.counter, 0, 0, encode(item.fact)))
                reached[item.door] = max(highest, item.counter)
            connection.executemany(INSERT, rows)
            connection.executemany(
                "UPDATE doors SET counter = ? WHERE id = ?", [(reached[d], i) for d, i in ids.items()]
            )
            return entries

    def append_facts(self, tick: int, facts: Sequence[AnyFact], recorded_ms: int, epoch: int) -> list[Entry]:
        """See `port.Journal.append_facts`."""
        bodies = [encode(fact) for fact in facts]
        with self._writing(epoch) as connection:
            there = connection.execute(
                "SELECT body FROM entries WHERE door = 0 AND tick = ? ORDER BY ordinal", (tick,)
            ).fetchall()
            if there:
                if [body for (body,) in there] != bodies:
                    raise ValueError(f"tick {tick} is in the journal with other facts")
                return []
            after = _last(connection)
            entries = [Entry(after + i, recorded_ms, "", 0, tick, i, fact) for i, fact in enumerate(facts, 1)]
            connection.executemany(
                INSERT, [(after + i, recorded_ms, 0, 0, tick, i, body) for i, body in enumerate(bodies, 1)]
            )
            return entries

    def read(self, after: int, limit: int = 10_000) -> list[Entry]:
        """See `port.Journal.read`."""
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(READ, (after, limit)).fetchall()
            doors = self._doors
            if any(row[2] not in doors for row in rows):
                doors = self._doors = {0: "", **dict(connection.execute("SELECT id, name FROM doors"))}
            return [Entry(p, ms, doors[d], c, t, o, decode(body)) for p, ms, d, c, t, o, body in rows]

    def last(self) -> int:
        """See `port.Journal.last`."""
        with self._reading() as connection:
            return 0 if connection is None else _last(connection)

    def drained(self) -> dict[str, int]:
        """See `port.Journal.drained`."""
        with self._reading() as connection:
            return {} if connection is None else _reached(connection)

    def lead(self) -> int:
        """See `port.Journal.lead`."""
        with self._writing() as connection:
            connection.execute("UPDATE leader SET epoch = epoch + 1")
            return _epoch(connection)

    def beat(self, beat: Beat, epoch: int) -> None:
        """See `port.Journal.beat`."""
        with self._writing(epoch) as connection:
            connection.execute("REPLACE INTO beat VALUES (1, ?, ?, ?, ?)", beat)

    def heard(self) -> Beat | None:
        """See `port.Journal.heard`."""
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute("SELECT position, at_ms, mode, since_ms FROM beat").fetchone()
            return row and Beat(*row)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._drop()

    # --- the file --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """The file, or None when no leader has made it yet. Raises JournalUnavailable."""
        with self._lock:
            try:
                yield self._opened()
            except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
                self._drop()
                raise JournalUnavailable(f"{self._path.name}: {error}") from error

    @contextlib.contextmanager
    def _writing(self, epoch: int | None = None) -> Iterator[sqlite3.Connection]:
        """The file in a transaction of its own, led by `epoch`. Raises Fenced, JournalUnavailable."""
        with self._reading() as connection:
            if connection is None or self._read_only:
                raise sqlite3.OperationalError("this journal was opened for reading")
            connection.execute("BEGIN IMMEDIATE")
            try:
                if epoch is not None and epoch != (now := _epoch(connection)):
                    raise Fenced(f"epoch {epoch} is over; {now} leads")
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _opened(self) -> sqlite3.Connection | None:
        if self._connection is None:
            if self._read_only and not self._path.exists():
                return None
            mode = "ro" if self._read_only else "rwc"
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=5.0,
                check_same_thread=False,
            )
            self._connection = connection  # from here on `_drop` closes it
            if not self._read_only:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            elif connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'beat'").fetchone() is None:
                self._drop()  # the leader is making it just now, or bringing it up to date
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _last(connection: sqlite3.Connection) -> int:
    last: int = connection.execute("SELECT ifnull(max(position), 0) FROM entries").fetchone()[0]
    return last


def _epoch(connection: sqlite3.Connection) -> int:
    epoch: int = connection.execute("SELECT epoch FROM leader").fetchone()[0]
    return epoch


def _reached(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT name, counter FROM doors"))


def _door_ids(connection: sqlite3.Connection, names: set[str]) -> dict[str, int]:
    connection.executemany("INSERT OR IGNORE INTO doors (name, counter) VALUES (?, 0)", [(n,) for n in sorted(names)])
    ids: dict[str, int] = dict(connection.execute("SELECT name, id FROM doors"))
    return {name: ids[name] for name in names}


def _has(connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]], door: int, counter: int) -> bool:
    """Whether it is in the journal, or among the rows to be put there. Only asked when it may be."""
    there = connection.execute("SELECT 1 FROM entries WHERE door = ? AND door > 0 AND counter = ?", (door, counter))
    return there.fetchone() is not None or any(row[2] == door and row[3] == counter for row in rows)
