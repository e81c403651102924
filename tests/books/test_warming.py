from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import event

from stormops.books.database import POOL
from stormops.books.store import Books
from stormops.books.warming import warm


def test_every_connection_is_open_and_what_a_page_asks_was_asked(customers: Path, tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    shutil.copy(customers, path)
    books = Books(path)
    opened: list[int] = []
    asked: list[str] = []
    event.listen(books.database._engine, "connect", lambda *_: opened.append(1))
    event.listen(books.database._engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert warm(books.database) == POOL
    assert len(opened) + 1 >= POOL
    for table in ("bill", "receivable", "search_term", "letter"):
        assert any(f"FROM {table}" in statement for statement in asked), table
    opened.clear()
    warm(books.database)
    assert not opened
    books.close()


def test_empty_books_are_warmed_too(tmp_path: Path) -> None:
    books = Books(tmp_path / "books.sqlite")
    assert warm(books.database) == POOL
    books.close()
