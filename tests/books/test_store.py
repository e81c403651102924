from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.books_contract import BooksContract


class TestSqliteBooks(BooksContract):
    @pytest.fixture
    def where(self, tmp_path: Path) -> Path:
        return tmp_path / "books" / "books.sqlite"


class TestPostgresBooks(BooksContract):
    @pytest.fixture
    def where(self, new_postgres: Callable[[], str]) -> str:
        return new_postgres()
