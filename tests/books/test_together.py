from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg.pq import PipelineStatus
from sqlalchemy import String, bindparam, select

from stormops.books.customers import view
from stormops.books.schema import TABLES
from stormops.books.store import Books
from stormops.books.together import rows_of
from stormops.patience import PatientConnection
from tests.books.desk import opened

KEY = bindparam("account", type_=String)
ACCOUNT, RECEIVABLE = TABLES["account"], TABLES["receivable"]
QUERIES = {
    "account": select(ACCOUNT).where(ACCOUNT.c.id == KEY),
    "receivable": select(RECEIVABLE).where(RECEIVABLE.c.account == KEY).limit(3),
}

TRIPS_MAX = 10
"""For a customer's page, with what begins and ends its transaction."""


@pytest.fixture(params=["sqlite", "postgres"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Books:
    where = tmp_path / "books.sqlite" if request.param == "sqlite" else request.getfixturevalue("new_postgres")()
    return opened(where).store


def test_rows_are_those_of_each_query_alone(books: Books) -> None:
    with books.database.reading() as connection:
        for key in ("a1", "nobody"):
            given = {"account": key}
            alone = {
                name: [dict(row) for row in connection.execute(query, given).mappings()]
                for name, query in QUERIES.items()
            }
            assert rows_of(connection, QUERIES, given) == alone
            assert bool(alone["account"]) is (key == "a1")
    books.close()


def test_a_customers_page_takes_few_round_trips(
    new_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    books = opened(new_postgres()).store
    view(books.database, "a1")
    alone: list[object] = []
    wait = PatientConnection.wait

    def counted(self: PatientConnection, *given: Any, **more: Any) -> Any:
        if self.pgconn.pipeline_status == PipelineStatus.OFF:
            alone.append(given)
        return wait(self, *given, **more)

    monkeypatch.setattr(PatientConnection, "wait", counted)
    assert view(books.database, "a1") is not None
    assert 0 < len(alone) + 1 <= TRIPS_MAX
    books.close()
