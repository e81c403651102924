from __future__ import annotations

import sqlite3

import pytest

from stormops.books.database import BooksUnavailable
from stormops.counter.own.customer import NOBODY
from stormops.counter.own.door import key_of
from tests.counter.own.conftest import Own


def test_a_key_is_its_customers_own() -> None:
    ada, bo = NOBODY._replace(party="ada", account="a1"), NOBODY._replace(party="bo", account="a1")
    assert key_of(ada, {"key": "k"}) == key_of(ada, {"key": "k"})
    keys = {key_of(ada, {"key": "k"}), key_of(bo, {"key": "k"}), key_of(ada._replace(account="a2"), {"key": "k"})}
    assert len(keys) == 3
    assert key_of(ada, {}) != key_of(ada, {})
    assert all(len(key) <= 60 for key in keys)


async def test_books_or_sessions_that_are_away_are_said_and_nothing_is_promised(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    await own.enter()

    def away(*_: object) -> None:
        raise BooksUnavailable("x")

    with monkeypatch.context() as patched:
        patched.setattr("stormops.counter.own.overview.customers.view", away)
        answer = await own.get("/account")
    assert (answer.status_code, "cannot be reached" in answer.text) == (503, True)
    assert "Ada" not in answer.text

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(own.door.sign_in, "session", broken)
    answer = await own.get("/account/bills")
    assert (answer.status_code, "disk" in answer.text) == (503, False)
