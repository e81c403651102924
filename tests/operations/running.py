"""Operations at hand: real journal and deciding, doors in memory, a clock that stands still until moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from stormops.core.decide import Decider
from stormops.core.entry import AnyFact, Entry, News, ReportReceived
from stormops.core.explaining import make_groupers
from stormops.core.levels import Mode
from stormops.core.matching import Matcher
from stormops.core.network import City, trace
from stormops.core.report import Channel, Report, Symptom
from stormops.core.situation import Situation
from stormops.journal.hints import NullHints
from stormops.journal.memory import MemoryJournal
from stormops.journal.port import Journal, JournalUnavailable, Snapshots
from stormops.journal.snapshots import MemorySnapshots
from stormops.operations.loop import Operations
from stormops.telemetry import Log, Metrics
from tests.core.radial import radial_city

START_MS = 1_700_000_000_000
CITY = radial_city()
CITY.hash = "c" * 64
TREE = trace(CITY.network, CITY.premises)
MATCHER = Matcher(CITY)


class StillClock:
    """A platform clock that only a test moves."""

    def __init__(self) -> None:
        self.ms = START_MS

    def now_ms(self) -> int:
        return self.ms


class Doors:
    """Doors in memory: they keep what they were given, as files do."""

    def __init__(self) -> None:
        self.kept: list[News] = []
        self.counters = Counter[str]()
        self.limits: list[int] = []
        self.cut = False

    def drain(self, drained: dict[str, int], limit: int = 5_000) -> list[News]:
        self.limits.append(limit)
        waiting = [news for news in self.kept if news.counter > drained.get(news.door, 0)]
        self.cut = len(waiting) > limit
        return waiting[:limit]

    def say(self, fact: AnyFact, at_ms: int = START_MS, door: str = "one") -> None:
        self.counters[door] += 1
        self.kept.append(News(door, self.counters[door], at_ms, fact))

    def report(self, premise: int, at_ms: int = START_MS, symptom: Symptom = Symptom.LIGHTS_OUT) -> str:
        receipt = f"{len(self.kept) + 1:014d}"
        report = Report(symptom=symptom, service_point=f"E-{CITY.premises.id[premise]}")
        self.say(ReportReceived(receipt=receipt, channel=Channel.WEB, report=report), at_ms)
        return receipt


class Faulty:
    """A journal whose disk refuses when told to: before it wrote, or after."""

    def __init__(self, journal: Journal) -> None:
        self.real = journal
        self.refuse: list[str] = []

    def _refused(self, call: str) -> None:
        if self.refuse and self.refuse[0] == call:
            self.refuse.pop(0)
            raise JournalUnavailable(f"the disk refused: {call}")

    def append_news(self, news: Sequence[News], epoch: int) -> list[Entry]:
        self._refused("before news")
        made = self.real.append_news(news, epoch)
        self._refused("after news")
        return made

    def append_facts(self, tick: int, facts: Sequence[AnyFact], recorded_ms: int, epoch: int) -> list[Entry]:
        self._refused("before facts")
        made = self.real.append_facts(tick, facts, recorded_ms, epoch)
        self._refused("after facts")
        return made

    def last(self) -> int:
        self._refused("last")
        return self.real.last()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def make_decider(situation: Situation) -> Decider:
    matcher = MATCHER if situation.city is CITY else Matcher(situation.city)
    return Decider(situation, matcher, make_groupers(situation.city, situation.tree))


class Running:
    """Operations and everything around it."""

    def __init__(self, journal: Any = None, snapshots: Snapshots | None = None, city: City = CITY) -> None:
        self.journal = journal or MemoryJournal()
        self.doors = Doors()
        self.snapshots = snapshots or MemorySnapshots()
        self.clock = StillClock()
        self.metrics = Metrics()
        self.modes: list[tuple[str, int]] = []
        self.drained: list[dict[str, int]] = []
        self.disk_full = False
        self.city = city
        self.tree = trace(city.network, city.premises)
        self.operations = self.another()

    def another(self) -> Operations:
        return Operations(
            self.city,
            self.tree,
            journal=self.journal,
            doors=self.doors,
            snapshots=self.snapshots,
            hints=NullHints(),
            clock=self.clock,
            decider=make_decider,
            log=Log("operations", "error"),
            metrics=self.metrics,
            leave_mode=self._leave_mode,
            leave_drained=self._leave_drained,
        )

    def _leave_mode(self, mode: Mode, since_ms: int) -> None:
        if self.disk_full:
            raise OSError(28, "No space left on device")
        self.modes.append((mode.value, since_ms))

    def _leave_drained(self, drained: Mapping[str, int]) -> None:
        if self.disk_full:
            raise OSError(28, "No space left on device")
        self.drained.append(dict(drained))

    def facts(self) -> list[AnyFact]:
        return [entry.fact for entry in self.journal.read(0, 1_000_000)]

    def replayed(self) -> Situation:
        situation = Situation(self.city, self.tree)
        situation.apply(self.journal.read(0, 1_000_000))
        return situation
