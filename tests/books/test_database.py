from __future__ import annotations

import stat
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.schema import CreateTable

from stormops import patience
from stormops.accounts.ledger import JournalState
from stormops.accounts.records_money import Bill, BillLine
from stormops.books import database as module
from stormops.books.database import BooksUnavailable, Database
from stormops.books.reading import SqlReader
from stormops.books.schema import JOURNAL, LINE, METADATA
from tests.postgres import Postgres, in_schema


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    if request.param == "sqlite":
        return tmp_path / "data" / "books.sqlite"
    new: Callable[[], str] = request.getfixturevalue("new_postgres")
    return new()


def test_the_migrations_make_the_tables_that_the_code_knows(where: Path | str) -> None:
    database = Database(where)
    database.migrate()
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert [each for each in differences if "alembic_version" not in str(each)] == []
    database.close()


def test_lines_of_control_accounts_are_checked_as_the_code_says(tmp_path: Path) -> None:
    database = Database(tmp_path / "books.sqlite")
    database.migrate()
    made = " ".join(str(CreateTable(LINE).compile(dialect=sqlite.dialect())).split())
    with database.reading() as connection:
        there = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'line'").scalar_one()
    check = next(part for part in made.split("CONSTRAINT ") if part.startswith("ck_line_item")).rstrip(", ")
    assert check in " ".join(there.split())
    database.close()


BEFORE_NUMBERS = (
    (
        "INSERT INTO party (id, changed, name, organisation, language, relay, verified) "
        "VALUES ('ada', 1, 'Ada', false, 'en', false, '')"
    ),
    (
        "INSERT INTO account (id, changed, party, category, opened, mailing, credit, stayed_by, events) "
        "VALUES ('a1', 1, 'ada', 'residential', '2026-01-01', '', 0, '', '[]')"
    ),
    "INSERT INTO line VALUES ('b', 0, '1010', 'Dr', 5, 'general', '', '', '', '')",
    "INSERT INTO line VALUES ('b', 1, '4090', 'Cr', 5, 'general', 'a1', '', '', '')",
    "INSERT INTO journal VALUES ('b', 'x', '2026-03-05', 7, '', '[]', 'pending', NULL)",
    "INSERT INTO journal_end VALUES ('b', 'posted', 9)",
    "INSERT INTO line VALUES ('a', 0, '1010', 'Cr', 5, 'general', '', '', '', '')",
    "INSERT INTO line VALUES ('a', 1, '4090', 'Dr', 5, 'general', 'a1', '', '', '')",
    "INSERT INTO journal VALUES ('a', 'x_reversed', '2026-03-06', 8, '', '[]', 'posted', 'b')",
    (
        """INSERT INTO bill VALUES ('k', 1, 'a1', '2026-03-05', '2026-03-25', 5, '[{"charge":"water","cents":5,"""
        """"since":"2026-02-01","until":"2026-03-01","agreement":"g","quantity":7}]', '{"policy":"p","run":"r"}')"""
    ),
)
"""Books as the step before journals had numbers left them: the mirror of a journal that was posted late, and a bill."""


def test_books_from_before_journals_had_numbers_are_taken_over_whole(where: Path | str) -> None:
    database = Database(where)
    database.migrate("v0009")
    with database.writing() as connection:
        for statement in BEFORE_NUMBERS:
            connection.exec_driver_sql(statement)
    database.migrate()
    with database.reading() as connection:
        reader = SqlReader(connection)
        posted, mirror = reader.of_account("a1")[::-1]
        assert (posted.id, posted.state, posted.posted_ms) == ("b", JournalState.POSTED, 9)
        assert (mirror.id, mirror.reverses) == ("a", "b")
        assert [line.cents for line in posted.lines + mirror.lines] == [5] * 4
        bill = reader.get(Bill, "k")
        assert bill is not None
        assert bill.lines == (BillLine("water", 5, date(2026, 2, 1), date(2026, 3, 1), "g", 7),)
        assert bill.decision == {"policy": "p", "run": "r"}
        assert list(connection.execute(select(JOURNAL.c.number, JOURNAL.c.id).order_by(JOURNAL.c.number))) == [
            (1, "b"),
            (2, "a"),
        ]
    for late in ("INSERT INTO line VALUES (1, 2, '1010', 'Dr', 5, 'general', '', '', '', '')", "DELETE FROM line"):
        with pytest.raises(DatabaseError), database.writing() as connection:
            connection.exec_driver_sql(late)
    database.close()


def test_to_migrate_again_changes_nothing_and_two_may_do_it_at_once(where: Path | str) -> None:
    ready, failed = Barrier(3), []

    def start() -> None:
        database = Database(where)
        ready.wait()
        try:
            database.migrate()
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failed.append(error)
        database.close()

    threads = [Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    database = Database(where)
    database.migrate()
    with database.reading() as connection:
        assert connection.execute(text("SELECT position FROM head")).scalars().all() == [0]
    database.close()


def test_books_of_a_newer_release_are_left_alone(where: Path | str) -> None:
    database = Database(where)
    database.migrate()
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))
    with pytest.raises(BooksUnavailable, match="of another release"):
        database.migrate()
    database.close()


def test_a_read_sees_one_moment_and_a_failed_write_leaves_nothing(where: Path | str) -> None:
    database = Database(where)
    database.migrate()
    count, add = text("SELECT count(*) FROM party"), "INSERT INTO party VALUES ('{0}', 0, 'x', false, 'en', false, '')"
    with database.reading() as reader:
        assert reader.execute(count).scalar_one() == 0
        with database.writing() as writer:
            writer.execute(text(add.format("p1")))
        assert reader.execute(count).scalar_one() == 0
    twice = text(f"{add.format('p2')}, ('p1', 0, 'x', false, 'en', false, '')")
    with pytest.raises(IntegrityError), database.writing() as writer:
        writer.execute(twice)
    with database.reading() as reader:
        assert reader.execute(count).scalar_one() == 1
    database.close()


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "data" / "books.sqlite"
    database = Database(path)
    database.migrate()
    database.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_writer_that_waits_too_long_for_another_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0)
    database = Database(tmp_path / "books.sqlite")
    database.migrate()
    with database.writing(), pytest.raises(BooksUnavailable, match="locked"), database.writing():
        pass
    with database.writing():
        pass
    database.close()


def test_what_is_no_url_is_refused_without_its_password() -> None:
    for url in ("sqlite:///x", "postgresql://a:secret@[bad/none", "mysql://a:secret@x/y"):
        with pytest.raises(ValueError, match="postgresql://user@host/database") as wrong:
            Database(url)
        assert "secret" not in str(wrong.value)


def test_a_database_that_is_away_is_unavailable_and_nothing_secret_is_said() -> None:
    database = Database("postgresql://postgres:secret@127.0.0.1:1/none")
    with pytest.raises(BooksUnavailable) as away, database.reading():
        pass
    assert "secret" not in str(away.value)


def test_a_server_that_hangs_is_unavailable_and_works_once_it_goes_on(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "ANSWER_SECONDS_MAX", 0.3)
    database = Database(in_schema(postgres.url, "books_hung"))
    database.migrate()
    postgres.hang()
    try:
        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(BooksUnavailable), database.writing() as connection:
                connection.execute(text("SELECT 1"))
        assert time.monotonic() - began < 10
    finally:
        postgres.go_on()
    with database.reading() as connection:
        assert connection.execute(text("SELECT position FROM head")).scalar_one() == 0
    database.close()


def test_long_work_may_take_its_time_to_the_end_of_its_commit(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(in_schema(postgres.url, "books_long"))
    database.migrate()
    monkeypatch.setattr(patience, "ANSWER_SECONDS_MAX", 0.3)
    slow = """
        CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.8); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON party DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION slowly();
    """
    add = "INSERT INTO party VALUES ('{0}', 0, 'x', false, 'en', false, '')"
    with database.writing() as connection:
        connection.execute(text(slow))
    with pytest.raises(BooksUnavailable), database.writing() as connection:
        connection.execute(text(add.format("p1")))  # and may yet be committed: the key of a command tells
    with database.writing(long=True) as connection:
        connection.execute(text(add.format("p2")))
    with pytest.raises(BooksUnavailable), database.reading() as connection:
        connection.execute(text("SELECT pg_sleep(0.8)"))
    database.close()
