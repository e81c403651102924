"""The sender over a real door, a journal that decides, and a provider on the loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from threading import Event

import pytest

from stormops.admission.throttle import Throttle
from stormops.clock import Clock
from stormops.core import entry as facts
from stormops.jobs import sender as limits
from stormops.jobs.provider import RestProvider
from stormops.jobs.sender import Message, Parts, Sender
from stormops.journal.door import Door
from stormops.journal.door_files import DoorFiles
from stormops.journal.hints import NullHints
from stormops.journal.port import follow
from stormops.telemetry import Log, Metrics
from tests.core.storms import small_world
from tests.core.world import MINUTE_MS, START_MS
from tests.messages_provider import ACCOUNT, NUMBER, TOKEN, MessagesProvider

PHONES = ["8505550101", "8505550102", "8505550103"]


class Line:
    """A world with three people signed up, operations that drain the sender's door, and its sender."""

    def __init__(self, folder: Path, texts: MessagesProvider) -> None:
        self.world, self.texts = small_world(), texts
        self.folder, self.metrics = folder, Metrics()
        self._doors, self._reached = DoorFiles(folder), dict[str, int]()
        for premise, phone in enumerate(PHONES):
            self.world.say(
                facts.MessagesRequested(phone=phone, language="en", premise=self.world.city.premises.id[premise])
            )
            self.world.say(facts.MessagesConfirmed(phone=phone, language="en"))
        self.world.tick(0)
        for premise in range(4):
            self.world.report(premise)
        self.world.tick(0)
        self.incident = self.world.open()[0].id
        self.stop = Event()
        self.chance = 1.0
        """Of the brake: 1 = never refused here, 0 = whenever it may be."""
        self.tasks: list[asyncio.Task[None]] = []
        self.doors: list[Door] = []

    def start(self, name: str = "a") -> None:
        """One more sender, as of one more machine."""
        door = Door(self.folder / f"{name}.door", 1, Clock())
        self.doors.append(door)
        parts = Parts(
            journal=self.world.journal,
            door=door,
            hints=NullHints(),
            provider=RestProvider(self.texts.url, ACCOUNT, TOKEN, NUMBER),
            brake=Throttle(time.monotonic, lambda: self.chance),
            begin=lambda: (self.world.situation.position, dict(self.world.situation.messages.due)),
            write=lambda one: f"{one.kind} {one.customers > 0}",
            now_ms=lambda: self.world.now_ms,
            per_second=100,
            log=Log("test", "error"),
            metrics=self.metrics,
        )
        self.tasks.append(asyncio.create_task(Sender(parts).run(self.stop)))

    def at(self, minute: float) -> None:
        self.world.now_ms = START_MS + round(minute * MINUTE_MS)

    async def until(self, what: Callable[[], bool]) -> None:
        """Operations at work until this holds."""
        async with asyncio.timeout(20):
            while not what():
                news = self._doors.drain(self._reached)
                for one in news:
                    self._reached[one.door] = one.counter
                self.world.news += news
                self.world.tick()
                await asyncio.sleep(0.02)

    async def quiet(self) -> None:
        """Until nothing is due and all that was granted is settled."""
        await self.until(lambda: not self.world.situation.messages.due and self.unsettled() == 0)

    def granted(self) -> list[int]:
        made = [entry.fact for entry in follow(self.world.journal, 0)]
        return [number for fact in made if isinstance(fact, facts.MessagesGranted) for number in fact.numbers]

    def settled(self) -> str:
        made = [entry.fact for entry in follow(self.world.journal, 0)]
        return "".join(fact.outcomes for fact in made if isinstance(fact, facts.MessagesSettled))

    def unsettled(self) -> int:
        return len(self.granted()) - len(self.settled())

    async def close(self) -> None:
        self.stop.set()
        await asyncio.gather(*self.tasks)
        for door in self.doors:
            door.close()
        self._doors.close()


@pytest.fixture
async def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(limits, "AGAIN_SECONDS", (0.05, 0.1))
    monkeypatch.setattr(limits, "POLL_SECONDS", 0.02)
    texts = MessagesProvider()
    made = Line(tmp_path, texts)
    yield made
    await made.close()
    texts.close()


async def test_what_is_due_is_sent_once_though_two_senders_claim_it(line: Line) -> None:
    line.start("a")
    line.start("b")
    line.at(2)
    await line.until(lambda: len(line.settled()) == 3)
    assert sorted(line.texts.sent) == [(f"+1{phone}", "assumed True") for phone in PHONES]
    assert line.settled() == "SSS"
    assert len(line.granted()) == 3
    page = line.metrics.page()[0].decode()
    assert 'messages_settled_total{outcome="sent"} 3.0' in page


async def test_a_refusal_for_load_is_tried_again_and_what_is_unclear_is_not(line: Line) -> None:
    line.texts.moods = [429, 503, 500]
    line.start()
    line.at(2)
    await line.until(lambda: len(line.settled()) == 3)
    assert sorted(line.settled()) == ["S", "S", "U"]
    assert len(line.texts.sent) == 2
    assert line.texts.tries == 5


async def test_a_number_that_is_refused_for_good_is_signed_up_no_more(line: Line) -> None:
    line.texts.moods = [400]
    line.start()
    line.at(2)
    await line.until(lambda: len(line.settled()) == 3)
    await line.until(lambda: len(line.world.situation.messages.sign_ups) == 2)
    assert sorted(line.settled()) == ["R", "S", "S"]


async def test_while_the_provider_refuses_nothing_is_sent_late(line: Line) -> None:
    line.texts.moods = [503] * 10_000
    line.start()
    line.at(2)
    await line.until(lambda: line.texts.tries >= 3)
    line.at(40)
    await line.quiet()
    assert line.settled() == "LLL"
    assert not line.texts.sent


async def test_nothing_more_is_tried_after_a_stop_or_when_it_is_no_longer_true(line: Line) -> None:
    line.texts.moods = [503] * 10_000
    line.start()
    line.at(2)
    await line.until(lambda: line.texts.tries >= 3)
    line.world.say(facts.ContactPreference(phone=PHONES[0], stopped=True))
    await line.until(lambda: line.settled() == "D")
    line.world.act(facts.IncidentRestored, incident=line.incident)
    line.at(5)
    await line.until(lambda: len(line.granted()) == 5)
    line.texts.moods = []
    await line.until(lambda: len(line.settled()) == 5)
    assert sorted(line.settled()) == ["D", "D", "D", "S", "S"]
    assert sorted(line.texts.sent) == [(f"+1{phone}", "restored False") for phone in PHONES[1:]]


async def test_what_was_granted_before_a_crash_is_not_sent_again(line: Line) -> None:
    line.texts.moods = [503] * 10_000
    line.start("a")
    line.at(2)
    await line.until(lambda: line.texts.tries >= 3)
    line.stop.set()
    await asyncio.gather(*line.tasks)
    line.stop.clear()
    line.texts.moods = []
    line.start("b")
    line.world.act(facts.IncidentConfirmed, incident=line.incident)
    line.at(5)
    await line.until(lambda: len(line.texts.sent) == 3)
    assert {text for _, text in line.texts.sent} == {"confirmed True"}


async def test_nothing_more_is_claimed_while_too_many_are_under_way(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UNDER_WAY_MAX", 2)
    line.texts.moods = [503] * 10_000
    line.start()
    line.at(2)
    await line.until(lambda: line.texts.tries >= 6)
    assert len(line.granted()) == 2
    line.texts.moods = []
    await line.until(lambda: len(line.texts.sent) == 3)


async def test_a_provider_in_trouble_is_spared(line: Line) -> None:
    line.texts.moods = [503] * 10_000
    line.chance = 0.0
    line.start()
    line.at(2)
    await line.until(lambda: line.texts.tries == 1)
    line.at(40)
    await line.quiet()
    assert line.settled() == "LLL"
    assert line.texts.tries == 1, "what would be refused was not sent"


def test_a_grant_is_read_column_by_column() -> None:
    fact = facts.MessagesGranted(
        claim="c", numbers=[1], kinds=["ask"], languages=["ht"], customers=[3], since_ms=[4], until_ms=[5]
    )
    assert limits.messages_of(fact) == [Message("c", 1, "ask", "ht", 3, 4, 5)]
