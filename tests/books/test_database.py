from __future__ import annotations

import stat
import time
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from stormops import patience
from stormops.books import database as module
from stormops.books.database import BooksUnavailable, Database
from stormops.books.schema import METADATA
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
