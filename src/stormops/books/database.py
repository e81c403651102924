"""The books' database: SQLite in the data folder, or a PostgreSQL that several machines share; migrated when opened.

Reads see one moment; writes begin as writers, so that two never read the same and both write. Whoever cannot reach
the database, or waits too long for it, gets `BooksUnavailable`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 5
"""How long a writer waits for another."""
POOL = 5
"""Connections of a process, and as many waiting `BUSY_SECONDS` for one."""
LONG_SECONDS = 600
"""For a statement over all books: taking them over, checking them."""
MIGRATION_LOCK = 7_270_032
"""Number of PostgreSQL's advisory lock under which the tables are made: two processes may start at once."""

KEPT = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=10000")
FRESH = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000")
"""SQLite's ways of writing: so that what was committed stays, or as fast as it can (with half a gigabyte at hand)."""

UNREADABLE = "the books' URL cannot be read; write postgresql://user@host/database"


class BooksUnavailable(Exception):
    """The database is away, busy for too long, or of a newer release."""


class Database:
    """By a path (SQLite) or a URL (postgresql://user@host/database). Raises ValueError for what is neither."""

    def __init__(self, where: Path | str, *, fresh: bool = False) -> None:
        """`fresh`: a file that is thrown away unless all goes well (`books.fresh`); nothing of it outlives a crash."""
        self._engine = _sqlite(where, FRESH if fresh else KEPT) if isinstance(where, Path) else _postgres(where)
        self.dialect = self._engine.dialect.name

    def migrate(self, to: str = "head") -> None:
        """Make the tables, or take them to this release (or to a step on the way). Raises BooksUnavailable."""
        with self.writing(long=True) as connection:
            if self.dialect == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, to)
            except CommandError as error:
                raise BooksUnavailable(f"the books are of another release: {error}") from error

    @contextlib.contextmanager
    def reading(self, *, long: bool = False) -> Iterator[Connection]:
        """A connection that sees one moment; `long` for work on all books. Raises BooksUnavailable."""
        with self._opened(writing=False, long=long) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, *, long: bool = False) -> Iterator[Connection]:
        """A connection in a transaction, committed at the end of the block. Raises BooksUnavailable."""
        with self._opened(writing=True, long=long) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextlib.contextmanager
    def _opened(self, *, writing: bool, long: bool) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                if self.dialect == "postgresql":
                    level = "READ COMMITTED" if writing else "REPEATABLE READ"
                    connection.execution_options(isolation_level=level, postgresql_readonly=not writing)
                else:
                    connection.execution_options(writing=writing)
                with self._patience(connection, long=long), connection.begin():
                    if long and self.dialect == "postgresql":
                        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{LONG_SECONDS}s'")
                    yield connection
        except (OperationalError, PoolTimeoutError) as error:
            raise BooksUnavailable(f"the books: {_plain(error)}") from error

    @contextlib.contextmanager
    def _patience(self, connection: Connection, *, long: bool) -> Iterator[None]:
        """Around the whole transaction: its commit looks at every reference, and may be what takes longest."""
        driver: Any = connection.connection.driver_connection
        if long and self.dialect == "postgresql":
            driver.answer_seconds = LONG_SECONDS
        try:
            yield
        finally:
            if self.dialect == "postgresql":
                driver.answer_seconds = None


def _plain(error: Exception) -> str:
    """What the driver said, without the statement and its values: they may be of a customer."""
    return str(error.orig).strip() if isinstance(error, DBAPIError) else type(error).__name__


def _sqlite(path: Path, pragmas: tuple[str, ...]) -> Engine:
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    path.touch(0o600)
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **_pool())

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin below, not when the driver thinks so
        for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_SECONDS}000", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(url: str) -> Engine:
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError(UNREADABLE)
    from stormops.books import waiting  # psycopg is there only where a URL is set

    if not waiting.readable(url):
        raise ValueError(UNREADABLE)
    return create_engine("postgresql+psycopg://", creator=lambda: waiting.connect(url), pool_pre_ping=True, **_pool())


def _pool() -> dict[str, Any]:
    return {"pool_size": POOL, "max_overflow": 0, "pool_timeout": BUSY_SECONDS, "hide_parameters": True}
