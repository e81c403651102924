"""What intake remembers of a phone between two calls or messages: language, last receipt and place, opt-out.

A small file beside the door, readable by this account alone. Phones are kept as keyed hashes. It is not the
record: an opt-out is a fact in the door (`ContactPreference`), and this file, when it is lost, is filled
again from the doors' facts; what else it holds only saves people a question.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

FILE = "contacts.sqlite"
ROWS_MAX = 500_000
"""Phones remembered; past it, those who never opted out are forgotten, the longest silent first."""

RECENT_MS = 7 * 86_400_000
"""A receipt and its place are offered for so long."""

_TABLES = """
CREATE TABLE IF NOT EXISTS contacts (
  who BLOB PRIMARY KEY, stopped INTEGER NOT NULL DEFAULT 0, language TEXT NOT NULL DEFAULT '',
  receipt TEXT NOT NULL DEFAULT '', premise TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '',
  reported_ms INTEGER NOT NULL DEFAULT 0, asked TEXT NOT NULL DEFAULT '', asked_ms INTEGER NOT NULL DEFAULT 0,
  seen_ms INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (
  receipt BLOB PRIMARY KEY, premise TEXT NOT NULL, address TEXT NOT NULL, reported_ms INTEGER NOT NULL
) WITHOUT ROWID;
"""


class Contact(NamedTuple):
    """One phone. `premise` (id) or `address` (text): where its last report was; `asked`: what we wait to hear."""

    stopped: bool = False
    language: str = ""
    receipt: str = ""
    premise: str = ""
    address: str = ""
    reported_ms: int = 0
    asked: str = ""
    asked_ms: int = 0


_GET = """
SELECT stopped, language, receipt, premise, address, reported_ms, asked, asked_ms FROM contacts WHERE who = ?
"""
_PUT = """
INSERT OR REPLACE INTO contacts (
  who, seen_ms, stopped, language, receipt, premise, address, reported_ms, asked, asked_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_FORGET = """
DELETE FROM contacts WHERE who IN (SELECT who FROM contacts WHERE NOT stopped ORDER BY seen_ms LIMIT ?)
"""


class Contacts:
    """The file. For one thread at a time; several processes may share it. Raises sqlite3.Error.

    `opted()` gives (phone digits, stopped) of every preference in the doors, in order; it is asked only
    when the file is new.
    """

    def __init__(
        self,
        path: Path,
        secret: bytes,
        now_ms: Callable[[], int],
        opted: Callable[[], Iterable[tuple[str, bool]]] = tuple,
    ) -> None:
        self._path = path
        self._keyed = blake2b(key=secret[:64], digest_size=16, person=b"contacts")
        self._now_ms = now_ms
        self._opted = opted
        self._connection: sqlite3.Connection | None = None

    def get(self, phone: str) -> Contact:
        """What is known of a phone (digits); one never seen has nothing. Old receipts are left out."""
        row = self._open().execute(_GET, (self._hash(phone),)).fetchone()
        if row is None:
            return Contact()
        contact = Contact(*row)._replace(stopped=bool(row[0]))
        if self._now_ms() - contact.reported_ms > RECENT_MS:
            contact = contact._replace(receipt="", premise="", address="", reported_ms=0)
        return contact

    def put(self, phone: str, contact: Contact, *, durable: bool = False) -> None:
        """Remember this of a phone. `durable`: on disk when it returns; else a power cut may take the last ones."""
        connection = self._open()
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        with connection:
            connection.execute(_PUT, (self._hash(phone), self._now_ms(), *contact))
            if contact.receipt:
                key = self._hash(contact.receipt)
                row = (key, contact.premise, contact.address, contact.reported_ms)
                connection.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)", row)

    def place_of(self, receipt: str) -> tuple[str, str]:
        """Premise id and address of a receipt that this machine gave by call or text; empty when not known."""
        found = self._open().execute("SELECT premise, address FROM places WHERE receipt = ?", (self._hash(receipt),))
        row = found.fetchone()
        return (row[0], row[1]) if row else ("", "")

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _hash(self, text: str) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(text.encode(errors="replace"))
        return keyed.digest()

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        new = not self._path.exists()
        if new:
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(self._path, check_same_thread=False, timeout=1.0)
        try:
            connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_TABLES}")
            with connection:
                self._tidy(connection, new)
        except BaseException:
            connection.close()
            if new:
                self._path.unlink(missing_ok=True)  # half a rebuild must not pass for a whole one
            raise
        self._connection = connection
        return connection

    def _tidy(self, connection: sqlite3.Connection, new: bool) -> None:
        if new:
            now = self._now_ms()
            rows = ((self._hash(phone), now, *Contact(stopped=stopped)) for phone, stopped in self._opted())
            connection.executemany(_PUT, rows)
        oldest = self._now_ms() - RECENT_MS
        connection.execute("DELETE FROM places WHERE reported_ms < ?", (oldest,))
        over = connection.execute("SELECT count(*) FROM contacts").fetchone()[0] - ROWS_MAX
        if over > 0:
            connection.execute(_FORGET, (over,))
