"""How fast inference is: the whole of a city anew, one report, and ten million customers.

`make bench-inference_scale` (`ARGS=--quick` for a fifth of the large sizes). 126,000 customers are the reference city
in a storm of scale 1 with a tenth of those out reporting. Ten million are the same generator with more feeders; each
size is taken in a process of its own on one core, so that memory is its own. Seconds of the processor for the large
ones, of the wall for the small ones.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from typing import NamedTuple

ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
os.environ.update(ONE_CORE)

import numpy as np  # noqa: E402 - the threads must be told before

from stormops.core.hearing import Rates  # noqa: E402
from stormops.core.inference import Inference  # noqa: E402
from stormops.core.onset import QUANTUM_MS  # noqa: E402
from stormops.core.standing import Grounds  # noqa: E402
from tests.bench.bars import Bars, tell  # noqa: E402
from tests.bench.inference_cases import Row  # noqa: E402
from tests.bench.inference_networks import FEEDERS, reference  # noqa: E402
from tests.bench.inference_storm import storm  # noqa: E402

CUSTOMERS = 126_000
FULL_MS, UPDATE_MS = 100.0, 1.0
MILLIONS = (1.25, 2.5, 5.0, 10.0)
LARGE_S, LARGE_GB, LINEAR = 15.0, 8.0, 1.1
NOON = 490_000 * 3_600_000
MINUTES = 180
UPDATES, FULLS = 2_000, 15


class Large(NamedTuple):
    """One size: customers, devices, seconds of a full recomputation, GB at most, share of them out that is believed."""

    customers: int
    devices: int
    seconds: float
    gigabytes: float
    out: float


def engine(feeders: int) -> tuple[Inference, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The engine in the middle of a storm, and the premises that report."""
    place = reference(seed=1, feeders=feeders)
    made = storm(place, Row(name="scale", network="reference", static=True), 1)
    told = made.told
    rates = Rates(report=told.report_rate, false=told.false_rate, service=told.service_prior)
    standing = Grounds(*told.where.T).standing(told.tree.premise_device)
    inference = Inference(told.tree, told.prior, rates, standing=standing)
    chance = np.random.default_rng(2)
    premise = made.reports.premise
    inference.customers.tell("report_ms", premise, NOON - chance.integers(0, MINUTES * 60_000, len(premise)))
    return inference, premise


def recompute(inference: Inference, now_ms: int) -> None:
    """Everything anew: another quantum of time changes what every customer's word is worth."""
    inference.update(now_ms, inference.prediction.predicted())


def city(bars: Bars, feeders: int, updates: int = UPDATES) -> None:
    """126,000 customers: full recomputations, and single reports."""
    inference, reporting = engine(feeders)
    recompute(inference, NOON)
    full = []
    for step in range(1, FULLS + 1):
        began = time.perf_counter()
        recompute(inference, NOON + step * QUANTUM_MS)
        full.append(time.perf_counter() - began)
    chance = np.random.default_rng(3)
    now = NOON + FULLS * QUANTUM_MS
    everybody = len(inference.customers.leaf)
    # Half of the news is from where others report already, half from anywhere.
    near = np.minimum(chance.choice(reporting, updates // 2) + chance.integers(1, 20, updates // 2), everybody - 1)
    premises = chance.permutation(np.concatenate([near, chance.integers(0, everybody, updates - updates // 2)]))
    one = []
    for premise in premises.tolist():
        began = time.perf_counter()
        inference.customers.tell("report_ms", np.array([premise]), now)
        inference.update(now, inference.prediction.predicted())
        one.append(time.perf_counter() - began)
    milliseconds = np.array(one) * 1000
    p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
    whole = float(np.median(full)) * 1000
    print(f"{everybody:,} customers, {len(inference.places):,} devices, {len(reporting):,} report")
    print(f"  full recomputation       median {whole:.1f} ms, most {max(full) * 1000:.1f} ms")
    print(f"  one report               p50 {p50:.2f}  p95 {p95:.2f}  p99 {p99:.2f}  most {milliseconds.max():.2f} ms")
    bars["126,000 customers: full recomputation, ms"] = (round(whole, 1), FULL_MS, whole <= FULL_MS)
    bars["126,000 customers: one report's update p95, ms"] = (round(float(p95), 3), UPDATE_MS, bool(p95 <= UPDATE_MS))


def measure(feeders: int) -> Large:
    """In a process of its own: one full recomputation."""
    inference, _ = engine(feeders)
    began = time.process_time()
    recompute(inference, NOON)
    seconds = time.process_time() - began
    out = float(1 - inference.posterior.since[-1].mean())
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    return Large(len(inference.customers.leaf), len(inference.places), seconds, gigabytes, out)


def large(bars: Bars, millions: tuple[float, ...]) -> None:
    """Sizes up to ten million, and whether seconds grow as customers do."""
    print(f"\n{'customers':>12}{'devices':>12}{'seconds':>10}{'GB':>8}{'µs a customer':>16}")
    found: list[Large] = []
    for million in millions:
        feeders = round(million * 1e6 / CUSTOMERS * FEEDERS)
        words = [sys.executable, "-m", "tests.bench.inference_scale", "--measure", str(feeders)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        one = Large(*json.loads(done.stdout.splitlines()[-1]))
        found.append(one)
        each = 1e6 * one.seconds / one.customers
        print(
            f"{one.customers:>12,}{one.devices:>12,}{one.seconds:>10.2f}{one.gigabytes:>8.2f}{each:>16.2f}", flush=True
        )
    last = found[-1]
    logs = np.log([[one.customers, one.seconds] for one in found])
    slope = float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0])
    name = f"{last.customers / 1e6:.0f} million customers"
    bars[f"{name}: full recomputation, s"] = (round(last.seconds, 2), LARGE_S, last.seconds <= LARGE_S)
    bars[f"{name}: memory, GB"] = (round(last.gigabytes, 2), LARGE_GB, last.gigabytes <= LARGE_GB)
    bars["exponent of seconds in customers"] = (round(slope, 3), LINEAR, slope <= LINEAR)


def main(arguments: list[str]) -> int:
    """Print the table and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="Inference's speed against its bars")
    parser.add_argument("--quick", action="store_true", help="the large sizes a fifth")
    parser.add_argument("--part", choices=["", "city", "large"], default="", help="one part only")
    parser.add_argument("--measure", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return 0
    bars: Bars = {}
    if options.part != "large":
        city(bars, FEEDERS)
    if options.part != "city":
        large(bars, tuple(million / 5 for million in MILLIONS) if options.quick else MILLIONS)
    return tell(bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
