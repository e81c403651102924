from __future__ import annotations

from stormops.books import waiting


def test_every_wait_of_a_connection_has_an_end(postgres_url: str) -> None:
    with waiting.connect(postgres_url) as connection:
        shown = [
            connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        ]
    assert shown == [("5s",), ("3s",), ("5s",)]
