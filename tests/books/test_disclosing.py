from __future__ import annotations

import pytest

from stormops.accounts.commands_cash import OpenDrawer
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.commands_work import TakeTicket
from stormops.accounts.disclosure import Seen
from stormops.books import disclosing as module
from stormops.books.disclosing import events, position_of
from stormops.books.store import Books
from tests.books.desk import SqlWorld

EVER = 10**14


def found(books: Books, position: int, since_ms: int = 0, until_ms: int = EVER) -> list[Seen]:
    return list(events(books.database, position, since_ms, until_ms))


def test_every_event_comes_once_with_what_was_asked_and_what_it_posted(
    either: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    world = SqlWorld(either)
    for number in range(3):
        world.do(TakeTicket(ticket=f"t{number}", topic="billing"))
    paid = world.do(TakePayment(account="a1", number="1", cents=100, tender="bank"))
    position = either.position()
    assert position_of(either.database, paid["key"]) == position
    assert position_of(either.database, "never") is None
    first = found(either, position)
    assert [each.position for each in first] == list(range(1, position + 1))
    assert [each.event.command for each in first] == ["load", *["take_ticket"] * 3, "take_payment"]
    (entry,) = first[-1].entries
    assert (entry.state, [line.cents for line in entry.lines]) == ("posted", [100, 100])
    assert first[1].body["ticket"] == "t0"
    assert first[0].body == {}


def test_the_same_position_gives_the_same_however_the_books_went_on(either: Books) -> None:
    world = SqlWorld(either)
    drawer = world.do(OpenDrawer())["drawer"]
    world.do(TakePayment(account="a1", number="1", cents=100, tender="cash", drawer=drawer))
    position = either.position()
    first = found(either, position)
    world.do(TakePayment(account="a1", number="2", cents=5, tender="cash", drawer=drawer))
    assert found(either, position) == first
    last = first[-1].event.at_ms
    assert found(either, position, last, last + 1) == first[-1:]
    assert found(either, position, last + 1) == []


def test_a_refused_command_is_there_and_posted_nothing(either: Books) -> None:
    world = SqlWorld(either)
    world.refused(TakePayment(account="nobody", number="1", cents=100, tender="bank"))
    (last,) = found(either, either.position())[-1:]
    assert last.event.outcome == "unknown_account"
    assert (last.entries, last.bills, last.requests) == ((), [], [])
