from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from stormops.accounts.records_place import Account, Party
from stormops.books import customers, finding
from stormops.books.loading import load
from stormops.books.store import Books
from tests.books.desk import opened


def statements(books: Books, ask: Callable[[Books], object]) -> list[tuple[str, Any]]:
    """What is asked of the database, with its values."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    engine = books.database._engine
    event.listen(engine, "before_cursor_execute", note)
    ask(books)
    event.remove(engine, "before_cursor_execute", note)
    return asked


@pytest.mark.parametrize("ask", ["nunez ada", "a", "ob", "a1"])
def test_a_search_and_a_page_go_by_indexes(tmp_path: Path, ask: str) -> None:
    """Whatever the city's size: no table is read from end to end."""
    world = opened(tmp_path / "books.sqlite")
    asked = statements(world.store, lambda books: finding.find(books.database, ask))
    asked += statements(world.store, lambda books: customers.view(books.database, "a1"))
    assert len(asked) > 15
    with world.store.database.reading() as connection:
        for statement, values in asked:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert not [step for step in plan if step.startswith("SCAN") and "head" not in step], (statement, plan)
    world.store.close()


def test_the_flat_that_was_said_comes_before_those_of_the_same_building(tmp_path: Path) -> None:
    books = Books(tmp_path / "books.sqlite")
    flats = range(1, 151)
    tenants = [Party(id=f"t{flat}", name=f"Opal Crest 1180 Flat {flat}", verified="photo id") for flat in flats]
    accounts = [
        Account(id=f"f{200 - flat}", party=f"t{flat}", category="residential", opened=date(2020, 1, 1))
        for flat in flats
    ]
    load(books.database, [*tenants, *accounts], [], "city", 5)
    found = finding.find(books.database, "1180 opal crest flat 11")
    assert found[0].name == "Opal Crest 1180 Flat 11"
    assert len({one.account for one in found}) == finding.FOUND_MAX
