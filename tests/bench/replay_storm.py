"""A journal like a real one: waves of a storm over the demo city, decided by the real decider, repaired by crews.

Nothing is synthesised but what people say: every fact is one that `core.decide` made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stormops.core import entry as facts
from stormops.core.decide import Decider
from stormops.core.entry import Actor, AnyFact, Entry, News, ReportReceived, Tick
from stormops.core.explaining import make_groupers
from stormops.core.incident import State
from stormops.core.matching import Matcher
from stormops.core.network import City, Tree
from stormops.core.report import Channel, Report, Symptom
from stormops.core.situation import Situation
from stormops.journal.port import Snapshots
from stormops.journal.sqlite import SqliteJournal

START_MS = 1_790_000_000_000
TICK_MS = 5_000
REPORTS_A_TICK = 250
WAVE_HOURS = 6
FAILED_SHARE = 0.08
"""Of the devices, in one wave: about half of the customers go dark."""
CALLS_EACH = 3
"""Reports of each dark customer while a wave grows: far more than real ones make."""
ORDERS_A_TICK = 6
BY = Actor(person="crew", desk="storm", shift=1)
SYMPTOMS = [Symptom.LIGHTS_OUT] * 90 + [Symptom.PARTIAL] * 3 + [Symptom.FLICKERING] * 2 + [Symptom.WIRE_DOWN] * 2
SYMPTOMS += [Symptom.TREE, Symptom.WATER, Symptom.GAS_ODOUR]
NOTES = [None, None, None, "power went off with a bang", "the whole street is dark as far as I can see"]


class Written(NamedTuple):
    """What the journal holds, and how long its ticks took (seconds of processor time)."""

    entries: int
    reports: int
    open_reports: int
    open_incidents: int
    ticks: list[float]
    digest: str


class Storm:
    """Writes the journal tick by tick. Waves go on until there are `entries`; the last is at its height."""

    def __init__(self, city: City, tree: Tree, seed: int) -> None:
        self.city, self.tree = city, tree
        self.rng = np.random.default_rng(seed)
        self.now_ms = START_MS
        self.counter = 0
        self.actions = 0
        self.situation = Situation(city, tree)
        self.decider = Decider(self.situation, Matcher(city), make_groupers(city, tree))

    def write(self, journal: SqliteJournal, snapshots: Snapshots, entries: int, tail: int) -> Written:
        """Write that many entries, on to the wave's height; a snapshot every `tail` entries, as operations does."""
        epoch, ticks, saved = journal.lead(), [], 0
        for at_height, news in self._ticks():
            made = journal.append_news(news, epoch)
            self.situation.apply(made)
            began = time.process_time()
            decided = self._decide(made)
            ticks.append(time.process_time() - began)
            journal.append_facts(self.situation.tick, decided, self.now_ms, epoch)
            if self.situation.position - saved >= tail:
                saved = self.situation.position
                snapshots.save(saved, self.situation.schema, self.situation.snapshot())
            if at_height and self.situation.position >= entries:
                break
        live = sum(incident.live for incident in self.situation.incidents.values())
        return Written(
            self.situation.position,
            self.situation.totals.received,
            self.situation.totals.open,
            live,
            ticks,
            self.situation.digest(),
        )

    def _decide(self, made: list[Entry]) -> list[AnyFact]:
        tick = Tick(number=self.situation.tick + 1, at_ms=self.now_ms)
        first: list[AnyFact] = []
        if not self.situation.city_hash:
            first.append(facts.CityAdopted(name=self.city.name, hash=self.city.hash))
        return self.decider.decide(made, tick, first)

    def _ticks(self) -> Iterator[tuple[bool, list[News]]]:
        """News of each tick, and whether the wave is at its height: reports while it grows, crews all the time."""
        while True:
            dark = self._fail()
            callers = self.rng.permutation(np.repeat(dark, CALLS_EACH))
            for first in range(0, len(callers), REPORTS_A_TICK):
                self.now_ms += TICK_MS
                calls = callers[first : first + REPORTS_A_TICK]
                height = first + REPORTS_A_TICK >= len(callers)
                yield height, [*(self._report(int(p)) for p in calls), *self._orders()]
            calm_until = self.now_ms + WAVE_HOURS * 3_600_000
            while self.now_ms < calm_until:
                self.now_ms += 60_000
                yield False, [*(self._report(int(p)) for p in self.rng.choice(dark, 10)), *self._orders()]

    def _fail(self) -> npt.NDArray[np.int64]:
        failed = self.rng.choice(len(self.tree), int(len(self.tree) * FAILED_SHARE), replace=False)
        out = np.zeros(len(self.city.premises), np.bool_)
        for device in failed.tolist():
            if self.tree.customers[device] < 3_000:  # A whole substation is not lost in every wave.
                out[self.tree.below(device)] = True
        return np.flatnonzero(out)

    def _news(self, fact: AnyFact) -> News:
        self.counter += 1
        return News("node-01", self.counter, self.now_ms - int(self.rng.integers(TICK_MS)), fact)

    def _report(self, premise: int) -> News:
        premises = self.city.premises
        symptom = SYMPTOMS[int(self.rng.integers(len(SYMPTOMS)))]
        note = NOTES[int(self.rng.integers(len(NOTES)))]
        how = self.rng.random()
        if how < 0.2:
            report = Report(symptom=symptom, address=premises.address(premise), note=note)
        elif how < 0.5:
            report = Report(
                symptom=symptom,
                latitude=float(premises.lat[premise]),
                longitude=float(premises.lon[premise]),
                note=note,
            )
        else:
            report = Report(symptom=symptom, account=premises.account[premise], phone="850-555-0100", note=note)
        receipt = f"{self.counter + 1:014d}"
        key = f"key-{self.counter}" if how < 0.9 else ""
        said = ReportReceived(receipt=receipt, channel=Channel.WEB, report=report, sender=f"{premise:016x}", key=key)
        return self._news(said)

    def _orders(self) -> list[News]:
        """Crews confirm what is old and restore what was confirmed, some in parts."""
        orders: list[News] = []
        for incident in list(self.situation.incidents.values()):
            if len(orders) >= ORDERS_A_TICK:
                break
            age = self.now_ms - incident.opened_ms
            if not incident.live or age < 1_800_000:
                continue
            self.actions += 1
            name, action = incident.id, f"action-{self.actions}"
            if incident.state is State.PREDICTED and self.rng.random() < 0.5:
                orders.append(self._news(facts.IncidentConfirmed(action=action, by=BY, reason="seen", incident=name)))
            elif age > 7_200_000:
                orders.append(self._news(facts.IncidentRestored(action=action, by=BY, reason="done", incident=name)))
        return orders
