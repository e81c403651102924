from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from stormops.accounts.commands_cash import OpenDrawer
from stormops.accounts.commands_payment import StandInPayment
from stormops.accounts.commands_work import TakeTicket
from stormops.books import period as module
from stormops.books.period import period
from tests.books.desk import opened


def test_a_period_has_its_own_days_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = opened(tmp_path / "books.sqlite")
    monkeypatch.setattr(module, "PAGE", 2)
    for number in range(5):
        books.do(TakeTicket(ticket=f"t{number}", topic="billing"))
    drawer = books.do(OpenDrawer())["drawer"]
    paid = books.do(StandInPayment(account="a1", number="1", cents=100, tender="cash", drawer=drawer))
    day = datetime.fromtimestamp(books.envelope("ann").at_ms / 1000, UTC).date()
    found = period(books.store.database, day, day + timedelta(1), UTC)
    assert len(found.events) == 7  # the loading before them was on another day
    assert found.position == books.store.position()
    assert [receipt.id for receipt in found.receipts] == [paid["receipt"]]
    assert not found.cut_short
    for since, until in ((day - timedelta(9), day), (day + timedelta(1), day + timedelta(9))):
        other = period(books.store.database, since, until, UTC)
        assert (other.events, other.requests, other.receipts) == ([], [], [])
    monkeypatch.setattr(module, "RECORDS_MAX", 3)
    short = period(books.store.database, date(2000, 1, 1), date(2100, 1, 1), UTC)
    assert short.cut_short
    assert len(short.events) == 3
