"""New books in SQLite without a migration each: opened once in a process, their bytes written for whoever wants some.

What the steps make of a new path is the business of `test_database` and `test_columns`, which let them run.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from stormops.books.store import Books


def kept(path: Path) -> bytes:
    """The file of books that nobody has open."""
    assert not path.with_name(f"{path.name}-wal").exists(), "somebody writes there"
    return path.read_bytes()


@cache
def _new() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "books.sqlite"
        Books(path).close()
        return kept(path)


def new_books(path: Path) -> Path:
    """The file that `Books(path)` makes, closed again."""
    assert not path.exists()
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    path.touch(0o600)
    path.write_bytes(_new())
    return path
