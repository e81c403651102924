from __future__ import annotations

import psycopg
import pytest

from stormops import patience
from stormops.patience import PatientConnection
from tests.postgres import Postgres


def test_an_answer_that_does_not_come_is_an_error_and_the_connections_end(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = PatientConnection.connect(postgres.url, autocommit=True)
    assert connection.execute("SELECT 1").fetchone() == (1,)
    monkeypatch.setattr(patience, "ANSWER_SECONDS_MAX", 0.2)
    connection.answer_seconds = 9
    connection.execute("SELECT pg_sleep(0.4)")
    connection.answer_seconds = None
    with pytest.raises(psycopg.Error):
        connection.execute("SELECT pg_sleep(5)")
    assert connection.closed
