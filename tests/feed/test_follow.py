"""The follower: every entry once and in order, no half tick shown, questions answered, a journal that goes away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any

import pytest

from stormops.core.entry import AnyFact, CityAdopted, Decided, Entry, Tick
from stormops.feed import follow
from stormops.feed.follow import Follower, NotReady
from stormops.feed.views import Audience
from stormops.journal.memory import MemoryJournal
from stormops.journal.port import Beat, JournalUnavailable
from stormops.telemetry import Log


class Tape:
    """A picture that remembers what it was given and what it showed."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.shown: list[int] = []
        self.stretched = 1
        self.words: list[Beat] = []

    @property
    def position(self) -> int:
        return len(self.entries)

    def take(self, entries: Sequence[Entry]) -> None:
        self.entries += entries

    def publish(self, audience: Audience) -> Callable[[], None] | None:
        if audience == "public" or (self.shown and self.shown[-1] == self.position):
            return None
        return partial(self.shown.append, self.position)

    def heard(self, beat: Beat) -> Callable[[], None]:
        return partial(self.words.append, beat)

    def stretch(self, audience: Audience) -> int:
        return self.stretched if audience == "desk" else 1


class Flaky(MemoryJournal):
    """A journal that can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False

    def read(self, after: int, limit: int = 10_000) -> list[Entry]:
        if self.away:
            raise JournalUnavailable("the disk is being changed")
        return super().read(after, limit)


def add(journal: MemoryJournal, tick: int, facts: list[AnyFact]) -> None:
    journal.append_facts(tick, facts, 0, 1)


def whole_tick(number: int, size: int = 0) -> list[AnyFact]:
    filling: list[AnyFact] = [CityAdopted(name=f"{number}", hash=f"{i}") for i in range(size)]
    return [Tick(number=number, at_ms=number), *filling, Decided(tick=number, through=0)]


@contextlib.asynccontextmanager
async def following(journal: MemoryJournal, cadence: float = 0.0) -> AsyncIterator[tuple[Follower[Tape], Tape]]:
    tape = Tape()
    follower = Follower(lambda: tape, journal, {"desk": cadence, "public": cadence}, Log("feed", "error"))
    task = asyncio.create_task(follower.run())
    try:
        yield follower, tape
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        follower.close()


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on another thread
            await asyncio.sleep(0.005)


@pytest.fixture
def journal() -> Flaky:
    journal = Flaky()
    journal.lead()
    return journal


async def test_every_entry_is_folded_once_and_in_order(journal: Flaky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "TURN_ENTRIES", 7)
    for number in range(1, 30):
        add(journal, number, whole_tick(number, number % 5))
    async with following(journal) as (_, tape):
        await until(lambda: tape.position == journal.last())
        add(journal, 30, whole_tick(30))
        await until(lambda: tape.position == journal.last())
    assert [entry.position for entry in tape.entries] == list(range(1, journal.last() + 1))


async def test_nothing_is_shown_while_catching_up_nor_inside_a_tick(
    journal: Flaky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "TURN_ENTRIES", 5)
    ends = []
    for number in range(1, 21):
        add(journal, number, whole_tick(number, 8))
        ends.append(journal.last())
    before = journal.last()
    async with following(journal) as (_, tape):
        await until(lambda: tape.shown)
        assert tape.shown[0] == before
        for number in range(21, 41):
            add(journal, number, whole_tick(number, 8))
            ends.append(journal.last())
            await asyncio.sleep(0)
        await until(lambda: tape.shown[-1] == journal.last())
    assert set(tape.shown) <= set(ends)


async def test_the_leaders_word_is_heard_when_there_is_no_more(journal: Flaky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "HEAR_SECONDS", 0.0)
    add(journal, 1, whole_tick(1))
    async with following(journal) as (_, tape):
        await until(lambda: tape.shown)
        assert tape.words == []
        beat = Beat(journal.last(), 9, "normal", 0)
        journal.beat(beat, 1)
        await until(lambda: tape.words)
    assert set(tape.words) == {beat}


async def test_pictures_keep_their_cadence(journal: Flaky) -> None:
    loop = asyncio.get_running_loop()
    async with following(journal, cadence=0.15) as (_, tape):
        begun = loop.time()
        for number in range(1, 60):
            add(journal, number, whole_tick(number))
            await asyncio.sleep(0.01)
        await until(lambda: tape.shown and tape.shown[-1] == journal.last())
        spent = loop.time() - begun
    assert 2 <= len(tape.shown) <= spent / 0.15 + 2


async def test_pictures_may_ask_to_be_shown_more_rarely(journal: Flaky) -> None:
    loop = asyncio.get_running_loop()
    async with following(journal, cadence=0.02) as (_, tape):
        tape.stretched = 10
        begun = loop.time()
        for number in range(1, 60):
            add(journal, number, whole_tick(number))
            await asyncio.sleep(0.01)
        await until(lambda: tape.shown and tape.shown[-1] == journal.last())
        spent = loop.time() - begun
    assert 2 <= len(tape.shown) <= spent / 0.2 + 2


async def test_a_question_about_a_whole_tick_waits_for_its_end(journal: Flaky) -> None:
    add(journal, 1, whole_tick(1))
    async with following(journal) as (follower, tape):
        await until(lambda: follower.ready)
        assert await follower.ask(lambda picture, _: picture.position, whole=True) == 2
        add(journal, 2, [Tick(number=2, at_ms=2)])
        await until(lambda: tape.position == 3)
        await asyncio.sleep(0)
        with pytest.raises(NotReady):
            await follower.ask(lambda picture, _: picture.position, whole=True)
        assert await follower.ask(lambda picture, _: picture.position) == 3
        add(journal, 3, [Decided(tick=2, through=0)])
        await until(lambda: tape.position == 4)
        assert await follower.ask(lambda picture, _: picture.position, whole=True) == 4


async def test_questions_are_answered_from_the_picture(journal: Flaky) -> None:
    add(journal, 1, whole_tick(1))
    async with following(journal) as (follower, tape):
        await until(lambda: follower.ready)
        assert await follower.ask(lambda picture, _: picture.position) == 2
        assert await follower.ask(lambda _, source: source.last()) == 2
        with pytest.raises(ZeroDivisionError):
            await follower.ask(lambda picture, _: picture.position // 0)
        assert tape.position == 2


async def test_questions_before_the_end_is_seen_and_beyond_the_bound_are_refused(
    journal: Flaky, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.away = True
    async with following(journal) as (follower, _):
        with pytest.raises(NotReady):
            await follower.ask(lambda picture, _: picture.position)
        assert not follower.ready
    journal.away = False
    async with following(journal) as (follower, _):
        await until(lambda: follower.ready)
        monkeypatch.setattr(follow, "ASKS_MAX", 3)
        asked = [asyncio.ensure_future(follower.ask(lambda picture, _: picture.position)) for _ in range(6)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert answers[:3] == [0, 0, 0]
    assert all(isinstance(answer, NotReady) for answer in answers[3:])


async def test_a_journal_that_is_away_is_tried_again(journal: Flaky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(follow, "READY_SECONDS", 0.2)
    add(journal, 1, whole_tick(1))
    async with following(journal) as (follower, tape):
        await until(lambda: tape.position == 2)
        journal.away = True
        add(journal, 2, whole_tick(2))
        await until(lambda: not follower.ready)
        journal.away = False
        await until(lambda: tape.position == 4)
        await until(lambda: follower.ready)


async def test_a_bug_in_the_fold_is_not_hidden(journal: Flaky) -> None:
    def load() -> Tape:
        raise KeyError("a bug")

    follower = Follower(load, journal, {"desk": 0.0}, Log("feed", "error"))
    with pytest.raises(KeyError):
        await asyncio.wait_for(follower.run(), 5)
    follower.close()
