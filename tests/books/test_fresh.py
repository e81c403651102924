from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from stormops.accounts.ledger import Journal
from stormops.accounts.record import Record
from stormops.accounts.records_money import Receivable
from stormops.accounts.records_place import Account
from stormops.books import fresh, loading
from stormops.books.database import Database
from stormops.books.schema import METADATA
from stormops.books.store import Books
from tests.accounts.world import CHARGES
from tests.books.desk import ACCOUNTS, PEOPLE


class Part(NamedTuple):
    records: list[Record]
    journals: list[Journal]


def test_new_books_are_there_when_they_are_whole_with_every_index(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    loaded = fresh.make(path, [Part([*ACCOUNTS], []), Part([*CHARGES, *PEOPLE], [])], "city", 5)
    assert loaded.records == len(ACCOUNTS) + len(CHARGES) + len(PEOPLE)
    books = Books(path)
    account = books.get(Account, "a1")
    assert account is not None
    assert account.party == "ada"
    with books.database.reading() as connection:
        made = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'")}
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    assert made >= {str(index.name) for table in METADATA.tables.values() for index in table.indexes}
    books.close()
    with pytest.raises(fresh.BooksExist, match="nothing was changed"):
        fresh.make(path, [], "city", 5)


def test_of_what_is_not_sound_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    odd = Receivable(id="r1", account="a1", charge="energy", fund="electric", due=ACCOUNTS[0].opened, cents=9, owed=9)
    with pytest.raises(loading.NotSound):
        fresh.make(path, [Part([*CHARGES, *PEOPLE, *ACCOUNTS, odd], [])], "city", 5)
    assert list(tmp_path.iterdir()) == []


def test_a_draft_that_was_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".books.sqlite.draft").write_bytes(b"half of something")
    fresh.make(tmp_path / "books.sqlite", [Part([*PEOPLE], [])], "city", 5)
    Database(tmp_path / "books.sqlite").close()
