from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from stormops.accounts.commands_payment import AuthoriseCard, SettleCard
from stormops.accounts.ledger import JournalState
from stormops.accounts.records_place import Account
from stormops.books.reading import SqlReader, journals
from stormops.books.schema import JOURNAL
from tests.accounts.test_commands_service import bill
from tests.books.desk import opened


def test_a_command_reads_by_keys_and_indexes_only(tmp_path: Path) -> None:
    world = opened(tmp_path / "books.sqlite")
    with world.store.database.reading() as connection:
        reader = SqlReader(connection)
        assert reader.get(Account, "nobody") is None
        assert [each.id for each in reader.where(Account, party="ada")] == ["a1", "a2"]
        for wrong in ({}, {"category": "residential"}, {"party": "ada", "category": "residential"}):
            with pytest.raises(KeyError):
                reader.where(Account, **wrong)
    world.store.close()


def test_a_journal_is_read_as_it_has_ended(tmp_path: Path) -> None:
    world = opened(tmp_path / "books.sqlite")
    bill(world, "a1", 900)
    cards = [world.do(AuthoriseCard(account="a1", number=f"n{n}", cents=300))["receipt"] for n in range(3)]
    world.do(SettleCard(receipt=cards[0], paid=True))
    world.do(SettleCard(receipt=cards[1], paid=False))
    with world.store.database.reading() as connection:
        reader = SqlReader(connection)
        states = [entry.state for key in cards if (entry := reader.journal(key)) is not None]
        assert states == [JournalState.POSTED, JournalState.VOIDED, JournalState.PENDING]
        assert reader.journal("nothing") is None
        assert not reader.reversed(cards[0])
        ids = [entry.id for entry in journals(connection, select(JOURNAL.c.number))]
    assert ids == sorted(ids)
    assert len(ids) == 5
    world.store.close()
