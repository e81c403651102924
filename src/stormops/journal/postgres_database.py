"""One connection to the shared PostgreSQL database: its tables, and a bound on every wait.

A database that hangs must look like one that is away, so nothing here waits without an end:

- `CONNECT_SECONDS_MAX` for a connection,
- `STATEMENT_SECONDS_MAX` for a statement, `LOCK_SECONDS_MAX` of them for a lock (the server's own time-outs),
- `patience.ANSWER_SECONDS_MAX` for the server's answer, whatever has become of the server or the way to it,
- `IDLE_SECONDS_MAX` for a client that stands still inside a transaction: the server ends it, and its locks.

Every error is JournalUnavailable; the connection is then dropped, and made anew when it is needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from threading import Lock
from typing import LiteralString, TypeAlias

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from stormops.journal.port import Beat, JournalUnavailable
from stormops.patience import PatientConnection

CONNECT_SECONDS_MAX = 2
STATEMENT_SECONDS_MAX = 5
LOCK_SECONDS_MAX = 3
IDLE_SECONDS_MAX = 5

SCHEMA_LOCK = 7_270_031
"""Number of the advisory lock under which the tables are made: two processes may start at once."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS doors (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, counter bigint NOT NULL);
CREATE TABLE IF NOT EXISTS leader (
    one smallint PRIMARY KEY CHECK (one = 1), epoch bigint NOT NULL, holder text NOT NULL, heard timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    position bigint PRIMARY KEY, recorded_ms bigint NOT NULL, door integer NOT NULL, counter bigint NOT NULL,
    tick bigint NOT NULL, ordinal integer NOT NULL, body bytea NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS entries_news ON entries (door, counter) WHERE door > 0;
CREATE UNIQUE INDEX IF NOT EXISTS entries_facts ON entries (tick, ordinal) WHERE door = 0;
CREATE TABLE IF NOT EXISTS relay_doors (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, counter bigint NOT NULL);
CREATE TABLE IF NOT EXISTS relayed (
    door integer NOT NULL, counter bigint NOT NULL, recorded_ms bigint NOT NULL, body bytea NOT NULL,
    PRIMARY KEY (door, counter));
CREATE TABLE IF NOT EXISTS beat (
    one smallint PRIMARY KEY CHECK (one = 1), position bigint NOT NULL, at_ms bigint NOT NULL, mode text NOT NULL,
    since_ms bigint NOT NULL);
INSERT INTO leader VALUES (1, 0, '', '-infinity') ON CONFLICT DO NOTHING;
"""

TABLES_ARE_THERE = """
SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'beat' AND relnamespace = current_schema()::regnamespace)
"""

HEARD = "SELECT position, at_ms, mode, since_ms FROM beat"

SESSION = f"""
SET statement_timeout = '{STATEMENT_SECONDS_MAX}s';
SET lock_timeout = '{LOCK_SECONDS_MAX}s';
SET idle_in_transaction_session_timeout = '{IDLE_SECONDS_MAX}s';
SET default_transaction_isolation = 'read committed';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
"""
"""The last line: what is committed must be on disk; a server that asks for more than that is left to it."""


Cursor: TypeAlias = psycopg.Cursor[TupleRow]


class PostgresDatabase:
    """The database by URL, for several threads, one at a time. With `read_only` it never makes or changes anything.

    `settle` is a statement that begins every new connection that may write: it must wait for what an
    earlier connection of ours may still be doing there. Raises ValueError for what is no such URL.
    """

    def __init__(self, url: str, *, read_only: bool = False, settle: LiteralString = "") -> None:
        try:
            conninfo_to_dict(url)
        except psycopg.ProgrammingError:  # its message repeats the URL, and there may be a password in it
            raise ValueError("the journal's URL cannot be read; write postgresql://user@host/database") from None
        self._url = url
        self._read_only = read_only
        self._settle = settle
        self._lock = Lock()
        self._connection: PatientConnection | None = None
        self._made = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[Cursor | None]:
        """A cursor outside any transaction; None while the tables are not made. Raises JournalUnavailable."""
        with self._lock, self._refusals():
            connection = self._opened()
            if not self._made and not self._tables_are_there(connection):
                yield None
            else:
                with connection.cursor(binary=True) as cursor:
                    yield cursor

    @contextlib.contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A cursor inside a transaction, committed at the end of the block. Raises JournalUnavailable."""
        with self._lock, self._refusals():
            connection = self._opened()
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                yield cursor

    def heard(self) -> Beat | None:
        """The last word of who leads. Raises JournalUnavailable."""
        with self.reading() as cursor:
            row = None if cursor is None else cursor.execute(HEARD).fetchone()
            return None if row is None else Beat(*row)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, OSError, msgspec.DecodeError) as error:
            self._drop()
            raise JournalUnavailable(f"the shared database: {str(error).strip() or type(error).__name__}") from error

    def _opened(self) -> PatientConnection:
        if self._connection is None:
            connection = self._connection = PatientConnection.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS_MAX,
                application_name="stormops",
                keepalives_idle=5,
                keepalives_interval=2,
                keepalives_count=3,
            )
            connection.execute(SESSION)
            if self._read_only:
                connection.execute("SET default_transaction_read_only = on")
            else:
                self._prepare(connection)
        return self._connection

    def _prepare(self, connection: PatientConnection) -> None:
        with connection.transaction():
            if not self._tables_are_there(connection):
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
                # Who waited for the lock finds them made, and in use: to make them again would take locks on tables
                # in another order than their users do, and both could wait for each other for ever.
                if not self._tables_are_there(connection):
                    connection.execute(SCHEMA)
        if self._settle:
            connection.execute(self._settle)
        self._made = True

    def _tables_are_there(self, connection: PatientConnection) -> bool:
        # Read from the catalogue itself: `to_regclass` may answer from a cache of before a lock was waited for.
        self._made = connection.execute(TABLES_ARE_THERE).fetchone() == (True,)
        return self._made

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
