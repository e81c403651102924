from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Barrier, Thread
from typing import LiteralString

import psycopg
import pytest

from stormops import patience
from stormops.journal import postgres_database
from stormops.journal.port import JournalUnavailable
from stormops.journal.postgres_database import PostgresDatabase
from tests.postgres import Postgres, in_schema


@pytest.fixture
def database(postgres_url: str) -> Iterator[PostgresDatabase]:
    made = PostgresDatabase(postgres_url)
    yield made
    made.close()


def count_doors(database: PostgresDatabase) -> int:
    with database.reading() as cursor:
        assert cursor is not None
        row = cursor.execute("SELECT count(*) FROM doors").fetchone()
        assert row is not None
        return int(row[0])


def test_a_reader_sees_nothing_until_a_writer_made_the_tables(postgres_url: str) -> None:
    reader, writer = PostgresDatabase(postgres_url, read_only=True), PostgresDatabase(postgres_url)
    with reader.reading() as cursor:
        assert cursor is None
    assert count_doors(writer) == 0
    assert count_doors(reader) == 0
    with pytest.raises(JournalUnavailable, match="read-only"), reader.writing() as cursor:
        cursor.execute("INSERT INTO doors (name, counter) VALUES ('a', 1)")
    reader.close()
    writer.close()


def test_several_may_make_the_tables_at_once(postgres_url: str) -> None:
    together, counts = Barrier(6), list[int]()

    def begin() -> None:
        database = PostgresDatabase(postgres_url)
        together.wait()
        counts.append(count_doors(database))
        database.close()

    threads = [Thread(target=begin, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [0] * 6


def test_who_waited_to_make_the_tables_leaves_alone_what_another_made(postgres_url: str) -> None:
    """To make them again would ask for locks on tables in use, in another order than their users do."""
    counts = list[int]()

    def begin() -> None:
        database = PostgresDatabase(postgres_url)
        counts.append(count_doors(database))
        database.close()

    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (postgres_database.SCHEMA_LOCK,))
        late = Thread(target=begin, daemon=True)
        late.start()
        while other.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone() is None:
            time.sleep(0.01)
        other.execute(postgres_database.SCHEMA)
        with other.transaction():
            other.execute("LOCK TABLE entries IN ROW EXCLUSIVE MODE")
            other.execute("SELECT pg_advisory_unlock(%s)", (postgres_database.SCHEMA_LOCK,))
            late.join()
    assert counts == [0]


def refused_midway(database: PostgresDatabase, statement: LiteralString) -> None:
    with database.writing() as cursor:
        cursor.execute("INSERT INTO doors (name, counter) VALUES ('a', 1)")
        cursor.execute(statement)


def fail_midway(database: PostgresDatabase) -> None:
    with database.writing() as cursor:
        cursor.execute("INSERT INTO doors (name, counter) VALUES ('a', 1)")
        raise ValueError("mine")


def test_what_fails_in_a_block_leaves_nothing_and_other_errors_pass(database: PostgresDatabase) -> None:
    with pytest.raises(ValueError, match="mine"):
        fail_midway(database)
    with pytest.raises(JournalUnavailable, match="no_such"):
        refused_midway(database, "INSERT INTO no_such VALUES (1)")
    assert count_doors(database) == 0


def test_a_server_that_is_away_is_unavailable_at_once() -> None:
    began = time.monotonic()
    with (
        pytest.raises(JournalUnavailable, match="shared database"),
        PostgresDatabase("postgresql://postgres:secret@127.0.0.1:1/none").reading(),
    ):
        pass
    assert time.monotonic() - began < 1


def test_no_error_tells_the_password() -> None:
    with (
        pytest.raises(JournalUnavailable) as refused,
        PostgresDatabase("postgresql://postgres:secret@127.0.0.1:1/none").reading(),
    ):
        pass
    assert "secret" not in str(refused.value)
    for url in ("postgresql://a:secret@[bad/none", "secret"):
        with pytest.raises(ValueError, match="postgresql://user@host/database") as wrong:
            PostgresDatabase(url)
        assert "secret" not in str(wrong.value)


def test_a_hung_server_is_unavailable_and_works_once_it_goes_on(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "ANSWER_SECONDS_MAX", 0.3)
    database = PostgresDatabase(in_schema(postgres.url, "hung"))
    assert count_doors(database) == 0
    postgres.hang()
    try:
        began = time.monotonic()
        with pytest.raises(JournalUnavailable), database.writing() as cursor:
            cursor.execute("SELECT 1")
        with pytest.raises(JournalUnavailable):  # a new connection hangs as well
            count_doors(database)
        assert time.monotonic() - began < 2 * postgres_database.CONNECT_SECONDS_MAX
    finally:
        postgres.go_on()
    assert count_doors(database) == 0
    database.close()


def test_a_client_that_stands_still_in_a_transaction_is_ended_by_the_server(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = postgres_database.SESSION.replace("idle_in_transaction_session_timeout = '5s'", "{0} = '100ms'")
    assert "{0}" in session
    monkeypatch.setattr(postgres_database, "SESSION", session.format("idle_in_transaction_session_timeout"))
    still, other = PostgresDatabase(postgres_url), PostgresDatabase(postgres_url)

    def stand_still() -> None:
        with still.writing() as cursor:
            cursor.execute("UPDATE leader SET epoch = 7")
            with other.writing() as waiting:  # waits for the row until the server ends who has it
                waiting.execute("UPDATE leader SET epoch = epoch + 1")
            cursor.execute("SELECT 1")

    with pytest.raises(JournalUnavailable):
        stand_still()
    with other.reading() as reading:
        assert reading is not None
        assert reading.execute("SELECT epoch FROM leader").fetchone() == (1,)
    still.close()
    other.close()


def test_what_is_committed_is_on_disk_even_where_the_server_would_not_ask_for_it(postgres_url: str) -> None:
    for given, wanted in (("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")):
        with psycopg.connect(postgres_url) as connection:
            options = f"{connection.info.options} -csynchronous_commit={given}"
        url = psycopg.conninfo.make_conninfo(postgres_url, options=options)
        database = PostgresDatabase(url)
        with database.reading() as cursor:
            assert cursor is not None
            assert cursor.execute("SHOW synchronous_commit").fetchone() == (wanted,)
        database.close()
