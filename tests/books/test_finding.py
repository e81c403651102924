from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from stormops.books import customers, finding
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
