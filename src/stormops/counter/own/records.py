"""What sign-in of customers remembers: codes under way, sessions, who asked how often. A file of its own.

Codes and tokens are kept as hashes alone. It is no part of the books: the public's attempts take no lock of theirs.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import NamedTuple

FILE = "own.sqlite"

_TABLES = """
CREATE TABLE IF NOT EXISTS challenge (
  id BLOB PRIMARY KEY, code BLOB NOT NULL, account TEXT NOT NULL DEFAULT '', party TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0, until_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
  id BLOB PRIMARY KEY, party TEXT NOT NULL, account TEXT NOT NULL, reached BLOB NOT NULL, csrf TEXT NOT NULL,
  opened_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asked (subject BLOB NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS ix_asked ON asked (subject, at_ms);
CREATE INDEX IF NOT EXISTS ix_asked_at ON asked (at_ms);
"""

FORGET_MS = 86_400_000
"""Nobody's asking is remembered longer."""


class Challenge(NamedTuple):
    """A code under way; of nobody (party "") unless account and contact belong together."""

    code: bytes
    account: str
    party: str
    tries: int


class Session(NamedTuple):
    """Whose it is, the account in sight, how the party was reached when it began, and its CSRF token."""

    party: str
    account: str
    reached: bytes
    csrf: str
    opened_ms: int
    seen_ms: int


class Records:
    """The file. From any thread, one at a time. Raises sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, timeout=2.0)
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_TABLES}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # --- codes -------------------------------------------------------------------------------------------

    def challenge(self, key: bytes, code: bytes, until_ms: int) -> None:
        """A code is asked for, whoever it is for."""
        with self._lock, self._db:
            self._db.execute("INSERT INTO challenge (id, code, until_ms) VALUES (?, ?, ?)", (key, code, until_ms))

    def address(self, key: bytes, account: str, party: str) -> None:
        """The code is for this party, about this account."""
        with self._lock, self._db:
            self._db.execute("UPDATE challenge SET account = ?, party = ? WHERE id = ?", (account, party, key))

    def attempt(self, key: bytes, tries_max: int, now_ms: int) -> Challenge | None:
        """One more try; None when there are none left, or no such code any more. Two at once count as two."""
        with self._lock, self._db:
            row = self._db.execute(
                "UPDATE challenge SET tries = tries + 1 WHERE id = ? AND tries < ? AND until_ms > ? "
                "RETURNING code, account, party, tries",
                (key, tries_max, now_ms),
            ).fetchone()
        return None if row is None else Challenge(*row)

    def answered(self, key: bytes) -> bool:
        """The code was right: it is worth nothing from now on. False for the second of two who come at once."""
        with self._lock, self._db:
            return self._db.execute("DELETE FROM challenge WHERE id = ?", (key,)).rowcount == 1

    # --- sessions ----------------------------------------------------------------------------------------

    def open(self, key: bytes, session: Session) -> None:
        """A session begins."""
        with self._lock, self._db:
            self._db.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)", (key, *session))

    def session(self, key: bytes) -> Session | None:
        """The session, however old."""
        with self._lock:
            columns = ", ".join(Session._fields)
            row = self._db.execute(f"SELECT {columns} FROM session WHERE id = ?", (key,)).fetchone()  # noqa: S608
        return None if row is None else Session(*row)

    def seen(self, key: bytes, now_ms: int) -> None:
        """It is in use."""
        with self._lock, self._db:
            self._db.execute("UPDATE session SET seen_ms = ? WHERE id = ?", (now_ms, key))

    def choose(self, key: bytes, account: str) -> None:
        """Another account of the same party is in sight."""
        with self._lock, self._db:
            self._db.execute("UPDATE session SET account = ? WHERE id = ?", (account, key))

    def end(self, key: bytes) -> None:
        """The session is over."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM session WHERE id = ?", (key,))

    # --- limits ------------------------------------------------------------------------------------------

    def asked(self, subject: bytes, since_ms: int) -> list[int]:
        """When a subject asked since then, the earliest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT at_ms FROM asked WHERE subject = ? AND at_ms > ? ORDER BY at_ms", (subject, since_ms)
            ).fetchall()
        return [row[0] for row in rows]

    def note(self, subject: bytes, now_ms: int, idle_ms: int) -> None:
        """A subject asked; what is over is forgotten."""
        with self._lock, self._db:
            self._db.execute("INSERT INTO asked VALUES (?, ?)", (subject, now_ms))
            self._db.execute("DELETE FROM asked WHERE at_ms < ?", (now_ms - FORGET_MS,))
            self._db.execute("DELETE FROM challenge WHERE until_ms < ?", (now_ms,))
            self._db.execute("DELETE FROM session WHERE seen_ms < ?", (now_ms - idle_ms,))
