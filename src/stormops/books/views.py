"""Who looked at whom: kept for every look at an account, and asked by privacy's auditors. Written in batches."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import insert, select

from stormops.books.database import Database
from stormops.books.schema import VIEWED

LOOKS_MAX = 500
"""Given at once; the rest is asked for by `before_ms`."""


class Look(msgspec.Struct, frozen=True):
    """One person's look at one account, and why it was looked at (a caller, a visit, a review)."""

    account: str
    at_ms: int
    actor: str
    desk: str
    why: str


def note(database: Database, looks: Sequence[Look]) -> None:
    """Keep them. Raises BooksUnavailable."""
    if looks:
        with database.writing() as connection:
            connection.execute(insert(VIEWED), [msgspec.structs.asdict(look) for look in looks])


def looks(database: Database, *, account: str = "", actor: str = "", before_ms: int = 2**62) -> list[Look]:
    """Of an account or by a person, the latest first, up to `LOOKS_MAX`. Raises BooksUnavailable."""
    if not account and not actor:
        raise ValueError("looks are asked for by account or by person")
    query = select(VIEWED).where(VIEWED.c.at_ms < before_ms)
    query = query.where(VIEWED.c.account == account) if account else query.where(VIEWED.c.actor == actor)
    with database.reading() as connection:
        rows = connection.execute(query.order_by(VIEWED.c.at_ms.desc(), VIEWED.c.id.desc()).limit(LOOKS_MAX)).all()
    return [Look(row.account, row.at_ms, row.actor, row.desk, row.why) for row in rows]
