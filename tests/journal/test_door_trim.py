"""What is deleted from a door was needed by nobody: receipts, keys and news stay exact."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from stormops.core.entry import ContactPreference, ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.journal import door_trim
from stormops.journal.door_file import DoorFile
from stormops.journal.door_files import SAFETY, DoorFiles
from stormops.journal.draft import WINDOW_MS
from stormops.journal.memory import MemoryJournal
from stormops.journal.port import Kept, Offer

ROOT = Path(__file__).parents[2]
DAY_MS = 86_400_000
START_MS = 1_700_000_000_000


class Now:
    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        return self.ms


def report(receipt: str) -> ReportReceived:
    report = Report(symptom=Symptom.LIGHTS_OUT, note="x" * 200)
    return ReportReceived(receipt=receipt, channel=Channel.API, report=report)


class Trimmed:
    """A door, and a journal that drains it."""

    def __init__(self, folder: Path) -> None:
        self.now = Now()
        self.path = folder / "node-01.door"
        self.file = DoorFile(self.path, 1, self.now)
        self.file.open()
        self.files = DoorFiles(folder)
        self.journal = MemoryJournal()
        self.epoch = self.journal.lead()
        self.receipts: list[str] = []

    def keep(self, key: str, *, safety: bool = False) -> Kept:
        (answer,) = self.file.commit([[Offer(report, "ann", key, b"", safety)]])
        assert isinstance(answer, list)
        self.receipts += [answer[0].receipt] * (not answer[0].repeated)
        return answer[0]

    def drain(self) -> None:
        while news := self.files.drain(self.journal.drained()):
            self.journal.append_news(news, self.epoch)

    def trim(self, drained: dict[str, int] | None = None, days: float = 7) -> int:
        """Until nothing more leaves; gives how many rows left."""
        steps = 0
        while left := self.file.trim(self.journal.drained() if drained is None else drained, round(days * DAY_MS)):
            steps += left
        return steps

    def again(self) -> None:
        """The process was started again."""
        self.file.close()
        self.file = DoorFile(self.path, 1, self.now)

    def rows(self, table: str) -> list[int]:
        with sqlite3.connect(self.path) as raw:
            found = [counter for (counter,) in raw.execute(f"SELECT counter FROM {table} ORDER BY counter")]  # noqa: S608 - a table's name
        raw.close()
        return found

    def close(self) -> None:
        self.files.close()
        self.file.close()


@pytest.fixture
def door(tmp_path: Path) -> Trimmed:
    return Trimmed(tmp_path)


def test_only_what_is_drained_and_old_leaves_and_each_lanes_last_row_stays(door: Trimmed) -> None:
    for number in range(6):
        door.keep(f"{number}", safety=number % 3 == 2)
    door.now.ms += 8 * DAY_MS
    door.keep("new")
    door.now.ms += DAY_MS
    door.keep("newer")
    assert door.trim({}) == 6, "keys alone: nothing is in the journal yet"
    assert door.rows("facts") == [1, 2, 3, 4, 5, 6]
    door.drain()
    drained = door.journal.drained()
    door_name = next(name for name in drained if not name.endswith(SAFETY))
    assert door.trim({door_name: 2}) == 2
    assert door.rows("facts") == [3, 4, 5, 6]
    assert door.trim() == 3
    assert (door.rows("facts"), door.rows("safety")) == ([5, 6], [2])
    door.keep("more", safety=True)
    door.drain()
    assert sorted(e.counter for e in door.journal.read(0) if e.door == door_name) == [1, 2, 3, 4, 5, 6]
    door.close()


def test_receipts_and_keys_are_the_same_as_without_trimming(tmp_path: Path) -> None:
    """Against a twin that never trims: each answer, over weeks, with restarts and clocks that jump."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    door, twin = Trimmed(tmp_path / "a"), Trimmed(tmp_path / "b")
    chance = random.Random(5)
    for turn in range(120):
        hours = chance.choice([0, 0, 1, 5, 20, 40, -2])
        door.now.ms = twin.now.ms = door.now.ms + hours * 3_600_000
        key, safety = f"{chance.randrange(40)}", chance.random() < 0.2
        kept, same = door.keep(key, safety=safety), twin.keep(key, safety=safety)
        assert (kept.counter, kept.recorded_ms, kept.repeated) == (same.counter, same.recorded_ms, same.repeated)
        if turn % 3 == 0:
            door.drain()
            door.file.trim(door.journal.drained(), WINDOW_MS)
        if chance.random() < 0.1:
            door.again()
            twin.again()
    assert len(set(door.receipts)) == len(door.receipts)
    door.drain()
    twin.drain()
    # A twin's receipts are of another key; what was said, when and in which place is the same.
    assert [(e.counter, e.recorded_ms) for e in door.journal.read(0, 10_000) if not e.door.endswith(SAFETY)] == [
        (e.counter, e.recorded_ms) for e in twin.journal.read(0, 10_000) if not e.door.endswith(SAFETY)
    ]
    assert len(door.rows("facts")) < len(twin.rows("facts")) / 2
    door.close()
    twin.close()


def test_counters_go_on_after_everything_old_left_and_a_restart(door: Trimmed) -> None:
    for number in range(5):
        door.keep(f"{number}", safety=number == 4)
    door.drain()
    door.now.ms += 30 * DAY_MS
    door.file.probe()
    door.keep("late")
    door.drain()
    door.trim()
    door.again()
    assert door.keep("later").counter == 7
    assert door.keep("0").repeated is False, "thirty days on the key is free again"
    assert len(set(door.receipts)) == 8
    door.close()


def test_a_clock_far_ahead_makes_nothing_old(door: Trimmed) -> None:
    door.keep("a")
    door.keep("b")
    door.drain()
    door.now.ms += 365 * DAY_MS
    assert door.trim() == 0
    door.now.ms -= 365 * DAY_MS
    assert door.keep("a").repeated
    door.close()


def test_a_row_of_a_clock_that_was_wrong_holds_up_nothing_behind_it(door: Trimmed) -> None:
    door.keep("a")
    door.now.ms += 900 * DAY_MS
    door.keep("wrong")
    door.now.ms -= 900 * DAY_MS
    for number in range(4):
        door.keep(f"{number}")
    door.now.ms += 20 * DAY_MS
    door.keep("now")
    door.drain()
    door.trim()
    assert door.rows("facts") == [2, 7]
    door.close()


def test_what_was_said_of_texting_stays(door: Trimmed) -> None:
    def preference(_receipt: str) -> ContactPreference:
        return ContactPreference(phone="19415550100", stopped=True, word="STOP")

    door.keep("a")
    door.file.commit([[Offer(preference)]])
    door.keep("b")
    door.now.ms += 8 * DAY_MS
    door.keep("c")
    door.drain()
    door.trim()
    door.again()
    assert door.trim() == 0
    assert door.rows("facts") == [2, 4]
    assert [type(n.fact) for n in door.files.drain({})] == [ContactPreference, ReportReceived]
    door.close()


def test_room_is_used_again(door: Trimmed) -> None:
    """Forty days of the same traffic take no more room than the first ten."""
    sizes = []
    for day in range(40):
        for part in range(4):
            door.file.commit([[Offer(report, "ann", f"{day}-{part}-{n}", b"")] for n in range(40)])
        door.now.ms += DAY_MS
        door.drain()
        door.trim()
        with sqlite3.connect(door.path) as raw:
            sizes += [pages for (pages,) in raw.execute("PRAGMA page_count")]
        raw.close()
    door.file.close()
    assert max(sizes[10:]) <= 1.1 * max(sizes[:10])
    assert len(door.rows("facts")) <= 8 * 4
    assert len(door.rows("key_rows")) <= 9 * 4
    door.close()


def test_a_step_is_bounded_by_rows_and_by_bytes(door: Trimmed, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        door.keep(f"{number}")
    door.drain()
    door.now.ms += 9 * DAY_MS
    door.keep("now")
    monkeypatch.setattr(door_trim, "ROWS_MAX", 7)
    assert door.file.trim(door.journal.drained(), WINDOW_MS) == 14, "seven facts and seven rows of keys"
    monkeypatch.setattr(door_trim, "BYTES_MAX", 600)
    assert 4 < door.file.trim(door.journal.drained(), WINDOW_MS) < 14
    assert door.trim() > 0
    assert door.rows("facts") == [41]
    door.close()


WRITER = """
import sys
from pathlib import Path
from stormops.journal import door_trim
from stormops.journal.door_file import DoorFile
from stormops.journal.port import Offer
from tests.journal.test_door_trim import DAY_MS, report
door_trim.ROWS_MAX = 3
now = [int(sys.argv[2])]
file = DoorFile(Path(sys.argv[1]), 1, lambda: now[0])
file.open()
lane = file._identity
for number in range(1_000_000):
    now[0] += DAY_MS // 8
    (kept,), = file.commit([[Offer(report, "ann", f"{now[0]}", b"", number % 5 == 0)]])
    print(kept.receipt, kept.counter, now[0], flush=True)
    file.trim({lane: 10**9, lane + ".safety": 10**9}, 7 * DAY_MS)
"""


def test_kill_9_between_steps_loses_no_key_and_gives_no_receipt_twice(tmp_path: Path) -> None:
    path, now, given = tmp_path / "node-01.door", START_MS, list[tuple[str, int, int]]()
    chance = random.Random(3)
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(now)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        ) as writer:
            assert writer.stdout is not None
            given_before = len(given)
            more = chance.randrange(40, 60)
            for line in writer.stdout:
                if line.endswith("\n"):
                    words = line.split()
                    given.append((words[0], int(words[1]), int(words[2])))
                if len(given) >= given_before + more:
                    writer.send_signal(signal.SIGKILL)
        now = given[-1][2]
        file = DoorFile(path, 1, lambda: given[-1][2])
        for receipt, _, at_ms in given:  # every key within the window stands for its receipt, no other does
            if now - at_ms <= WINDOW_MS:
                (kept,) = file.commit([[Offer(report, "ann", f"{at_ms}", b"")]])[0]  # type: ignore[misc]
                assert kept.repeated
                assert kept.receipt == receipt
        file.close()
    assert len({receipt for receipt, _, _ in given}) == len(given)
    assert [counter for _, counter, _ in given] == sorted({counter for _, counter, _ in given})
    assert given[-1][1] > 160, "older ones were deleted on the way"
    with sqlite3.connect(path) as raw:
        ((integrity,),) = raw.execute("PRAGMA integrity_check").fetchall()
        ((rows,),) = raw.execute("SELECT count(*) FROM facts").fetchall()
    raw.close()
    assert integrity == "ok"
    assert rows < 80 < given[-1][1] / 2
