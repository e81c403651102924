"""A storm in a small generated city, decided by the real `core.decide` into a journal in memory.

What reports and people do is drawn from a seed: outages of true devices, reports in all the ways that
people give them, rubbish, danger, repeats, and desk actions of every kind on whatever is open.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from geo.generate import generate_city
from stormops.core import entry as facts
from stormops.core.clustering import Clusters
from stormops.core.decide import Decider, Groupers
from stormops.core.entry import Actor, AnyFact, Entry, News, ReportReceived, Tick
from stormops.core.grouping import Grouper
from stormops.core.matching import Matcher
from stormops.core.network import City, Tree, trace
from stormops.core.network_groups import Explanations
from stormops.core.receipt_number import receipt_text
from stormops.core.report import Channel, Report, Symptom, Utility
from stormops.core.situation import Situation
from stormops.journal.memory import MemoryJournal
from stormops.journal.receipt import check_digit

START_MS = 1_790_000_000_000
TICK_MS = 30_000


@cache
def small_city(customers: int = 600, seed: int = 3) -> tuple[City, Tree]:
    """A generated city of some hundred customers and its tree. Do not change it."""
    city = generate_city(customers, seed)
    return city, trace(city.network, city.premises)


class StormDay:
    """The whole write side in memory: what happens between two ticks, and the ticks."""

    def __init__(self, seed: int, city: City, tree: Tree, journal: MemoryJournal | None = None) -> None:
        self.rng, self.seeing = random.Random(seed), random.Random(seed)
        self.city, self.tree = city, tree
        self.journal = MemoryJournal() if journal is None else journal
        self.epoch = self.journal.lead()
        self.situation = Situation(city, tree)
        clusters: dict[Utility, Grouper] = {utility: Clusters(city) for utility in Utility}
        self.decider = Decider(self.situation, Matcher(city), Groupers(Explanations(city, tree), clusters))
        self.now_ms = START_MS
        self.number = 0
        self.counter = 0
        self.receipts: list[str] = []
        self.dark: list[int] = []
        self._news: list[News] = []

    def step(self, reports: int = 6, actions: float = 0.3) -> list[Entry]:
        """Some news, then a tick; gives the entries made."""
        if self.rng.random() < 0.5 or not self.dark:
            self._device_fails()
        for _ in range(self.rng.randint(0, 2 * reports)):
            self.report(self.any_report())
        if self.rng.random() < actions and self.situation.incidents:
            self.act()
        return self.tick(skip=self.rng.random() < 0.05)

    def tick(self, *, skip: bool = False) -> list[Entry]:
        """Append the news and decide. `skip` lets more than an hour pass first, so that ended incidents leave."""
        self.now_ms += 3_700_000 if skip else TICK_MS
        self.number += 1
        news = self.journal.append_news(self._news, self.epoch)
        self._news = []
        self.situation.apply(news)
        decided = self.decider.decide(news, Tick(number=self.number, at_ms=self.now_ms))
        return news + self.journal.append_facts(self.number, decided, self.now_ms, self.epoch)

    # --- what customers say --------------------------------------------------------------------------

    def report(self, report: Report, key: str = "") -> str:
        """A report through the door; gives its receipt."""
        self.counter += 1
        digits = f"01{(self.counter * 7_919_999_983) % 10**11:011d}"
        receipt = receipt_text(int(f"{digits}{check_digit(digits)}"))
        self.receipts.append(receipt)
        self._put(ReportReceived(receipt=receipt, channel=Channel.WEB, report=report, sender="s", key=key))
        return receipt

    def any_report(self) -> Report:
        """Somebody who is out, or somebody else, in their way."""
        rng = self.rng
        premise = rng.choice(self.dark) if rng.random() < 0.8 else rng.randrange(len(self.city.premises))
        chance = rng.random()
        symptom = Symptom.LIGHTS_OUT if chance < 0.8 else rng.choice(list(Symptom))
        return self.from_premise(premise, symptom)

    def from_premise(self, premise: int, symptom: Symptom = Symptom.LIGHTS_OUT) -> Report:
        """A report from a premise, said in one of the ways that people have."""
        p, rng = self.city.premises, self.rng
        medical, note = rng.random() < 0.05, rng.choice([None, "since the bang", f"call me on {p.phone[premise]}"])
        way = rng.randrange(6)
        if way == 0:
            return Report(symptom=symptom, account=p.account[premise], medical=medical, note=note)
        if way == 1:
            return Report(symptom=symptom, phone=p.phone[premise], medical=medical, note=note)
        if way == 2:
            lon, lat = float(p.lon[premise]) + rng.gauss(0, 5e-5), float(p.lat[premise]) + rng.gauss(0, 5e-5)
            return Report(symptom=symptom, longitude=lon, latitude=lat, medical=medical, note=note)
        if way == 3:
            return Report(symptom=symptom, address=f"{rng.randrange(90000)} nowhere parkway", note=note)
        return Report(symptom=symptom, address=p.address(premise), medical=medical, note=note)

    def _device_fails(self) -> None:
        device = self.rng.randrange(len(self.tree))
        self.dark = self.tree.below(device).tolist() or self.dark or [0]

    # --- what the desk does ----------------------------------------------------------------------------

    def act(self) -> None:
        """One desk action of any kind, sensible or not."""
        rng, situation = self.rng, self.situation
        incident = rng.choice(list(situation.incidents.values()))
        self.counter += 1
        common: dict[str, Any] = {
            "action": f"a{self.counter}",
            "by": Actor(person="dana", desk="D1", shift=1),
            "reason": "seen",
        }
        kind = rng.randrange(7)
        if self.seeing.random() < 2 / 9:  # by a chance of its own: the day's other chances stay as they are
            kind = self.seeing.choice((7, 8))
        device = situation.device_ids[incident.device] if incident.device >= 0 and rng.random() < 0.5 else None
        fact: facts.Action
        if kind == 0:
            fact = facts.IncidentConfirmed(**common, incident=incident.id, device=device)
        elif kind == 1:
            below = rng.choice(situation.device_ids) if rng.random() < 0.2 else device
            fact = facts.IncidentRestored(**common, incident=incident.id, device=below)
        elif kind == 2:
            fact = facts.IncidentCancelled(**common, incident=incident.id)
        elif kind == 3:
            other = rng.choice(list(situation.incidents.values()))
            fact = facts.IncidentsMerged(**common, into=incident.id, incidents=[other.id])
        elif kind == 4:
            some = [receipt_text(receipt) for receipt in sorted(incident.reports)][: rng.randint(1, 3)]
            fact = facts.IncidentSplit(**common, incident=incident.id, receipts=some or ["00-0000-0000-000-0"])
        elif kind == 7:
            fact = facts.DeviceSeenClosed(**common, incident=incident.id, device=device or "no-such")
        elif kind == 8:
            told = [receipt_text(receipt) for receipt in sorted(incident.reports)]
            fact = facts.ServiceAlone(
                **common, incident=incident.id, receipt=rng.choice(told or ["00-0000-0000-000-0"])
            )
        else:
            receipt = rng.choice(self.receipts) if self.receipts else "00-0000-0000-000-0"
            if kind == 5:
                premise = rng.choice([*self.city.premises.id[:50], "nowhere"])
                fact = facts.ReportPlaced(**common, receipt=receipt, premise=premise)
            else:
                fact = facts.ReportWithdrawn(**common, receipt=receipt)
        self._put(fact)

    def _put(self, fact: AnyFact) -> None:
        self._news.append(News("door-1", len(self._news) + self._door_counter(), self.now_ms, fact))

    def _door_counter(self) -> int:
        return self.journal.drained().get("door-1", 0) + 1
