from __future__ import annotations

import asyncio
import resource
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from stormops.clock import Clock
from stormops.core.entry import News, ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.journal import door as door_module
from stormops.journal.door import BATCH_MAX, SAFETY_RESERVE, WAITING_MAX, Door, WrongDoor
from stormops.journal.door_files import DoorFiles
from stormops.journal.port import DoorBusy, JournalUnavailable, Kept, KeyReused
from stormops.journal.receipt import normalise
from tests.doors import held

ROOT = Path(__file__).parents[2]


def fact(receipt: str) -> ReportReceived:
    report = Report(symptom=Symptom.LIGHTS_OUT, address="12 Main St", note="x" * 500)
    return ReportReceived(receipt=receipt, channel=Channel.API, report=report)


def on_disk(folder: Path) -> list[News]:
    reader = DoorFiles(folder)
    news = reader.drain({}, limit=10**6)
    reader.close()
    return news


class Told:
    """What a door's hooks were told."""

    def __init__(self) -> None:
        self.commits = 0
        self.sizes: list[int] = []
        self.seconds: list[float] = []
        self.trouble: list[str] = []

    def committed(self) -> None:
        self.commits += 1

    def measured(self, facts: int, seconds: float) -> None:
        self.sizes.append(facts)
        self.seconds.append(seconds)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def door(tmp_path: Path, told: Told) -> AsyncIterator[Door]:
    made = Door(
        tmp_path / "node-07.door",
        7,
        Clock(),
        committed=told.committed,
        measured=told.measured,
        trouble=told.trouble.append,
    )
    yield made
    made.close()


@contextmanager
def no_room() -> Iterator[None]:
    """The kernel refuses every write to a file of this process, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def some_turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def kept(answer: Kept | KeyReused) -> Kept:
    assert isinstance(answer, Kept)
    return answer


async def test_what_has_a_receipt_is_on_disk(door: Door, tmp_path: Path) -> None:
    answers = [kept(await door.keep(fact)) for _ in range(3)]
    assert [a.counter for a in answers] == [1, 2, 3]
    assert [normalise(a.receipt) for a in answers] == [a.receipt for a in answers]
    assert all(a.receipt.startswith("07-") for a in answers)
    news = on_disk(tmp_path)
    assert [(n.counter, n.recorded_ms) for n in news] == [(a.counter, a.recorded_ms) for a in answers]
    assert [n.fact for n in news] == [fact(a.receipt) for a in answers]


async def test_the_log_is_synced_at_each_commit(door: Door) -> None:
    await door.keep(fact)
    connection = door._file._connection
    assert connection is not None
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_the_next_commit_takes_everything_that_waited(door: Door, told: Told) -> None:
    with held(door):
        first = asyncio.create_task(door.keep(fact))
        await some_turns()
        rest = [asyncio.create_task(door.keep(fact)) for _ in range(50)]
        await some_turns()
        assert door.waiting == 50
    await asyncio.gather(first, *rest)
    assert told.sizes == [1, 50]
    assert told.commits == 2
    assert all(0 <= s < 60 for s in told.seconds)


async def test_the_event_loop_goes_on_while_the_disk_does_not(door: Door) -> None:
    with held(door):
        task = asyncio.create_task(door.keep(fact))
        await asyncio.wait_for(asyncio.sleep(0.01), 5)
        assert not task.done()
    assert kept(await task).counter == 1


async def test_invariant_12_safety_facts_are_committed_before_others_that_came_earlier(door: Door, told: Told) -> None:
    with held(door):
        first = asyncio.create_task(door.keep(fact))
        await some_turns()
        ordinary = [asyncio.create_task(door.keep(fact)) for _ in range(BATCH_MAX + 100)]
        await some_turns()
        safety = [asyncio.create_task(door.keep(fact, safety=True)) for _ in range(5)]
        await some_turns()
    answers = [kept(a) for a in await asyncio.gather(*safety)]
    assert [a.counter for a in answers] == [2, 3, 4, 5, 6]
    await asyncio.gather(first, *ordinary)
    assert told.sizes == [1, BATCH_MAX, 105]


async def test_invariant_8_at_the_bound_newcomers_are_told_to_come_back_and_safety_has_a_reserve(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "STALL_S", 1000)
    with held(door):
        waiting = [asyncio.create_task(door.keep(fact))]  # in flight
        await some_turns()
        waiting += [asyncio.create_task(door.keep(fact)) for _ in range(WAITING_MAX)]
        await some_turns()
        assert door.waiting == WAITING_MAX
        with pytest.raises(DoorBusy) as busy:
            await door.keep(fact)
        assert busy.value.retry_after_s > 0
        waiting += [asyncio.create_task(door.keep(fact, safety=True)) for _ in range(SAFETY_RESERVE)]
        await some_turns()
        with pytest.raises(DoorBusy):
            await door.keep(fact, safety=True)
        assert door.waiting == WAITING_MAX + SAFETY_RESERVE
    answers = [kept(a) for a in await asyncio.gather(*waiting)]
    assert {a.counter for a in answers} == set(range(1, WAITING_MAX + SAFETY_RESERVE + 2))
    assert kept(await door.keep(fact)).counter == WAITING_MAX + SAFETY_RESERVE + 2


async def test_invariant_8_behind_a_disk_that_hangs_nobody_queues(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "STALL_S", 0.01)
    with held(door):
        first = asyncio.create_task(door.keep(fact))
        await asyncio.sleep(0.05)
        with pytest.raises(DoorBusy):
            await door.keep(fact, safety=True)
        with pytest.raises(DoorBusy):
            await door.check()
    assert kept(await first).counter == 1
    assert kept(await door.keep(fact)).counter == 2


async def test_a_full_disk_acknowledges_nothing_and_is_over_when_there_is_room(
    door: Door, told: Told, tmp_path: Path
) -> None:
    before = kept(await door.keep(fact))
    with no_room():
        results = await asyncio.gather(*(door.keep(fact) for _ in range(40)), return_exceptions=True)
        assert all(isinstance(r, JournalUnavailable) for r in results)
        with pytest.raises(JournalUnavailable):
            await door.check()
    assert len(told.trouble) == 1, "it is told once, not for every fact"
    after = kept(await door.keep(fact))
    await door.check()
    assert [n.counter for n in on_disk(tmp_path)] == [before.counter, after.counter]
    with no_room(), pytest.raises(JournalUnavailable):
        await door.keep(fact)
    assert len(told.trouble) == 2


async def test_a_folder_that_is_not_there_is_unavailable_until_it_is(tmp_path: Path) -> None:
    door = Door(tmp_path / "disk" / "node-01.door", 1, Clock())
    with pytest.raises(JournalUnavailable):
        await door.keep(fact)
    (tmp_path / "disk").mkdir()
    assert kept(await door.keep(fact)).counter == 1
    door.close()


@pytest.mark.parametrize("suffix", ["", "-wal"])
async def test_a_door_removed_under_its_writer_acknowledges_nothing(door: Door, tmp_path: Path, suffix: str) -> None:
    await door.keep(fact)
    (tmp_path / f"node-07.door{suffix}").unlink()
    with pytest.raises(JournalUnavailable):
        await door.keep(fact)
    answer = kept(await door.keep(fact))
    assert fact(answer.receipt) in [n.fact for n in on_disk(tmp_path)]


async def test_one_process_a_door(door: Door, tmp_path: Path) -> None:
    script = f"""
import asyncio, sys; sys.path.insert(0, "src")
from pathlib import Path
from stormops.clock import Clock
from stormops.journal.door import Door
from stormops.journal.port import JournalUnavailable
async def main():
    door = Door(Path({str(tmp_path / "node-07.door")!r}), 7, Clock())
    try:
        await door.check()
    except JournalUnavailable as error:
        print(error)
    door.close()
asyncio.run(main())
"""
    await door.check()
    there = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "another process" in there.stdout


async def test_another_nodes_door_is_refused_at_the_start(door: Door, tmp_path: Path) -> None:
    await door.check()
    door.close()
    with pytest.raises(WrongDoor, match="node 7"):
        Door(tmp_path / "node-07.door", 8, Clock())


async def test_counters_and_receipts_go_on_after_a_restart(door: Door, tmp_path: Path) -> None:
    first = [kept(await door.keep(fact, sender="s", key=str(i))) for i in range(5)]
    door.close()
    again = Door(tmp_path / "node-07.door", 7, Clock())
    assert kept(await again.keep(fact)).counter == 6
    repeated = kept(await again.keep(fact, sender="s", key="3"))
    assert repeated == first[3]._replace(repeated=True)
    again.close()


async def test_a_request_that_goes_away_harms_nobody(door: Door, tmp_path: Path) -> None:
    with held(door):
        tasks = [asyncio.create_task(door.keep(fact)) for _ in range(3)]
        await some_turns()
        tasks[1].cancel()
        await some_turns()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(d) for d in done] == [Kept, asyncio.CancelledError, Kept]
    assert len(on_disk(tmp_path)) == 3


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_bug_on_the_writer_thread_ends_the_process(tmp_path: Path) -> None:
    ended = Event()
    door = Door(tmp_path / "node-01.door", 1, Clock(), bug=ended.set)

    def broken(receipt: str) -> ReportReceived:
        raise ZeroDivisionError(receipt)

    task = asyncio.create_task(door.keep(broken))
    assert await asyncio.to_thread(ended.wait, 10)
    task.cancel()
    door.close()
    assert on_disk(tmp_path) == []


async def test_closing_keeps_what_is_in_flight_and_turns_the_rest_away(tmp_path: Path) -> None:
    door = Door(tmp_path / "node-01.door", 1, Clock())
    with held(door):
        task = asyncio.create_task(door.keep(fact))
        await some_turns()
        late = [asyncio.create_task(door.keep(fact, safety=bool(i % 2))) for i in range(4)]
        await some_turns()
        closing = asyncio.create_task(asyncio.to_thread(door.close))
        while not door._closed:  # noqa: ASYNC110  # set on the other thread
            await asyncio.sleep(0.001)
    await closing
    assert kept(await task).counter == 1
    ends = await asyncio.gather(*late, return_exceptions=True)
    assert [type(end) for end in ends] == [JournalUnavailable] * 4
    with pytest.raises(JournalUnavailable):
        await door.keep(fact)
    assert len(on_disk(tmp_path)) == 1


async def test_invariant_1_kill_9_at_any_moment_loses_nothing_that_has_a_receipt(tmp_path: Path) -> None:
    script = f"""
import asyncio, sys; sys.path.insert(0, "src")
from pathlib import Path
from stormops.clock import Clock
from stormops.core.entry import ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.journal.door import Door
REPORT = Report(symptom=Symptom.LIGHTS_OUT, address="12 Main St", note="x" * 1000)
async def client(door, name):
    for i in range(10**6):
        kept = await door.keep(lambda r: ReportReceived(receipt=r, channel=Channel.API, report=REPORT),
                               sender=name, key=str(i))
        sys.stdout.write(f"{{kept.receipt}}\\n"); sys.stdout.flush()
async def main():
    door = Door(Path({str(tmp_path / "node-01.door")!r}), 1, Clock())
    await asyncio.gather(*(client(door, f"{{sys.argv[1]}}/{{i}}") for i in range(8)))
asyncio.run(main())
"""

    def one_life(number: int) -> set[str]:
        command = [sys.executable, "-c", script, str(number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(40 + 311 * number)]  # killed ever later in its life
            process.kill()
            return {line.strip() for line in lines + process.stdout.readlines() if line.endswith("\n")}

    acknowledged: set[str] = set()
    for number in range(3):
        life = await asyncio.to_thread(one_life, number)
        assert len(life) >= 40
        assert not life & acknowledged, "a receipt was given twice"
        acknowledged |= life
    news = on_disk(tmp_path)
    receipts = [n.fact.receipt for n in news if isinstance(n.fact, ReportReceived)]
    assert acknowledged <= set(receipts)
    assert len(set(receipts)) == len(receipts)
    assert [n.counter for n in news] == list(range(1, len(news) + 1))
    with sqlite3.connect(tmp_path / "node-01.door") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
