from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event, Thread

import psycopg
import pytest

from stormops.core.entry import News, encode
from stormops.journal import relayed_doors
from stormops.journal.port import JournalUnavailable
from stormops.journal.postgres import PostgresJournal
from stormops.journal.relayed_doors import RelayedDoors
from tests.contract.journal_contract import report


@pytest.fixture
def doors(postgres_url: str) -> Iterator[RelayedDoors]:
    made = RelayedDoors(postgres_url)
    yield made
    made.close()


def places(news: list[News]) -> list[tuple[str, int]]:
    return [(item.door, item.counter) for item in news]


def test_what_was_put_is_drained_once_and_in_order(doors: RelayedDoors) -> None:
    assert doors.drain({}) == []
    assert doors.reached() == {}
    news = [report(1), report(2), report(3)]
    assert doors.put(news) == {"a": 3}
    assert doors.drain({}) == news
    assert places(doors.drain({"a": 2})) == [("a", 3)]
    assert doors.drain({"a": 3}) == []
    assert doors.reached() == {"a": 3}


def test_putting_twice_is_putting_once(doors: RelayedDoors) -> None:
    doors.put([report(1), report(2)])
    assert doors.put([report(1), report(2), report(2), report(3)]) == {"a": 3}
    assert places(doors.drain({})) == [("a", 1), ("a", 2), ("a", 3)]


def test_each_door_gets_its_turn_and_keeps_its_order(doors: RelayedDoors) -> None:
    doors.put([report(i, "b") for i in range(1, 9)])
    doors.put([report(i) for i in range(1, 4)] + [report(1, "c")])
    assert places(doors.drain({}, limit=5)) == [("a", 1), ("b", 1), ("c", 1), ("a", 2), ("b", 2)]
    assert doors.cut
    assert places(doors.drain({"b": 2, "a": 2, "c": 1}, limit=9)) == [("a", 3), *(("b", i) for i in range(3, 9))]
    assert not doors.cut


def test_invariant_12_safety_lanes_come_first(doors: RelayedDoors) -> None:
    doors.put([report(i) for i in range(1, 100)])
    doors.put([report(i, "z.safety") for i in (1, 2)] + [report(1, "b.safety")])
    assert places(doors.drain({}, limit=4)) == [("b.safety", 1), ("z.safety", 1), ("z.safety", 2), ("a", 1)]


def test_what_the_journal_has_is_removed(
    doors: RelayedDoors, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relayed_doors, "REMOVE_EVERY_S", 0)
    doors.put([report(i) for i in range(1, 6)] + [report(1, "b")])
    assert places(doors.drain({"a": 3})) == [("a", 4), ("b", 1), ("a", 5)]
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM relayed").fetchone() == (3,)
    assert doors.put([report(3), report(6)]) == {"a": 6}, "what was removed does not come back"
    assert places(doors.drain({"a": 3, "b": 1})) == [("a", 4), ("a", 5), ("a", 6)]


def test_a_door_runs_ahead_of_the_journal_as_far_as_its_bound_safety_without_one(
    doors: RelayedDoors, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relayed_doors, "AHEAD_MAX", 3)
    news = [report(i, door) for i in range(1, 8) for door in ("a", "a.safety")]
    assert doors.put(news) == {"a": 3, "a.safety": 7}
    assert doors.put(news) == {"a": 3, "a.safety": 7}
    journal = PostgresJournal(postgres_url)
    journal.append_news(doors.drain({}), journal.lead())
    assert doors.put(news) == {"a": 6, "a.safety": 7}
    journal.close()


def test_a_fact_that_cannot_be_read_is_not_passed_over(postgres_url: str) -> None:
    told: list[str] = []
    doors = RelayedDoors(postgres_url, lambda door, _: told.append(door))
    doors.put([report(i) for i in (1, 2, 3)] + [report(1, "b")])
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        change = (
            "UPDATE relayed SET body = %b WHERE door = (SELECT id FROM relay_doors WHERE name = 'a') AND counter = 2"
        )
        connection.execute(change, (b"\xc1",))
        for _ in range(2):
            assert places(doors.drain({})) == [("a", 1), ("b", 1)]
        assert told == ["a"]
        connection.execute(change, (encode(report(2).fact),))
    assert places(doors.drain({})) == [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
    doors.close()


def test_a_relay_stalled_in_its_transaction_delays_its_own_door_alone(postgres_url: str) -> None:
    """No other door waits, nobody skips: not a drain, and not a follower of the journal."""
    relays = {door: RelayedDoors(postgres_url) for door in "ab"}
    operations, journal, follower = (
        RelayedDoors(postgres_url),
        PostgresJournal(postgres_url),
        PostgresJournal(postgres_url),
    )
    epoch = journal.lead()
    relays["a"].put([report(1)])
    with psycopg.connect(postgres_url) as stalled:  # what the relay of a does, up to its commit
        stalled.execute("SELECT 1 FROM relay_doors WHERE name = 'a' FOR UPDATE")
        for number in (2, 3):
            stalled.execute(
                "INSERT INTO relayed SELECT id, %s, 0, %s FROM relay_doors WHERE name = 'a'",
                (number, encode(report(number).fact)),
            )
        stalled.execute("UPDATE relay_doors SET counter = 3 WHERE name = 'a'")
        began = time.monotonic()
        for number in range(1, 21):
            relays["b"].put([report(number, "b")])
            entries = journal.append_news(operations.drain(journal.drained()), epoch)
            assert ("b", number) in [(e.door, e.counter) for e in entries]
        assert time.monotonic() - began < 2, "it did not wait for the one that is stalled"
        seen = follower.read(0)
        another, done = RelayedDoors(postgres_url), Event()  # the same machine's relay, started again meanwhile

        def put_again() -> None:
            another.put([report(2), report(3), report(4)])
            done.set()

        waiting = Thread(target=put_again, daemon=True)
        waiting.start()
        assert not done.wait(0.1), "two relays of one door take turns"
        assert operations.drain(journal.drained()) == []
        stalled.commit()
    assert done.wait(5)
    waiting.join()
    journal.append_news(operations.drain(journal.drained()), epoch)
    seen += follower.read(seen[-1].position)
    assert [e.position for e in seen] == list(range(1, 25))
    assert [e.counter for e in seen if e.door == "a"] == [1, 2, 3, 4]
    assert [e.counter for e in seen if e.door == "b"] == list(range(1, 21))
    for doors in (*relays.values(), operations, another):
        doors.close()
    journal.close()
    follower.close()


def test_without_the_database_it_is_unavailable() -> None:
    doors = RelayedDoors("postgresql://127.0.0.1:1/none")
    for call in (doors.reached, lambda: doors.put([report(1)]), lambda: doors.drain({})):
        with pytest.raises(JournalUnavailable):
            call()
    doors.close()
