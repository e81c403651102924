"""A connection to PostgreSQL on which no wait is without an end: a database that hangs looks like one that is away."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict

from stormops.patience import PatientConnection

CONNECT_SECONDS_MAX = 2
STATEMENT_SECONDS_MAX = 5
LOCK_SECONDS_MAX = 3
IDLE_SECONDS_MAX = 5


def readable(url: str) -> bool:
    """Whether the driver can read the URL."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its message repeats the URL, and there may be a password in it
        return False
    return True


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """A new connection, with the server's time-outs for statements, locks and standing still in a transaction."""
    connection = PatientConnection.connect(
        url,
        connect_timeout=CONNECT_SECONDS_MAX,
        application_name="stormops-books",
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
    )
    for name, seconds in (
        ("statement_timeout", STATEMENT_SECONDS_MAX),
        ("lock_timeout", LOCK_SECONDS_MAX),
        ("idle_in_transaction_session_timeout", IDLE_SECONDS_MAX),
    ):
        connection.execute(f"SET {name} = '{seconds}s'".encode())
    connection.commit()
    return connection
