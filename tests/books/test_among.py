from __future__ import annotations

from sqlalchemy import select

from stormops.books.among import among, keys
from stormops.books.schema import TABLES
from stormops.books.store import Books


def test_as_many_keys_as_there_are_find_theirs_whatever_is_in_them(either: Books) -> None:
    account = TABLES["account"].c.id
    asked = ["b1", "a1", "no'body", 'a"b', "é", *(f"x{number}" for number in range(2_000))]
    with either.database.reading() as connection:
        query = select(account).where(account.in_(among(connection.dialect.name))).order_by(account)
        assert connection.scalars(query, {"keys": keys(asked)}).all() == ["a1", "b1"]
        assert connection.scalars(query, {"keys": keys([])}).all() == []
