from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.commands_work import AddContact
from stormops.books.retention import KEPT, kept_from, older
from stormops.books.store import Books
from tests.books.desk import SqlWorld


@pytest.mark.parametrize("kind", KEPT)
def test_every_kind_is_counted(either: Books, kind: str) -> None:
    assert older(either.database, kind, date(2100, 1, 1), UTC) == 0


def test_what_is_of_before_the_day_is_counted_and_stays(either: Books) -> None:
    world = SqlWorld(either)
    world.do(TakePayment(account="a1", number="1", cents=100, tender="bank"))
    done = world.envelope("ann")
    world.do(AddContact(account="a1", text="called"))
    said = datetime.fromtimestamp(world.envelope("ann").at_ms / 1000, UTC).date()
    for kind, day in (("journals", done.day), ("receipts", done.day), ("contacts", said)):
        for _ in range(2):  # counting takes nothing away
            assert older(either.database, kind, day, UTC) == 0
            assert older(either.database, kind, day + timedelta(1), UTC) == 1


def test_whole_years_are_kept() -> None:
    assert kept_from(date(2026, 7, 1), 5) == date(2021, 1, 1)
    assert kept_from(date(2028, 2, 29), 1) == date(2027, 1, 1)
