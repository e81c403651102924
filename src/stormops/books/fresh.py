"""Books that did not exist: made aside from a stream of parts, and there only when they are whole and sound."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from stormops.books.database import Database
from stormops.books.loading import Loaded, Part, load_parts


class BooksExist(Exception):
    """There are books at the place already."""


def make(path: Path, parts: Iterable[Part], by: str, at_ms: int) -> Loaded:
    """New books in SQLite. Raises BooksExist, NotSound, BooksUnavailable, OSError; then nothing is left behind."""
    if path.exists():
        raise BooksExist(f"{path} is there already: nothing was changed")
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        database = Database(draft, fresh=True)
        try:
            database.migrate()
            loaded = load_parts(database, parts, by, at_ms, bulk=True)
        finally:
            database.close()
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return loaded
