from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stormops.books.store import Books
from tests.books.desk import opened


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    """A small world's books, at either database."""
    where = tmp_path / "books.sqlite" if request.param == "sqlite" else request.getfixturevalue("new_postgres")()
    books = opened(where).store
    yield books
    books.close()
