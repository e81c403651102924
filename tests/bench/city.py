"""Is the generated city believable? Its counts per level beside the Greensboro network's, and what making it costs.

Run from the project's root: `.venv/bin/python tests/bench/city.py [--million]`. Greensboro is read with
the product's own importer from ../shared/data. A bar "x of Greensboro" is met from half to double.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from geo.compare import Level, levels, per_customer
from geo.generate import generate_city
from stormops.core.network import City, EdgeKind, Tree, trace
from stormops.gis.importing.city import ImportOptions, import_city

GREENSBORO = Path(__file__).parents[3] / "shared" / "data" / "network-greensboro"
BELIEVABLE = 2.0
CUSTOMERS = 60_000
Bars = dict[str, tuple[float, float | str, bool]]


def main() -> int:
    """Print the tables and the bars; 1 when one is missed, 2 when the data is not there."""
    if not GREENSBORO.exists():
        print(f"Greensboro is not at {GREENSBORO}: the comparison cannot be made")
        return 2
    bars: Bars = {}
    began = time.process_time()
    city = generate_city(CUSTOMERS)
    spent = time.process_time() - began
    tree = trace(city.network, city.premises)
    real_city, real_tree = _greensboro()
    _compare(bars, (city, tree), (real_city, real_tree))
    on_transformer = tree.customers[tree.kind == EdgeKind.TRANSFORMER]
    bars["most customers on a transformer"] = (int(on_transformer.max()), 19, int(on_transformer.max()) <= 19)
    dark = int((tree.premise_device < 0).sum())
    bars["customers without a path"] = (dark, 0, dark == 0)
    bars["CPU seconds for 60,000 customers"] = (round(spent, 2), 10, spent <= 10)
    if "--million" in sys.argv[1:]:
        _million(bars)
    print(f"\n{'bar':<52}{'measured':>12}{'bar':>16}  met")
    for name, (measured, bar, met) in bars.items():
        print(f"{name:<52}{measured:>12}{bar:>16}  {'yes' if met else 'NO'}")
    print(json.dumps(bars))
    return 0 if all(met for *_, met in bars.values()) else 1


def _greensboro() -> tuple[City, Tree]:
    with tempfile.TemporaryDirectory() as packs:
        city = import_city(ImportOptions(name="greensboro", network=GREENSBORO, packs=Path(packs))).city
    return city, trace(city.network, city.premises)


def _compare(bars: Bars, ours: tuple[City, Tree], real: tuple[City, Tree]) -> None:
    head = f"{'devices':>9}{'mean':>9}{'p10':>8}{'p50':>8}{'p90':>8}{'most':>8}"
    print(f"{'level':<34}{'':>2}{head}   (first line generated, second Greensboro)")
    for one, two in zip(levels(ours[1]), levels(real[1]), strict=True):
        _rows(one, two)
        _bar(bars, one.name, one.mean, two.mean)
    print()
    here, there = per_customer(ours[0].network, ours[1]), per_customer(real[0].network, real[1])
    for name, value in here.items():
        print(f"{name:<52}{value:>12.2f}{there[name]:>12.2f}")
    for name in ("metres of line per customer", "open switches per feeder"):
        _bar(bars, name, here[name], there[name])


def _rows(one: Level, two: Level) -> None:
    for level, name in ((one, one.name), (two, "")):
        figures = "".join(f"{v:>8.0f}" for v in (level.low, level.median, level.high, level.most))
        print(f"{name:<36}{level.devices:>9}{level.mean:>9.2f}{figures}")


def _bar(bars: Bars, name: str, ours: float, real: float) -> None:
    ratio = ours / real if real else np.inf
    bars[f"{name}, x of Greensboro"] = (round(ratio, 2), "0.5 to 2", 1 / BELIEVABLE <= ratio <= BELIEVABLE)


def _million(bars: Bars) -> None:
    began = time.process_time()
    city = generate_city(1_000_000)
    made = time.process_time() - began
    began = time.process_time()
    tree = trace(city.network, city.premises)
    traced = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    bars["CPU seconds for a million customers"] = (round(made, 1), 180, made <= 180)
    bars["CPU seconds to trace a million customers"] = (round(traced, 2), 3, traced <= 3)
    bars["GB at most for a million customers"] = (round(memory, 2), 4, memory <= 4)
    dark = int((tree.premise_device < 0).sum())
    bars["of a million, customers without a path"] = (dark, 0, dark == 0)


if __name__ == "__main__":
    sys.exit(main())
