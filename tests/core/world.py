"""A small storm at hand: a city, a journal in memory, and the real deciding, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from stormops.core import entry as facts
from stormops.core.decide import Decider
from stormops.core.entry import Actor, AnyFact, Entry, News, ReportReceived, Tick
from stormops.core.explaining import make_groupers
from stormops.core.incident import Incident
from stormops.core.matching import Matcher
from stormops.core.network import City, trace
from stormops.core.report import Channel, Report, Symptom, Utility
from stormops.core.situation import Situation
from stormops.journal.memory import MemoryJournal
from stormops.journal.port import follow
from tests.core.radial import radial_city

START_MS = 1_700_000_000_000
MINUTE_MS = 60_000
BOSS = Actor(person="dora", desk="storm", shift=1)
LETTER = {Utility.ELECTRIC: "E", Utility.WATER: "W", Utility.GAS: "G", Utility.SEWER: "S"}


class World:
    """Times are minutes since the start. Reports name their premise by its service point."""

    def __init__(self, city: City | None = None, journal: MemoryJournal | None = None) -> None:
        self.city = city or radial_city()
        self.tree = trace(self.city.network, self.city.premises)
        self.matcher = Matcher(self.city)
        self.journal = journal or MemoryJournal()
        self.counter = 0
        self.actions = 0
        self.now_ms = START_MS
        self.news: list[News] = []
        self.start()

    def start(self) -> None:
        """As after a kill: everything again from the journal."""
        self.epoch = self.journal.lead()
        self.situation = Situation(self.city, self.tree)
        self.situation.apply(follow(self.journal, 0))
        self.decider = Decider(self.situation, self.matcher, make_groupers(self.city, self.tree))
        self.undecided = [e for e in follow(self.journal, self.situation.through) if e.door]
        self.counter = self.journal.drained().get("door", 0)

    def say(self, fact: AnyFact, at: float | None = None, door: str = "door") -> None:
        at_ms = self.now_ms if at is None else START_MS + round(at * MINUTE_MS)
        self.counter += 1
        self.news.append(News(door, self.counter, at_ms, fact))

    def report(self, premise: int, symptom: Symptom = Symptom.LIGHTS_OUT, at: float | None = None, **words: Any) -> str:
        receipt = f"{self.counter + 1:014d}"
        utility = {Symptom.WATER: "W", Symptom.SEWER: "S", Symptom.GAS_ODOUR: "G"}.get(symptom, "E")
        said = {"service_point": f"{utility}-{self.city.premises.id[premise]}"} if premise >= 0 else {}
        key = words.pop("key", "")
        sender = words.pop("sender", "someone")
        report = Report(symptom=symptom, **{**said, **words})
        self.say(ReportReceived(receipt=receipt, channel=Channel.WEB, report=report, key=key, sender=sender), at)
        return receipt

    def metered(self, events: list[tuple[int, str, int]], at: float | None = None) -> None:
        """One body of meter events: premise (-1: of another city), kind's letter, ms after now."""
        base = self.now_ms if at is None else START_MS + round(at * MINUTE_MS)
        self.say(
            facts.MeterEventsReceived(
                receipt=f"{self.counter + 1:014d}",
                partner="head-end",
                meters=[self.city.premises.meter[p] if p >= 0 else "elsewhere" for p, _, _ in events],
                kinds="".join(kind for _, kind, _ in events),
                at_ms=[base + after for _, _, after in events],
            ),
            at,
        )

    def act(self, kind: type[facts.Action], at: float | None = None, **fields: Any) -> str:
        self.actions += 1
        action = f"a{self.counter + 1}"
        self.say(kind(action=action, by=BOSS, reason="seen", **fields), at)  # type: ignore[arg-type]
        return action

    def take_in(self) -> None:
        """The news so far reach the journal."""
        made = self.journal.append_news(self.news, self.epoch)
        self.news = []
        self.situation.apply(made)
        self.undecided += made

    def decide(self, *, explain: bool = True) -> list[AnyFact]:
        """One tick's facts, not yet in the journal."""
        tick = Tick(number=self.situation.tick + 1, at_ms=self.now_ms, explains=explain)
        undecided, self.undecided = self.undecided, []
        return self.decider.decide(undecided, tick)

    def tick(self, at: float | None = None, *, explain: bool = True) -> list[AnyFact]:
        """News, tick, decision, journal: gives the facts."""
        if at is not None:
            self.now_ms = START_MS + round(at * MINUTE_MS)
        self.take_in()
        decided = self.decide(explain=explain)
        made = self.journal.append_facts(self.situation.tick, decided, self.now_ms, self.epoch)
        assert made[-1].position == self.situation.position
        self.check()
        return decided

    def rest(self) -> None:
        """Ticks, until nothing is due at this moment: a search for rates takes several."""
        while self.decider.next_due_ms() == self.situation.at_ms:
            self.tick()

    def check(self) -> None:
        """What must hold after every tick."""
        situation = self.situation
        for utility in range(4):
            owners = situation.coverage.owners(utility)
            if owners is None:
                continue
            keys, counts = np.unique(owners[owners >= 0], return_counts=True)
            seen = dict(zip(keys.tolist(), counts.tolist(), strict=True))
            for incident in situation.incidents.values():
                if incident.key % 4 == utility:
                    assert incident.customers_out == seen.pop(incident.key, 0), incident.id
            assert not seen
        assert situation.customers_out == int(np.count_nonzero(situation.coverage.bits))

    def replayed(self) -> Situation:
        """A situation made from the journal alone."""
        again = Situation(self.city, self.tree)
        again.apply(follow(self.journal, 0))
        return again

    def entries(self) -> list[Entry]:
        return list(follow(self.journal, 0))

    def open(self) -> list[Incident]:
        """Incidents in which customers may be out, by name."""
        return sorted((i for i in self.situation.incidents.values() if i.live), key=lambda i: i.id)

    def device_name(self, premise: int, up: int = 0) -> str:
        """The device above a premise: 0 its transformer, 1 the fuse, 2 the breaker."""
        return self.situation.device_ids[self.tree.path(premise)[up]]
