from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg.pq import PipelineStatus
from sqlalchemy import String, bindparam, select

from stormops.books import customers
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


def test_rows_are_those_of_each_query_alone(either: Books) -> None:
    with either.database.reading() as connection:
        for key in ("a1", "nobody"):
            given = {"account": key}
            alone = {
                name: [dict(row) for row in connection.execute(query, given).mappings()]
                for name, query in QUERIES.items()
            }
            assert rows_of(connection, QUERIES, given) == alone
            assert bool(alone["account"]) is (key == "a1")


def test_a_customers_page_takes_few_round_trips(
    new_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    books = opened(new_postgres()).store
    customers.opened(books.database, "a1")
    alone: list[str] = []
    wait = PatientConnection.wait

    def counted(self: PatientConnection, gen: Any, *given: Any, **more: Any) -> Any:
        if self.pgconn.pipeline_status == PipelineStatus.OFF and "._set_" not in gen.__qualname__:
            alone.append(gen.__qualname__)  # what is set for the next transaction is not sent by itself
        return wait(self, gen, *given, **more)

    monkeypatch.setattr(PatientConnection, "wait", counted)
    assert customers.opened(books.database, "a1") is not None
    assert 0 < len(alone) + 1 <= TRIPS_MAX, alone
    books.close()
