from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Thread

import psycopg
import pytest

from stormops.journal import postgres
from stormops.journal.port import Fenced, Journal, JournalUnavailable
from stormops.journal.postgres import PostgresJournal
from tests.contract.journal_contract import JournalContract, report
from tests.postgres import Postgres


class TestPostgresJournal(JournalContract):
    @pytest.fixture
    def make(self, new_postgres: Callable[[], str]) -> Callable[[], Journal]:
        return lambda: PostgresJournal(new_postgres())

    @pytest.fixture
    def journal(self, postgres_url: str) -> Iterator[Journal]:
        journal = PostgresJournal(postgres_url)
        yield journal
        journal.close()


def test_what_was_appended_is_there_after_connecting_again(postgres_url: str) -> None:
    journal = PostgresJournal(postgres_url)
    made = journal.append_news([report(1), report(1, "b")], journal.lead())
    journal.close()
    again = PostgresJournal(postgres_url)
    assert again.read(0) == made
    assert again.drained() == {"a": 1, "b": 1}
    with pytest.raises(Fenced):
        again.append_news([report(2)], 0)
    assert again.append_news([report(2)], again.lead())[0].position == 3
    again.close()


def test_for_a_reader_the_journal_is_empty_until_a_leader_made_it(postgres_url: str) -> None:
    reader, writer = PostgresJournal(postgres_url, read_only=True), PostgresJournal(postgres_url)
    assert (reader.read(0), reader.last(), reader.drained()) == ([], 0, {})
    writer.append_news([report(1)], writer.lead())
    assert reader.last() == 1
    with pytest.raises(JournalUnavailable):
        reader.lead()
    reader.close()
    writer.close()


def test_followers_see_positions_in_order_and_without_gaps_while_leaders_change(postgres_url: str) -> None:
    """Two would-be leaders take the journal from each other, whole batches at a time; three follow."""
    last, ended = 400, Event()
    seen: list[list[int]] = [[], [], []]

    def follow_on(positions: list[int]) -> None:
        journal = PostgresJournal(postgres_url, read_only=True)
        while not ended.is_set() or journal.last() > len(positions):
            positions.extend(e.position for e in journal.read(len(positions), limit=7))
        journal.close()

    def lead_on(door: str) -> None:
        journal, counter = PostgresJournal(postgres_url), 0
        while journal.last() < last:
            epoch = journal.lead()
            with suppress(Fenced):
                while journal.last() < last:
                    journal.append_news([report(counter + i, door) for i in range(1, 6)], epoch)
                    counter += 5
        journal.close()

    followers = [Thread(target=follow_on, args=(positions,), daemon=True) for positions in seen]
    leaders = [Thread(target=lead_on, args=(door,), daemon=True) for door in "ab"]
    for thread in followers + leaders:
        thread.start()
    for thread in leaders:
        thread.join()
    ended.set()
    for thread in followers:
        thread.join()
    journal = PostgresJournal(postgres_url)
    entries = journal.read(0)
    assert [e.position for e in entries] == list(range(1, len(entries) + 1))
    assert len({(e.door, e.counter) for e in entries}) == len(entries) >= last
    assert all(positions == list(range(1, len(entries) + 1)) for positions in seen)
    journal.close()


def test_a_commit_whose_answer_was_lost_is_waited_for_before_anything_is_read(postgres_url: str) -> None:
    journal = PostgresJournal(postgres_url)
    journal.append_news([report(1)], journal.lead())
    with psycopg.connect(postgres_url) as lost:  # our earlier connection: its transaction goes on in the server
        lost.execute("UPDATE leader SET heard = heard")
        lost.execute("INSERT INTO entries SELECT 2, 0, 1, 2, 0, 0, body FROM entries")
        journal._database.close()  # the connection is dropped, as after any error
        answers: list[int] = []
        reading = Thread(target=lambda: answers.append(journal.last()), daemon=True)
        reading.start()
        reading.join(0.1)
        assert answers == []
        lost.commit()
    reading.join()
    assert answers == [2]
    journal.close()


def test_another_machine_stands_by_until_the_leader_is_silent(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = PostgresJournal(postgres_url, holder="one"), PostgresJournal(postgres_url, holder="two")
    epoch = one.lead()
    with pytest.raises(JournalUnavailable, match="one leads; this one stands by"):
        two.lead()
    assert one.append_news([report(1)], epoch)
    monkeypatch.setattr(postgres, "LEASE_S", 0.2)
    for _ in range(6):  # what it reads and appends shows that it lives
        time.sleep(0.05)
        one.read(0)
        with pytest.raises(JournalUnavailable):
            two.lead()
    time.sleep(0.25)
    assert two.lead() == epoch + 1
    with pytest.raises(Fenced):
        one.append_news([report(2)], epoch)
    with pytest.raises(JournalUnavailable, match="two leads"):
        one.lead()
    two.close()  # a clean end lets another lead at once
    assert one.lead() == epoch + 2
    again = PostgresJournal(postgres_url, holder="one")
    assert again.lead() == epoch + 3, "the same machine, started again, does not wait for itself"
    one.close()
    assert again.append_news([report(2)], epoch + 3), "who leads no longer releases nothing"
    again.close()


def test_a_damaged_entry_is_unavailable_and_never_passed_over(postgres_url: str) -> None:
    journal = PostgresJournal(postgres_url)
    journal.append_news([report(1), report(2)], journal.lead())
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE entries SET body = '\\x00' WHERE position = 2")
    assert journal.read(0, limit=1)[0].position == 1
    with pytest.raises(JournalUnavailable):
        journal.read(0)
    journal.close()


def test_a_server_that_crashes_loses_nothing_that_was_appended() -> None:
    server = Postgres()
    try:
        server.start()
        journal = PostgresJournal(server.url)
        epoch = journal.lead()
        journal.append_news([report(1)], epoch)
        server.end()
        with pytest.raises(JournalUnavailable):
            journal.append_news([report(2)], epoch)
        server.start()
        assert [e.position for e in journal.append_news([report(1), report(2)], epoch)] == [2]
        journal.close()
    finally:
        server.remove()
