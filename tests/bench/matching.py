"""Matching against its bars: right and wrong premises by set, and speed, on Chittenden and on the demo city.

`python -m tests.bench.matching [--quick] [--seed N] [--misses FILE]`. Chittenden is read from the pack named
by STORMOPS_CHITTENDEN_PACK, else from `../shared/data` by the project's own importer, without a network.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stormops.core.matching import Matcher
from stormops.core.network import METRES_PER_DEGREE, City, Network
from stormops.gis.importing.addresses import AddressOptions, read_addresses
from stormops.gis.importing.findings import Findings
from stormops.gis.pack import read_pack
from tests.bench import matching_corners
from tests.bench.bars import Bars, tell
from tests.bench.matching_sets import Asker, Query, Tally

ADDRESSES = Path(__file__).parents[3] / "shared" / "data" / "addresses-chittenden" / "addresses.csv.gz"
_REPEATS = 10
_TIMED = 4_000


def chittenden() -> City | None:
    """The real addresses; None when neither a pack nor the shared data is there."""
    pack = os.environ.get("STORMOPS_CHITTENDEN_PACK")
    if pack:
        return read_pack(Path(pack))
    if not ADDRESSES.is_file():
        return None
    premises, _ = read_addresses(ADDRESSES, AddressOptions(), Findings())
    none, flags = np.empty(0, np.int32), np.empty(0, np.bool_)
    floats = np.empty(0)
    network = Network([], floats, floats, flags, [], none, none, np.empty(0, np.uint8), flags, floats)
    return City("chittenden", "Chittenden", "America/New_York", premises, network)


def demo(premises: int = 60_000) -> City:
    """The generated demo city."""
    from geo.generate import generate_city

    return generate_city(premises)


def _rate(count: int, work: Callable[[], object]) -> float:
    """Best of a few runs, per second of this process's own time (one core, undisturbed by neighbours)."""
    best = float("inf")
    for _ in range(_REPEATS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return count / best


def _above(bars: Bars, name: str, measured: float, bar: float) -> None:
    bars[name] = (round(measured, 3), bar, measured >= bar)


def _below(bars: Bars, name: str, measured: float, bar: float) -> None:
    bars[name] = (round(measured, 3), bar, measured <= bar)


class Task(NamedTuple):
    """One city to measure, with the city whose addresses are foreign to it."""

    name: str
    asker: Asker
    other: Asker
    matcher: Matcher
    queries: int
    seed: int


def accuracy(task: Task, bars: Bars) -> list[str]:
    """Grade all sets of one city, print the table, note the bars; gives the texts that were not right."""
    name, asker, other, matcher, count, seed = task
    rng = random.Random(seed)
    sets: dict[str, list[Query]] = {
        "well-formed": asker.well_formed(count, rng),
        "spoilt": asker.spoilt(count, rng),
        "digits exchanged": asker.digits(count, rng),
        "outside": asker.outside(other, count, rng),
    }
    print(f"\n{asker.city.title}: {len(asker.city.premises)} premises, seed {seed}")
    print(f"  {'set':<18}{'asked':>8}{'right %':>10}{'wrong %':>10}{'unmatched %':>13}{'truth among candidates %':>26}")
    misses = []
    for set_name, queries in sets.items():
        tally = asker.grade(matcher, queries)
        among = f"{100 * tally.among / tally.unmatched:.1f}" if tally.unmatched else "-"
        print(
            f"  {set_name:<18}{tally.asked:>8}{tally.share(tally.right):>10.2f}{tally.share(tally.wrong):>10.2f}"
            f"{tally.share(tally.unmatched):>13.2f}{among:>26}"
        )
        _print_ways(tally)
        _bars(bars, f"{name} {set_name}", set_name, tally)
        misses += [f"{name} {set_name}: {m}" for m in tally.misses]
    corners = matching_corners.measure(asker.city, matcher, max(100, count // 20), rng)
    if corners:
        shares = ", ".join(f"{share:.1f} % {what}" for what, share in corners.items())
        print(f"  corners ('A & B'; a place, not a house): {shares} by the corner")
        _below(bars, f"{name} corners wrong %", corners["wrong"], 0.5)
    return misses


def _print_ways(tally: Tally) -> None:
    for way, (asked, right, wrong) in sorted(tally.ways.items()):
        print(f"    {way:<24}{asked:>6} alone{100 * right / asked:>9.1f} right{100 * wrong / asked:>7.2f} wrong")


def _bars(bars: Bars, name: str, set_name: str, tally: Tally) -> None:
    right = {"well-formed": 98.0, "spoilt": 90.0, "outside": 99.0}.get(set_name)
    if right is not None:
        what = "unmatched %" if set_name == "outside" else "right %"
        _above(bars, f"{name} {what}", tally.share(tally.right), right)
    if set_name != "outside":
        _below(bars, f"{name} wrong %", tally.share(tally.wrong), 0.5)


def _all(matcher: Matcher, texts: list[str]) -> None:
    for text in texts:
        matcher.match_address(text)


def speed(task: Task, bars: Bars) -> None:
    """Points one by one and in batches, and texts, per second."""
    name, asker, _, matcher, _, seed = task
    count = _TIMED
    rng = random.Random(seed)
    noise = np.random.default_rng(seed)
    p = asker.city.premises
    rows = noise.choice(np.flatnonzero(~np.isnan(p.lon)), 16 * count)
    spread = 15.0 / METRES_PER_DEGREE
    lons = p.lon[rows] + noise.normal(0, spread, len(rows)) / np.cos(np.radians(p.lat[rows]))
    lats = p.lat[rows] + noise.normal(0, spread, len(rows))
    one_by_one = list(zip(lons[:count].tolist(), lats[:count].tolist(), strict=True))
    nearest = matcher.nearest
    single = _rate(count, lambda: [nearest(x, y) for x, y in one_by_one])
    batch = _rate(len(lons), lambda: matcher.nearest_many(lons, lats))
    _above(bars, f"{name} nearest one by one /s", single, 50_000)
    _above(bars, f"{name} nearest in batches /s", batch, 500_000)
    print(f"  nearest: {single:,.0f}/s one by one, {batch:,.0f}/s in batches")
    rates = []
    for set_name, queries in (("well-formed", asker.well_formed(count, rng)), ("spoilt", asker.spoilt(count, rng))):
        rates.append(_rate(count, partial(_all, matcher, [q.text for q in queries])))
        print(f"  texts, {set_name}: {rates[-1]:,.0f}/s")
    _above(bars, f"{name} texts, half of them spoilt /s", 2 / (1 / rates[0] + 1 / rates[1]), 10_000)


def run(*, count: int, seed: int, misses_file: Path | None, timed: bool = True) -> Bars:
    """Every set on every city that is there; `timed` off leaves the speeds out."""
    bars: Bars = {}
    real, made = chittenden(), demo()
    askers = {"demo": Asker(made, "FL", made.title)}
    if real is None:
        print("Chittenden is absent: ../shared/data is not beside this checkout; the demo city alone is measured")
    else:
        askers = {"chittenden": Asker(real, "VT")} | askers
    misses: list[str] = []
    for name, asker in askers.items():
        start = time.process_time()
        matcher = Matcher(asker.city)
        built = time.process_time() - start
        other = askers["demo"] if name == "chittenden" else askers.get("chittenden", asker)
        task = Task(name, asker, other, matcher, count, seed)
        misses += accuracy(task, bars)
        print(f"  index built in {built:.2f} s of processor time")
        if timed:
            speed(task, bars)
    if misses_file:
        misses_file.write_text("\n".join(misses) + "\n")
    return bars


def main(arguments: list[str]) -> int:
    """Print the tables and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="Matching against its bars")
    parser.add_argument("--quick", action="store_true", help="a tenth of the queries")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", type=Path, default=None, help="write every query that was not right here")
    options = parser.parse_args(arguments)
    bars = run(count=2_000 if options.quick else 20_000, seed=options.seed, misses_file=options.misses)
    return tell(bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
