from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stormops.core.entry import MeterEventsReceived, ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.journal import door_files
from stormops.journal.door_file import DoorFile
from stormops.journal.door_files import SAFETY, DoorFiles
from stormops.journal.memory import MemoryJournal
from stormops.journal.port import Offer


def fact(receipt: str) -> ReportReceived:
    return ReportReceived(receipt=receipt, channel=Channel.API, report=Report(symptom=Symptom.TREE, account="1"))


def door(folder: Path, node: int, facts: int, safety: int = 0) -> DoorFile:
    made = DoorFile(folder / f"node-{node:02d}.door", node, lambda: 1_000)
    made.commit([[Offer(fact)]] * facts + [[Offer(fact, safety=True)]] * safety)
    return made


class Reader:
    """A reader that keeps what it was told and where it is."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.files = DoorFiles(folder, lambda name, _: self.told.append(name))
        self.reached: dict[str, int] = {}

    def drain(self, limit: int = 5_000) -> list[tuple[str, int]]:
        news = self.files.drain(self.reached, limit)
        for item in news:
            assert item.counter == self.reached.get(item.door, 0) + 1, "each door in its order, nothing left out"
            self.reached[item.door] = item.counter
        return [(item.door[:7], item.counter) for item in news]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def test_no_doors_no_news(reader: Reader) -> None:
    assert reader.drain() == []
    assert DoorFiles(Path("/nowhere/at/all")).drain({}) == []


def test_news_come_once_and_in_order(tmp_path: Path, reader: Reader) -> None:
    file = door(tmp_path, 1, 3)
    assert reader.drain() == [("node-01", 1), ("node-01", 2), ("node-01", 3)]
    assert reader.drain() == []
    file.commit([[Offer(fact)]])
    assert reader.drain() == [("node-01", 4)]
    file.close()
    assert reader.drain() == []


def test_the_limit_holds_and_each_door_gets_its_share(tmp_path: Path, reader: Reader) -> None:
    files = [door(tmp_path, 1, 100), door(tmp_path, 2, 5), door(tmp_path, 3, 100)]
    first = reader.drain(30)
    assert len(first) == 30
    assert reader.files.cut
    counts = {name: sum(d == name for d, _ in first) for name in ("node-01", "node-02", "node-03")}
    assert counts["node-02"] == 5
    assert min(counts.values()) >= 5
    assert min(counts["node-01"], counts["node-03"]) >= 10
    rest: list[tuple[str, int]] = []
    while page := reader.drain(30):
        assert len(page) <= 30
        rest += page
    assert len(first + rest) == 205
    assert not reader.files.cut
    for file in files:
        file.close()


def large(receipt: str) -> MeterEventsReceived:
    """A body of meter events of about 300 KB."""
    return MeterEventsReceived(
        receipt=receipt, partner="m", meters=["m" * 29] * 10_000, kinds="G" * 10_000, at_ms=[1] * 10_000
    )


def test_a_drain_is_bounded_by_bytes_and_every_door_gets_its_share(tmp_path: Path, reader: Reader) -> None:
    files = [DoorFile(tmp_path / f"node-0{node}.door", node, lambda: 1_000) for node in (1, 2)]
    for file in files:
        file.commit([[Offer(large)]] * 20)  # 6 MB in one commit
        file.commit([[Offer(fact)]] * 30)
    pages, cut = [], []
    while page := reader.drain():
        pages.append(page)
        cut.append(reader.files.cut)
    assert all(cut[:5])
    assert not cut[-1]
    assert all(len(page) <= 8 for page in pages[:5]), "about 2 MB each"
    assert all({door for door, _ in page} == {"node-01", "node-02"} for page in pages[:5])
    assert sum(map(len, pages)) == 100
    for file in files:
        file.close()


def test_a_body_larger_than_the_bound_goes_by_itself(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_files, "DRAIN_BYTES_MAX", 1_000)
    file = DoorFile(tmp_path / "node-01.door", 1, lambda: 1_000)
    for _ in range(2):
        file.commit([[Offer(large)]])
        file.commit([[Offer(fact, safety=True)]])
    assert [len(reader.drain()) for _ in range(3)] == [3, 1, 0]
    file.close()


def test_with_fewer_places_than_doors_every_door_has_its_turn(tmp_path: Path, reader: Reader) -> None:
    files = [door(tmp_path, node, 4) for node in range(5)]
    seen = [reader.drain(2) for _ in range(5)]
    assert {d for page in seen for d, _ in page} == {f"node-0{n}" for n in range(5)}
    assert sum(map(len, seen)) == 10
    for file in files:
        file.close()


def test_an_unreadable_door_is_skipped_told_once_and_tried_again(tmp_path: Path, reader: Reader) -> None:
    file = door(tmp_path, 1, 2)
    (tmp_path / "node-02.door").write_bytes(b"this is no door" * 1000)
    assert len(reader.drain()) == 2
    assert reader.told == ["node-02.door"]
    reader.drain()
    (tmp_path / "node-02.door").unlink()
    second = door(tmp_path, 2, 1)
    assert reader.drain() == [("node-02", 1)]
    assert reader.told == ["node-02.door"]
    file.close()
    second.close()


def test_an_empty_file_is_not_a_door_yet(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "node-01.door").touch()
    assert reader.drain() == []
    assert reader.told == ["node-01.door"]
    file = door(tmp_path, 1, 1)
    assert reader.drain() == [("node-01", 1)]
    file.close()


class Watched(sqlite3.Connection):
    """A connection of a writer: whatever it does next, somebody drains the doors just before."""

    drain: Callable[[], object]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not options.get("uri"):
            self.set_trace_callback(lambda _: Watched.drain())


@pytest.mark.parametrize("left", ["", "node-01.door", "node-01.door.new", "node-01.door-wal", "node-01.door.new-wal"])
def test_a_door_that_is_being_made_is_no_door_yet_and_none_that_cannot_be_read(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    drained: list[tuple[str, int]] = []
    Watched.drain = lambda: drained.extend(reader.drain())
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, **options, factory=Watched))
    if left:  # by one that was killed, or of a door that was taken away
        (tmp_path / left).write_bytes(b"" if left == "node-01.door" else b"half" * 3000)
    file = door(tmp_path, 1, 1)
    drained += reader.drain()
    assert drained == [("node-01", 1)]
    assert reader.told == (["node-01.door"] if left == "node-01.door" else [])
    file.close()
    assert sorted(path.name for path in tmp_path.iterdir() if "new" in path.name) == []


def test_a_fact_that_cannot_be_read_is_not_passed_over(tmp_path: Path, reader: Reader) -> None:
    file = door(tmp_path, 1, 1)
    file.commit([[Offer(fact)]])
    file.commit([[Offer(fact)]])
    other = door(tmp_path, 2, 1)
    file.close()
    raw = sqlite3.connect(tmp_path / "node-01.door")
    body = raw.execute("SELECT body FROM facts WHERE counter = 2").fetchone()[0]
    raw.execute("UPDATE facts SET body = x'c1' WHERE counter = 2")
    raw.commit()
    assert reader.drain() == [("node-02", 1)]
    assert reader.told == ["node-01.door"]
    raw.execute("UPDATE facts SET body = ? WHERE counter = 2", (body,))
    raw.commit()
    raw.close()
    assert [counter for _, counter in reader.drain()] == [1, 2, 3]
    other.close()


def test_a_door_made_anew_under_the_same_name_counts_from_one_again(tmp_path: Path, reader: Reader) -> None:
    door(tmp_path, 1, 5).close()
    assert len(reader.drain()) == 5
    (tmp_path / "node-01.door").unlink()
    file = door(tmp_path, 1, 2)
    assert reader.drain() == [("node-01", 1), ("node-01", 2)]  # another door to the journal: nothing is swallowed
    assert len(reader.reached) == 2
    file.close()


def test_reading_never_stands_in_the_writers_way(tmp_path: Path) -> None:
    file = door(tmp_path, 1, 10)
    readers = [Reader(tmp_path) for _ in range(3)]
    for i in range(30):
        file.commit([[Offer(fact)]])
        assert len(readers[i % 3].drain()) > 0
    file.close()
    assert not any(r.told for r in readers)


def test_draining_into_a_journal_until_there_is_no_more(tmp_path: Path) -> None:
    files = [door(tmp_path, 1, 57), door(tmp_path, 2, 13)]
    journal, doors = MemoryJournal(), DoorFiles(tmp_path)
    epoch = journal.lead()
    while news := doors.drain(journal.drained(), limit=10):
        journal.append_news(news, epoch)
    assert journal.last() == 70
    assert sorted(journal.drained().values()) == [13, 57]
    doors.close()
    for file in files:
        file.close()


def test_invariant_12_safety_lanes_come_first_whatever_waits(tmp_path: Path) -> None:
    files = [door(tmp_path, 1, 500, 7), door(tmp_path, 2, 500), door(tmp_path, 3, 0, 30)]
    reader = DoorFiles(tmp_path)
    reached: dict[str, int] = {}
    first = reader.drain(reached, 20)
    reached |= {n.door: n.counter for n in first}
    assert all(n.door.endswith(SAFETY) for n in first)
    assert sum(n.door.startswith("node-01") for n in first) == 7, "each door has its share of the safety places too"
    second = reader.drain(reached, 20)
    assert [n.door.endswith(SAFETY) for n in second] == [True] * 17 + [False] * 3
    reached |= {n.door: n.counter for n in second}
    files[1].commit([[Offer(fact, safety=True)]])  # the newest of all, behind a thousand
    assert reader.drain(reached, 20)[0].door.startswith("node-02")
    reader.close()
    for file in files:
        file.close()


def test_a_lane_that_cannot_be_read_is_told_once_and_does_not_hold_the_other(tmp_path: Path, reader: Reader) -> None:
    file = door(tmp_path, 1, 2, 1)
    with sqlite3.connect(tmp_path / "node-01.door") as raw:
        raw.execute("UPDATE facts SET body = x'c1' WHERE counter = 2")
    raw.close()
    assert reader.drain() == [("node-01", 1)]
    file.commit([[Offer(fact, safety=True)]])
    assert reader.drain() == [("node-01", 2)]
    assert reader.told == ["node-01.door"]
    file.close()


def test_a_door_of_schema_1_drains_before_and_after_it_gets_its_safety_lane(tmp_path: Path, reader: Reader) -> None:
    file = door(tmp_path, 1, 3)
    file.close()
    with sqlite3.connect(tmp_path / "node-01.door") as raw:
        raw.executescript("DROP TABLE safety; UPDATE meta SET value = 1 WHERE name = 'schema'")
    raw.close()
    assert len(reader.drain(2)) == 2
    file = door(tmp_path, 1, 1, 1)  # its writer starts again, of this version
    assert reader.drain() == [("node-01", 1), ("node-01", 3), ("node-01", 4)]
    assert len(reader.reached) == 2
    file.close()
