from __future__ import annotations

import pytest

from stormops.books.database import BooksUnavailable
from tests.counter.conftest import Desk


async def test_books_that_cannot_be_reached_are_said_on_the_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise BooksUnavailable("away")

    for home, path in (("stormops.books.finding.find", "search?q=ada"), ("stormops.books.checks.soundness", "reports")):
        monkeypatch.setattr(home, unreachable)
        answer = await desk.get("auditor", f"/counter/{path}")
        assert answer.status_code == 503
        assert "Nothing was promised" in answer.text


async def test_a_page_is_for_who_has_its_permission(desk: Desk) -> None:
    for path in ("reports", "audit", "continuous", "looks", "commands/x"):
        assert (await desk.get("cashier", f"/counter/{path}")).status_code == 403
        assert (await desk.get("", f"/counter/{path}")).status_code == 303
