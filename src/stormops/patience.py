"""A PostgreSQL connection whose waits end: the driver itself waits for an answer as long as the server lives.

Imported only where a database's URL is set; the driver is an extra.
"""

from __future__ import annotations

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

ANSWER_SECONDS_MAX = 6.0
"""For the server's answer, whatever has become of the server or the way to it."""
LOOK_SECONDS = 0.1
"""How often a wait looks whether its time is over."""


class PatientConnection(psycopg.Connection[TupleRow]):
    """A connection that gives up on an answer after `ANSWER_SECONDS_MAX`, then is closed."""

    answer_seconds: float | None = None
    """Another time for work that is known to be long, such as checking all books; None for the usual."""

    def wait(self, gen: PQGen[RV], interval: float = LOOK_SECONDS, timeout: float | None = None) -> RV:
        """See `psycopg.Connection.wait`: with the time-out that the library itself never gives."""
        try:
            usual = ANSWER_SECONDS_MAX if self.answer_seconds is None else self.answer_seconds
            return super().wait(gen, interval, usual if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise
