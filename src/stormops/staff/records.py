"""Staff records in SQL: people, their sessions, shifts and failed sign-ins (SQLAlchemy Core).

Passwords are kept as argon2id hashes, session tokens as SHA-256 hashes: the file alone opens nothing.
Times are wall milliseconds since the Unix epoch, UTC.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

METADATA = MetaData()

PERSON = Table(
    "person",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("role", String(32), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("added_ms", BigInteger, nullable=False),
)

SHIFT = Table(
    "shift",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person", String(64), ForeignKey("person.name"), nullable=False),
    Column("desk", String(64), nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger),
)

SESSION = Table(
    "session",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("person", String(64), ForeignKey("person.name"), nullable=False),
    Column("shift", Integer, ForeignKey("shift.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

RELATED = Table(
    "related",
    METADATA,
    Column("person", String(64), ForeignKey("person.name"), primary_key=True),
    Column("account", String(96), primary_key=True),
)
"""Accounts of a person's own, of relatives and of the household."""

STORM_ROLE = Table(
    "storm_role",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person", String(64), ForeignKey("person.name"), nullable=False),
    Column("role", String(32), nullable=False),
    Column("episode", String(64), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("given_by", String(64), nullable=False),
    Column("given_ms", BigInteger, nullable=False),
    Column("ended_by", String(64), nullable=False),
    Column("ended_ms", BigInteger),
    Index("storm_role_episode", "episode", "person"),
)
"""Who was re-roled in which storm, by whom and why; never deleted."""

FAILURE = Table(
    "failure",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("failure_subject", "subject", "at_ms"),
)


def open_records(path: Path, busy_seconds: float = 5) -> Engine:
    """The records of a data folder, tables made on first use; readers and writers in several processes."""
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": busy_seconds})

    @event.listens_for(engine, "connect")
    def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    METADATA.create_all(engine)
    path.chmod(0o600)
    return engine
