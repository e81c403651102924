from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from stormops.core.mode import Mode
from stormops.feed.board import Board
from stormops.feed.follow import Follower, NotReady
from stormops.feed.publish import publisher as publisher_module
from stormops.feed.publish.publisher import HAND_FILE, LOCK_FILE, Publisher, Ways
from stormops.feed.publish.store import Store
from stormops.feed.transit_alerts import Source, Told
from stormops.pages.words import words
from stormops.telemetry import Log, Metrics
from tests.core.storm_day import StormDay
from tests.feed.publish.trees import files_of, partition, pointer, storm_day, taker, tree_of

LIVE = 0.2


class Asked:
    """A follower that has caught up; `refusals` times it has not."""

    def __init__(self, day: StormDay, refusals: int = 0) -> None:
        self.day = day
        self.refusals = refusals

    async def ask(self, question: Callable[[Any, Any], Any], *, whole: bool = False) -> Any:
        assert whole
        if self.refusals:
            self.refusals -= 1
            raise NotReady

        class Whole:
            situation = self.day.situation
            at_ms = self.day.situation.at_ms

        return question(Whole(), None)


class Published:
    def __init__(self, folder: Path, day: StormDay) -> None:
        self.folder, self.day = folder / "public", day
        self.data = folder
        self.share = 0.0
        self.metrics = Metrics()
        self.asked = Asked(day)

    def buses(self, now_ms: int) -> Told:
        return Told([], 0, Source("StarLine", now_ms, now_ms + 600_000), feed_old=False)

    def publisher(self) -> Publisher:
        parted = partition(self.day)
        ways = Ways(
            taker(self.day, parted),
            lambda store: tree_of(self.day, store.folder, parted, lambda: 0.0),
            lambda: {"areas": b"{}"},
            lambda: self.share,
            self.buses,
            lambda: {"places.json": b"{}"},
        )
        follower: Follower[Board] = self.asked  # type: ignore[assignment]
        return Publisher(
            self.folder, self.data, follower, ways, live_seconds=LIVE, log=Log("feed", "error"), metrics=self.metrics
        )

    async def until(self, told: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        for _ in range(500):
            await asyncio.sleep(0.02)
            try:
                found = pointer(self.folder)
            except FileNotFoundError:
                continue
            if told(found):
                return found
        raise AssertionError(pointer(self.folder))


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    monkeypatch.setattr(publisher_module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(publisher_module, "TROUBLE_SECONDS", 0.05)
    monkeypatch.setattr(publisher_module, "LOOK_SECONDS", 0.05)
    day = storm_day(customers=600)
    day.step()
    return Published(tmp_path, day)


async def running(publisher: Publisher, work: Callable[[], Any]) -> Any:
    task = asyncio.create_task(publisher.run())
    try:
        return await work()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        publisher.close()
        assert task.cancelled(), task.exception()


async def test_trees_follow_the_situation(published: Published) -> None:
    async def work() -> None:
        first = await published.until(lambda _: True)
        assert first["at_ms"] > 0
        published.day.step()
        later = await published.until(lambda told: told["n"] > first["n"])
        assert later["n"] == published.day.situation.position
        assert later["published_ms"] > first["published_ms"]

    published.asked.refusals = 3
    published.day.situation.at_ms, first_ms = 0, published.day.situation.at_ms
    asyncio.get_running_loop().call_later(0.1, setattr, published.day.situation, "at_ms", first_ms)
    await running(published.publisher(), work)
    files = files_of(published.folder)
    assert files["places.json"] == b"{}"
    t, at_ms = words("en"), published.day.situation.at_ms
    source = t("transit.source", source="StarLine", time=t.time(at_ms, ZoneInfo("America/New_York")))
    assert source in files["en/outages.txt"].decode(), "as it was at the picture's time"
    assert "StarLine" in files["en/index.html"].decode()
    page = published.metrics.page()[0].decode()
    assert f"feed_tree_position {published.day.situation.position}.0" in page


async def test_the_hand_the_mode_and_the_load_choose_the_rung(published: Published) -> None:
    async def rung_is(rung: str) -> None:
        await running(published.publisher(), lambda: published.until(lambda told: told["refresh"] == rung))

    await rung_is("live")
    published.share = 1.0
    await rung_is("60s")
    (published.data / HAND_FILE).write_text("static\n")
    await rung_is("static")
    (published.data / HAND_FILE).write_text("auto\n")
    await rung_is("60s")


async def test_another_rung_is_published_at_once_not_after_the_pause_of_the_rung_before(published: Published) -> None:
    hand = published.data / HAND_FILE
    mode = published.day.situation.mode

    async def work() -> None:
        first = await published.until(lambda told: told["refresh"] == "5min")
        published.asked.refusals = 2
        hand.write_text("auto\n")
        relaxed = await published.until(lambda told: told["refresh"] == "live")
        assert relaxed["published_ms"] - first["published_ms"] < 60_000
        published.day.situation.mode = mode._replace(mode=Mode.SURGE)
        await published.until(lambda told: told["refresh"] == "60s")
        published.day.situation.mode = mode
        await published.until(lambda told: told["refresh"] == "live")

    hand.write_text("5min\n")
    await running(published.publisher(), work)


async def test_a_folder_that_cannot_be_written_keeps_the_tree_and_is_tried_again(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, refused = Store._replace, 0

    def full(store: Store, path: Path, body: bytes) -> None:
        nonlocal refused
        if refused < 3 and path.name.startswith("current.json"):
            refused += 1
            raise OSError(28, "No space left on device")
        honest(store, path, body)

    monkeypatch.setattr(Store, "_replace", full)
    await running(published.publisher(), lambda: published.until(lambda _: True))
    assert refused == 3


async def test_one_of_several_publishes_and_another_takes_over(published: Published) -> None:
    published.folder.mkdir()
    held = (published.folder / LOCK_FILE).open("a")
    fcntl.flock(held, fcntl.LOCK_EX)

    async def work() -> None:
        await asyncio.sleep(0.3)
        assert not (published.folder / "current.json").exists()
        held.close()
        await published.until(lambda _: True)

    await running(published.publisher(), work)
