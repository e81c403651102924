"""What the first to read would wait for: every connection of the pool, and the statements of a customer's page."""

from __future__ import annotations

import contextlib

from sqlalchemy import select

from stormops.books.customers import opened
from stormops.books.database import POOL, Database
from stormops.books.finding import find
from stormops.books.schema import TABLES


def warm(database: Database) -> int:
    """Open the connections, and read one account as its page and the search do; gives how many. BooksUnavailable."""
    account = TABLES["account"].c.id
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(database.reading()) for _ in range(POOL)]
        some = connections[0].scalar(select(account).order_by(account).limit(1))
    if some is not None:
        opened(database, some)
        find(database, some)
    return len(connections)
