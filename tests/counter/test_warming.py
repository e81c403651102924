from __future__ import annotations

from pathlib import Path

from sqlalchemy import event

from stormops.books.database import POOL
from stormops.books.store import Books
from stormops.counter import rendering
from stormops.counter.own import rendering as own
from stormops.counter.warming import warm
from tests.counter.conftest import Desk


def test_connections_are_open_and_nothing_is_compiled_any_more(tmp_path: Path) -> None:
    books = Books(tmp_path / "books.sqlite")
    rendering.templates.cache_clear()
    own.templates.cache_clear()
    opened = []
    event.listen(books.database._engine, "connect", lambda *_: opened.append(1))
    assert warm(books.database, ["en", "es", "ht"]) > 20
    assert len(opened) + 1 >= POOL
    assert len(rendering.templates().cache or ()) > 10
    opened.clear()
    warm(books.database, ["en"])
    assert not opened
    books.close()
    assert warm(books.database, ["en"]) > 20


async def test_it_changes_nothing(desk: Desk) -> None:
    before = desk.clerk.books.position()
    warm(desk.clerk.books.database, ["en"])
    assert desk.clerk.books.position() == before
