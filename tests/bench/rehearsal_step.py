"""A rehearsal in step: the storm's truth, calls, telemetry and crews against the real deciding, without a clock.

`make bench-rehearsal_step` (`ARGS="--customers 60000"` for the whole city). One process ticks every 30 storm seconds:
nothing lags, whatever else the machine does, and the same seed gives the same figures to the last digit. What the feed,
the doors and HTTP add is measured by `stormops rehearse`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from typing import Any

import msgspec
import numpy as np

from geo.generate import generate_city
from stormops.core import entry as facts
from stormops.core.decide import Decider
from stormops.core.entry import DEVICE_LETTERS, Actor, AnyFact, Entry, ReportReceived, Tick
from stormops.core.explaining import make_groupers
from stormops.core.incident import ELECTRIC, Incident
from stormops.core.matching import Matcher
from stormops.core.network import trace
from stormops.core.report import Channel, Report
from stormops.core.situation import Situation
from stormops.rehearsal.callers import make_calls
from stormops.rehearsal.crews import Crews, Order
from stormops.rehearsal.grading import Grade, grade, over_time
from stormops.rehearsal.scada import Word, make_words
from stormops.rehearsal.storm import Storm, load_storm
from stormops.rehearsal.truth import HOUR_MS, make_truth
from tests.bench.bars import Bars, tell

TICK_MS = 30_000
CREWS_MS = 60_000
GRADE_MS = 20 * 60_000
SHOWN_MS = 2 * HOUR_MS
PRECISION, RECALL = 0.9, 0.9
"""Of all customer-hours."""

CREW = Actor(person="crew", desk="storm", shift=1)
ACTIONS: dict[str, type[facts.IncidentConfirmed | facts.IncidentRestored | facts.IncidentCancelled]] = {
    "confirm": facts.IncidentConfirmed,
    "restore": facts.IncidentRestored,
    "cancel": facts.IncidentCancelled,
}


class Rehearsed:
    """One storm over one generated city. `run` plays it; `moments` are its grades."""

    def __init__(self, customers: int, storm: Storm, seed: int) -> None:
        self._city = generate_city(customers=customers, seed=1)
        tree = trace(self._city.network, self._city.premises)
        self._storm = storm
        self._truth = make_truth(self._city, tree, storm, seed)
        self._calls = make_calls(self._truth, storm.hours, seed)
        self._words = make_words(self._truth, storm, seed)
        self._crews = Crews(self._truth, self._calls, self._premises, seed)
        self.situation = Situation(self._city, tree)
        self._decider = Decider(self.situation, Matcher(self._city), make_groupers(self._city, tree))
        self._news: list[tuple[int, AnyFact]] = []
        self._counter = 0
        self._houses: list[str] = []
        self.orders = 0
        self.moments: list[Grade] = []

    async def run(self) -> None:
        """From the first call to the storm's last hour."""
        calls, words = iter(self._calls), iter(self._words)
        call, word = next(calls, None), next(words, None)
        for at in range(TICK_MS, int(self._storm.hours * HOUR_MS) + 1, TICK_MS):
            now_ms = self._storm.starts_ms + at
            while call is not None and call.at_ms <= at:
                self._report(now_ms, Channel.WEB, call.key, call.body)
                call = next(calls, None)
            while word is not None and word.at_ms <= at:
                self._telemeter(now_ms, word)
                word = next(words, None)
            for house in self._houses:
                self._report(now_ms, Channel.DESK, "", {"symptom": "lights_out", "service_point": f"E-{house}"})
            self._houses.clear()
            if not at % CREWS_MS:
                seen = [self._seen(incident) for incident in self.situation.incidents.values() if incident.live]
                for order in await self._crews.look(seen, self._storm.starts_ms, now_ms):
                    self._order(now_ms, order)
            self._tick(now_ms)
            if not at % GRADE_MS:
                self._grade(at)

    def _say(self, now_ms: int, fact: AnyFact) -> None:
        self._news.append((now_ms, fact))
        self._counter += 1

    def _receipt(self) -> str:
        return f"{self._counter + 1:014d}"

    def _report(self, now_ms: int, channel: Channel, key: str, body: dict[str, Any]) -> None:
        report = msgspec.convert(body, Report)
        said = ReportReceived(receipt=self._receipt(), channel=channel, key=key, sender="rehearsal", report=report)
        self._say(now_ms, said)

    def _telemeter(self, now_ms: int, word: Word) -> None:
        fact = facts.DeviceStatesReceived(
            receipt=self._receipt(),
            partner="control-system",
            devices=[self.situation.device_ids[word.device]],
            states=DEVICE_LETTERS[word.state],
            at_ms=[self._storm.starts_ms + word.since_ms],
        )
        self._say(now_ms, fact)

    def _order(self, now_ms: int, order: Order) -> None:
        self.orders += 1
        action = ACTIONS[order.action]
        self._say(now_ms, action(action=f"o{self.orders}", by=CREW, incident=order.incident, **order.body))
        if order.house:
            self._houses.append(order.house)

    async def _premises(self, name: str) -> list[str] | None:
        incident = self.situation.incident(name)
        if incident is None:
            return None
        return [self._city.premises.id[row] for row in self.situation.coverage.owned(incident).tolist()]

    def _seen(self, incident: Incident) -> dict[str, Any]:
        """What crews read of an incident on the desk's screen."""
        return {
            "id": incident.id,
            "state": incident.state.value,
            "device": self.situation.device_ids[incident.device] if incident.device >= 0 else None,
            "customers_out": incident.customers_out,
            "opened_ms": incident.opened_ms,
            "updated_ms": incident.updated_ms,
        }

    def _tick(self, now_ms: int) -> None:
        situation = self.situation
        first = self._counter - len(self._news) + 1
        made = [
            Entry(situation.position + row, at_ms, "door", first + row - 1, 0, 0, fact)
            for row, (at_ms, fact) in enumerate(self._news, 1)
        ]
        self._news.clear()
        situation.apply(made)
        adopted = facts.CityAdopted(name=self._city.name, hash=self._city.hash)
        tick = Tick(number=situation.tick + 1, at_ms=now_ms)
        self._decider.decide(made, tick, () if situation.city_hash else (adopted,))

    def _grade(self, at: int) -> None:
        owners = self.situation.coverage.owners(ELECTRIC)
        true = self._truth.out(at)
        moment = grade(at / HOUR_MS, true, np.zeros_like(true) if owners is None else owners >= 0)
        self.moments.append(moment)
        if not at % SHOWN_MS:
            print(f"hour {moment.hour:4.0f}: out {moment.truth:7,}   shown {moment.shown:7,}   both {moment.both:7,}")


def main(arguments: list[str]) -> int:
    """Print the storm and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="A rehearsal in step with the real deciding")
    parser.add_argument("--customers", type=int, default=3_000)
    parser.add_argument("--storm", default="michael")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rehearsed = Rehearsed(options.customers, load_storm(options.storm), options.seed)
    began = time.process_time()
    asyncio.run(rehearsed.run())
    result = over_time(rehearsed.moments)
    print(f"{rehearsed.orders:,} orders; {time.process_time() - began:.0f} s of a processor")
    print(f"mean of all moments: precision {result['mean_precision']}, recall {result['mean_recall']}")
    precision, recall, left = result["precision"] or 0.0, result["recall"] or 0.0, rehearsed.moments[-1].shown
    bars: Bars = {
        "precision of all customer-hours": (precision, PRECISION, precision >= PRECISION),
        "recall of all customer-hours": (recall, RECALL, recall >= RECALL),
        "shown out at the end": (left, 0, left == 0),
    }
    return tell(bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
