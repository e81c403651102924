from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Thread

import pytest

from stormops.core.entry import Tick
from stormops.journal.port import Fenced, Journal, JournalUnavailable
from stormops.journal.sqlite import SqliteJournal
from tests.contract.journal_contract import JournalContract, report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


class TestSqliteJournal(JournalContract):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Callable[[], Journal]:
        numbers = count()
        return lambda: SqliteJournal(tmp_path / f"{next(numbers)}.sqlite")

    @pytest.fixture
    def journal(self, path: Path) -> Iterator[Journal]:
        journal = SqliteJournal(path)
        yield journal
        journal.close()


def test_what_was_appended_is_there_after_opening_again(path: Path) -> None:
    journal = SqliteJournal(path)
    made = journal.append_news([report(1), report(1, "b")], journal.lead())
    journal.close()
    again = SqliteJournal(path)
    assert again.read(0) == made
    assert again.drained() == {"a": 1, "b": 1}
    with pytest.raises(Fenced):
        again.append_news([report(2)], 0)
    assert again.append_news([report(2)], again.lead())[0].position == 3
    again.close()


def test_every_entry_read_was_appended_however_many_readers_look_on(path: Path) -> None:
    writer, reader = SqliteJournal(path), SqliteJournal(path, read_only=True)
    epoch = writer.lead()
    seen: list[int] = []

    def read_on() -> None:
        while len(seen) < 500:
            seen.extend(e.position for e in reader.read(seen[-1] if seen else 0, limit=7))

    thread = Thread(target=read_on)
    thread.start()
    slowest = 0.0
    for i in range(1, 101):
        started = time.perf_counter()
        writer.append_news([report(5 * i + j) for j in range(5)], epoch)
        slowest = max(slowest, time.perf_counter() - started)
    thread.join()
    assert seen == list(range(1, 501))
    assert slowest < 4.0, "a reader stood in the writer's way (its time-out is 5 s)"
    writer.close()
    reader.close()


def test_a_reader_in_the_middle_of_a_page_does_not_hold_the_writer(path: Path) -> None:
    writer = SqliteJournal(path)
    epoch = writer.lead()
    writer.append_news([report(i) for i in range(1, 100)], epoch)
    reader = sqlite3.connect(path)
    cursor = reader.execute("SELECT * FROM entries")
    cursor.fetchone()
    started = time.perf_counter()
    writer.append_news([report(100)], epoch)
    assert time.perf_counter() - started < 1
    assert len(cursor.fetchall()) == 98  # and the reader's picture is of one moment
    reader.close()
    writer.close()


def test_for_a_reader_the_journal_is_empty_until_a_leader_made_it(path: Path) -> None:
    reader = SqliteJournal(path, read_only=True)
    assert (reader.read(0), reader.last(), reader.drained()) == ([], 0, {})
    assert not path.exists()
    writer = SqliteJournal(path)
    writer.append_news([report(1)], writer.lead())
    assert reader.last() == 1
    reader.close()
    writer.close()


def test_a_reader_cannot_write(path: Path) -> None:
    SqliteJournal(path).lead()
    reader = SqliteJournal(path, read_only=True)
    with pytest.raises(JournalUnavailable):
        reader.lead()
    reader.close()


def test_a_journal_that_cannot_be_opened_is_unavailable_and_works_once_it_can(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "not yet" / "journal.sqlite")
    with pytest.raises(JournalUnavailable):
        journal.lead()
    (tmp_path / "not yet").mkdir()
    assert journal.append_news([report(1)], journal.lead())[0].position == 1
    journal.close()


def test_a_full_disk_leaves_nothing_half_done(path: Path) -> None:
    journal = SqliteJournal(path)
    epoch = journal.lead()
    journal.append_news([report(1)], epoch)
    assert journal._connection is not None
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own SQLITE_FULL
    with pytest.raises(JournalUnavailable, match="full"):
        journal.append_news([report(i) for i in range(2, 2000)], epoch)
    assert journal.last() == 1
    assert len(journal.append_news([report(i) for i in range(2, 2000)], epoch)) == 1998  # opened anew: room again
    journal.close()


def test_a_damaged_entry_is_unavailable_and_never_passed_over(path: Path) -> None:
    journal = SqliteJournal(path)
    journal.append_news([report(1), report(2)], journal.lead())
    journal.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE entries SET body = x'00' WHERE position = 2")
    raw.close()
    again = SqliteJournal(path)
    assert again.read(0, limit=1)[0].position == 1
    with pytest.raises(JournalUnavailable):
        again.read(0)
    again.close()


def test_a_killed_leader_leaves_whole_ticks_only(path: Path) -> None:
    script = f"""
import sys; sys.path.insert(0, "src")
from pathlib import Path
from stormops.core.entry import Decided, Tick
from stormops.journal.sqlite import SqliteJournal
journal = SqliteJournal(Path({str(path)!r}))
epoch = journal.lead()
for n in range(1, 100000):
    made = journal.append_facts(n, [Tick(number=n, at_ms=n)] * 20 + [Decided(tick=n, through=0)], n, epoch)
    print(made[-1].position, flush=True)
"""
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        lines = [int(process.stdout.readline()) for _ in range(30)]
        process.kill()
        lines += [int(line) for line in process.stdout.read().split(b"\n")[:-1]]
    journal = SqliteJournal(path)
    entries = journal.read(0, limit=10**6)
    assert len(entries) >= lines[-1]
    assert len(entries) % 21 == 0
    assert [e.position for e in entries] == list(range(1, len(entries) + 1))
    tick = entries[-1].tick
    assert journal.append_facts(tick + 1, [Tick(number=tick + 1, at_ms=0)], 0, journal.lead())
    journal.close()
