"""The process beside feed: asked over pipes, alone with its work, replaced when it fails, ended when nobody asks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from stormops.feed.follow import NotReady
from stormops.feed.past import process as module
from stormops.feed.past.archive import Answer, Archive, Ask
from stormops.feed.past.process import Helper, serve
from stormops.journal.port import JournalUnavailable
from tests.feed.past.history import history
from tests.feed.past.in_place import archive_of

ROOT = Path(__file__).parents[3]


@contextlib.asynccontextmanager
async def helper(how: str = "good") -> AsyncIterator[Helper]:
    made = Helper([sys.executable, "-m", "tests.feed.past.archive_process", how], {"PYTHONPATH": str(ROOT)})
    try:
        yield made
    finally:
        await made.close()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while not gone(pid):  # noqa: ASYNC110 - another process's end
            await asyncio.sleep(0.02)


async def test_it_is_started_when_asked_and_answers_one_after_another() -> None:
    async with helper() as past:
        assert past.pid is None
        answers = await asyncio.gather(*(past.ask(Ask(kind="n", n=n)) for n in range(4)))
        assert all(msgspec.json.decode(answer.body)["n"] == 0 for answer in answers)
        pid = past.pid
        assert pid is not None
        assert (await past.ask(Ask(kind="incident", name="E-0001"))).status == 404
        assert past.pid == pid
    await until_gone(pid)


async def test_who_goes_away_leaves_the_next_answer_in_its_place() -> None:
    async with helper() as past:
        await past.ask(Ask(kind="n"))
        leaving = asyncio.create_task(past.ask(Ask(kind="marks")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        leaving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leaving
        assert msgspec.json.decode((await past.ask(Ask(kind="n"))).body)["type"] == "snapshot"


async def test_a_killed_one_is_replaced() -> None:
    async with helper() as past:
        await past.ask(Ask(kind="n"))
        pid = past.pid
        assert pid is not None
        os.kill(pid, 9)
        with contextlib.suppress(NotReady):  # unless its end was noticed before
            await past.ask(Ask(kind="n"))
        assert (await past.ask(Ask(kind="n"))).status == 200
        assert past.pid != pid


@pytest.mark.parametrize("how", ["dead", "deaf", "mad"])
async def test_one_that_does_not_answer_is_given_up(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS_MAX", 5.0 if how != "deaf" else 0.5)
    async with helper(how) as past:
        with pytest.raises(NotReady):
            await past.ask(Ask(kind="n"))
        assert past.pid is None


async def test_it_ends_when_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.05)
    async with helper() as past:
        await past.ask(Ask(kind="n"))
        pid = past.pid or 0
        await until_gone(pid)
        monkeypatch.setattr(module, "IDLE_SECONDS", 60)
        assert (await past.ask(Ask(kind="n"))).status == 200


async def test_a_journal_that_is_away_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides in one process: what the archive raises comes out as not ready, and the next question is answered."""
    archive = archive_of(history().day, tmp_path / "marks")
    asked: list[Ask] = []

    def ask(_: Archive, one: Ask) -> Answer:
        asked.append(one)
        if len(asked) == 1:
            raise JournalUnavailable("away")
        return Answer(200, b"{}")

    monkeypatch.setattr(Archive, "ask", ask)
    monkeypatch.setattr(module, "LULL_SECONDS", 0.01)
    to_archive, from_archive = os.pipe(), os.pipe()
    serving = asyncio.create_task(asyncio.to_thread(serve, archive, to_archive[0], from_archive[1]))
    for expected in (503, 200):
        body = msgspec.msgpack.encode(Ask(kind="n"))
        os.write(to_archive[1], len(body).to_bytes(4, "big") + body)
        length = int.from_bytes(await asyncio.to_thread(os.read, from_archive[0], 4), "big")
        answer = msgspec.msgpack.decode(await asyncio.to_thread(os.read, from_archive[0], length), type=Answer)
        assert answer.status == expected
        await asyncio.sleep(0.05)  # a lull: it works ahead
    os.close(to_archive[1])
    await serving
    for descriptor in (to_archive[0], *from_archive):
        os.close(descriptor)
