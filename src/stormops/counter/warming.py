"""What the first customer at the desk would wait for, done before the door opens.

Templates are compiled, words read, the statements of a customer's page and of the search understood by the library
and by SQLite, and every connection of the pool is there: on a cold process that is a quarter of a second and more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from sqlalchemy import select

from stormops.books.customers import view
from stormops.books.database import POOL, BooksUnavailable, Database
from stormops.books.finding import find
from stormops.books.schema import TABLES
from stormops.counter import rendering
from stormops.counter.own import rendering as own
from stormops.counter.words import said


def warm(database: Database, languages: Iterable[str]) -> int:
    """Do it; gives how many templates there are. Books that are away are met again by whoever asks."""
    for language in languages:
        said(language)
    compiled = 0
    for environment in (rendering.templates(), own.templates()):
        for name in environment.list_templates(extensions=["html"]):
            environment.get_template(name)
            compiled += 1
    with contextlib.suppress(BooksUnavailable):
        _read(database)
    return compiled


def _read(database: Database) -> None:
    account = TABLES["account"].c.id
    with contextlib.ExitStack() as opened:
        connections = [opened.enter_context(database.reading()) for _ in range(POOL)]
        some = connections[0].scalar(select(account).order_by(account).limit(1))
    if some is not None:
        view(database, some)
        find(database, some)
