"""A storm through the real `operations`: 227,000 reports and 113,400 last gasps, inferred and decided at ticks.

`make bench-inference_operations` (`ARGS=--quick` for a tenth). Everything waits on disk in a real door, in order of
platform time; the loop drains it as after a spell of overload, with the clock at what it drained last. Doors, journal
(SQLite), matching, groupers, folds and snapshots are those of `wiring`; only the clock is the storm's. The rate is
reports and meters' events over the seconds of the wall until the last is decided.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stormops.child import ONE_THREAD, keep_memory

os.environ.update(ONE_THREAD)

import numpy as np
import numpy.typing as npt

from geo.generate import generate_city
from stormops.core.decide import Decider
from stormops.core.entry import METER_LETTERS, AnyFact, MeterEventsReceived, News, ReportReceived
from stormops.core.explaining import make_groupers
from stormops.core.matching import Matcher
from stormops.core.network import City, Tree, trace
from stormops.core.report import Channel, Report, Symptom
from stormops.core.situation import Situation
from stormops.gis.pack import read_pack, write_pack
from stormops.journal.door_file import DoorFile
from stormops.journal.door_files import DoorFiles
from stormops.journal.hints import NullHints
from stormops.journal.port import Offer
from stormops.journal.snapshots import FileSnapshots
from stormops.journal.sqlite import SqliteJournal
from stormops.operations.loop import NEWS_MAX, Operations
from stormops.telemetry import Log, Metrics
from stormops.wiring import TICK_OBJECTS, seldom_garbage
from tests.bench.bars import tell

CUSTOMERS, GASPS, REPORTS = 126_000, 113_400, 227_000
ENTRIES_A_SECOND = 20_000.0
START_MS = 1_790_000_000_000
STORM_MS = 3_600_000
BODY_EVENTS = 500
FACTS_A_COMMIT = 1_000
FEW, FEWS = 20, 100
"""Reports of a tick, and ticks, when all is open: what a tick costs then must not be what is open."""
CALM_MS = 60_000
"""After the last word: the momentary hold of the last gasps is over by then."""

Longs = npt.NDArray[np.int64]


class Said(NamedTuple):
    """What is said at a moment: a fact, waiting for its receipt."""

    at_ms: int
    offer: Offer
    entries: int


class StormClock:
    """Platform time, which stands where the news drained last was recorded."""

    def __init__(self) -> None:
        self.ms = START_MS

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self.ms


class Following:
    """The doors, and the clock follows what comes out of them."""

    def __init__(self, doors: DoorFiles, clock: StormClock) -> None:
        self._doors, self._clock = doors, clock

    @property
    def cut(self) -> bool:
        """See `port.DoorReader.cut`."""
        return self._doors.cut

    def drain(self, drained: dict[str, int], limit: int = 5_000) -> list[News]:
        """See `port.DoorReader.drain`."""
        news = self._doors.drain(drained, limit)
        if news:
            self._clock.ms = max(self._clock.ms, *(item.recorded_ms for item in news))
        return news


def lost(tree: Tree, customers: int, chance: np.random.Generator) -> tuple[Longs, Longs]:
    """Devices fail until so many customers are out: premises, and when (ms after the start)."""
    at = np.full(len(tree.premise_device), -1, np.int64)
    out = 0
    for device in chance.permutation(np.flatnonzero(tree.customers)).tolist():
        below = tree.below(device)
        new = below[at[below] < 0][: customers - out]
        at[new] = int(chance.integers(0, STORM_MS // 2))
        out += len(new)
        if out >= customers:
            break
    premises = np.flatnonzero(at >= 0)
    return premises.astype(np.int64), at[premises]


def said(city: City, tree: Tree, gasps: int, reports: int, seed: int) -> list[Said]:
    """Everything that is said, in order of time."""
    chance = np.random.default_rng(seed)
    premise, at = lost(tree, gasps, chance)
    order = np.argsort(at, kind="stable")
    everything = [*_bodies(city, premise[order], at[order])]
    who = chance.integers(0, len(premise), reports)
    delay = np.minimum(chance.lognormal(np.log(1_200_000), 1.0, reports), STORM_MS / 2).astype(np.int64)
    for index, late in zip(who.tolist(), delay.tolist(), strict=True):
        everything.append(_report(city, int(premise[index]), int(at[index]) + late, float(chance.random())))
    return sorted(everything, key=lambda one: one.at_ms)


def _bodies(city: City, premise: Longs, at: Longs) -> Iterator[Said]:
    """Bodies of at most so many events, each as of its last one."""
    for first in range(0, len(premise), BODY_EVENTS):
        some, when = premise[first : first + BODY_EVENTS].tolist(), at[first : first + BODY_EVENTS]
        meters = [city.premises.meter[row] for row in some]
        times = (START_MS + when).tolist()

        def make(receipt: str, meters: list[str] = meters, times: list[int] = times) -> AnyFact:
            kinds = METER_LETTERS["last_gasp"] * len(meters)
            return MeterEventsReceived(receipt=receipt, partner="head-end", meters=meters, kinds=kinds, at_ms=times)

        yield Said(int(when[-1]), Offer(make), len(some))


def _report(city: City, premise: int, at_ms: int, how: float) -> Said:
    """A fifth gives the address, three in ten a position, the others account or service point."""
    premises, symptom = city.premises, Symptom.LIGHTS_OUT
    if how < 0.2:
        report = Report(symptom=symptom, address=premises.address(premise))
    elif how < 0.5:
        report = Report(symptom=symptom, latitude=float(premises.lat[premise]), longitude=float(premises.lon[premise]))
    elif how < 0.75:
        report = Report(symptom=symptom, account=premises.account[premise])
    else:
        report = Report(symptom=symptom, service_point=f"E-{premises.id[premise]}")

    def make(receipt: str) -> AnyFact:
        return ReportReceived(receipt=receipt, channel=Channel.WEB, report=report, sender=f"{premise:016x}")

    return Said(at_ms, Offer(make), 1)


def fill(folder: Path, everything: list[Said]) -> None:
    """Put it all on disk in one door, commit by commit, each stamped with the time of its last."""
    clock = StormClock()
    door = DoorFile(folder / "node-01.door", 1, clock.now_ms)
    door.open()
    for first in range(0, len(everything), FACTS_A_COMMIT):
        some = everything[first : first + FACTS_A_COMMIT]
        clock.ms = START_MS + some[-1].at_ms
        door.commit([[one.offer] for one in some])
    door.close()


class Drained(NamedTuple):
    """Wall and processor seconds, ticks (s each), when those that explain ended (s), open incidents, customers out."""

    wall_s: float
    processor_s: float
    ticks: list[float]
    explained: list[float]
    incidents: int
    out: int
    received: int
    meters_off: int
    few: list[float]
    """Seconds of the processor of ticks with `FEW` reports each, when all that is open."""


def drain(folder: Path, city: City, tree: Tree, events: int, more: list[Said]) -> Drained:
    """Step until everything is decided, and once more when the hold is over; then `more`, a few at a tick."""
    keep_memory()
    clock = StormClock()
    matcher = Matcher(city)

    def decider(situation: Situation) -> Decider:
        return Decider(situation, matcher, make_groupers(city, tree))

    operations = Operations(
        city,
        tree,
        journal=SqliteJournal(folder / "journal.sqlite"),
        doors=Following(DoorFiles(folder), clock),
        snapshots=FileSnapshots(folder / "snapshots"),
        hints=NullHints(),
        clock=clock,
        decider=decider,
        log=Log("bench", "error"),
        metrics=Metrics(),
    )
    operations.start()
    seldom_garbage(TICK_OBJECTS)
    situation = operations.situation
    ticks: list[float] = []
    explained = [0.0]
    began, processor = time.perf_counter(), time.process_time()
    while situation.totals.received < events:
        at = time.perf_counter()
        operations.step()
        ticks.append(time.perf_counter() - at)
        if not situation.put_off:
            explained.append(time.perf_counter() - began)
    clock.ms += CALM_MS
    operations.step()
    wall, spent = time.perf_counter() - began, time.process_time() - processor
    explained.append(wall)
    live = sum(incident.live for incident in situation.incidents.values())
    totals = situation.totals
    found = Drained(
        wall, spent, ticks, explained, live, situation.customers_out, totals.received, totals.meters_off, few=[]
    )
    door = DoorFile(folder / "node-02.door", 2, clock.now_ms)
    door.open()
    for first in range(0, len(more), FEW):
        clock.ms += 1_000
        door.commit([[one.offer] for one in more[first : first + FEW]])
        processor = time.process_time()
        operations.step()
        found.few.append(time.process_time() - processor)
    door.close()
    operations.close()
    return found


def before_deciding(folder: Path, city: City, tree: Tree) -> tuple[float, float]:
    """Seconds of the processor for what comes before deciding, alone: taking all news in, and matching its reports."""
    doors, journal, situation = DoorFiles(folder), SqliteJournal(folder / "news.sqlite"), Situation(city, tree)
    matcher, epoch, drained = Matcher(city), journal.lead(), dict[str, int]()
    taken = matched = 0.0
    while True:
        began = time.process_time()
        news = doors.drain(drained, NEWS_MAX)
        if not news:
            break
        entries = journal.append_news(news, epoch)
        situation.apply(entries)
        drained |= {item.door: item.counter for item in news}
        taken += time.process_time() - began
        began = time.process_time()
        matcher.match_many([entry.fact.report for entry in entries if isinstance(entry.fact, ReportReceived)])
        matched += time.process_time() - began
    doors.close()
    journal.close()
    return taken, matched


def run(scale: float, seed: int, folder: Path, *, profile: bool) -> dict[str, tuple[float, float, bool]]:
    """One run; gives the bars."""
    city = read_pack(write_pack(generate_city(round(CUSTOMERS * scale)), folder / "packs"))
    tree = trace(city.network, city.premises)
    gasps, reports = round(GASPS * scale), round(REPORTS * scale)
    everything = said(city, tree, gasps, reports, seed)
    data = folder / "data"
    data.mkdir()
    fill(data, everything)
    watched = cProfile.Profile() if profile else None
    if watched is not None:
        watched.enable()
    late = np.random.default_rng(seed + 1).choice(lost(tree, gasps, np.random.default_rng(seed))[0], FEW * FEWS)
    more = [_report(city, premise, STORM_MS, 0.6) for premise in late.tolist()]
    found = drain(data, city, tree, reports, more)
    if watched is not None:
        watched.disable()
        pstats.Stats(watched).sort_stats("tottime").print_stats(35)
    entries = sum(one.entries for one in everything)
    rate = entries / found.wall_s
    p50, p99, most = np.percentile(np.array(found.ticks) * 1000, [50, 99, 100])
    bodies = len(everything) - reports
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    taken, matched = before_deciding(data, city, tree)
    print(f"city of {len(city.premises):,}; {reports:,} reports, {gasps:,} last gasps in {bodies:,} bodies")
    print(f"drained in {found.wall_s:.1f} s: {rate:,.0f} entries/s")
    print(
        f"processor {found.processor_s:.1f} s: {entries / found.processor_s:,.0f} entries/s without what the disk takes"
    )
    print(f"doors, journal and fold of the news alone {taken:.1f} s, matching alone {matched:.1f} s of the processor")
    print(
        f"{len(found.ticks):,} ticks: p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {most:.0f} ms; memory {memory:,.0f} MB"
    )
    apart = np.diff(found.explained)
    print(f"{len(apart)} of them explained, {apart.mean():.1f} s apart in the mean, {apart.max():.1f} s at most")
    middle, high = np.percentile(np.array(found.few) * 1000, [50, 95])
    print(f"a tick of {FEW} reports after that: processor p50 {middle:.1f} ms, p95 {high:.1f} ms")
    print(
        f"at the end {found.incidents:,} open incidents, {found.out:,} of {gasps:,} customers shown out, "
        f"{found.meters_off:,} meters off"
    )
    return {
        "entries a second through operations": (round(rate), ENTRIES_A_SECOND, rate >= ENTRIES_A_SECOND),
        "reports decided": (found.received, reports, found.received == reports),
        "meters off": (found.meters_off, gasps, found.meters_off == gasps),
    }


def main(arguments: list[str]) -> int:
    """Print the table and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="A storm through operations, inference included")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--scale", type=float, default=1.0, help="share of everything; --quick is 0.1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="say where the time goes (it takes longer)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-inference-") as folder:
        scale = 0.1 if options.quick else options.scale
        bars = run(scale, options.seed, Path(folder), profile=options.profile)
    return tell(bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
