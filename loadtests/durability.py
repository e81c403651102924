"""Steady reports with the whole platform running: `make bench-durability`, `ARGS=--quick` for a short one.

200 reports a second for 10 minutes, then 500 a second for 30 seconds, whether answered or not; then
every receipt is looked for in the journal. It never imports `stormops`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import uvloop

from loadtests.reporters import Reporters, Stored, audit
from tests.platform import Platform, make_city

PHASES = ((200, 600), (500, 30))
QUICK = ((200, 20), (500, 10))
CALLERS = 200
P99_MS_MAX = 250
PATIENCE_S = 40


def centre_of(platform: Platform) -> tuple[float, float]:
    """The city's middle, as the platform tells everybody."""
    with urllib.request.urlopen(f"{platform.feed_url}/api/v1/config", timeout=10) as answer:  # noqa: S310 - our own
        lon, lat = json.load(answer)["centre"]
    return lon, lat


def told(bars: dict[str, tuple[float, float, bool]]) -> int:
    """Print the bars for people and as the last line for programs; the exit code."""
    for name, (measured, bar, met) in bars.items():
        print(f"{name:44}{measured:12g}{bar:12g}  {'yes' if met else 'NO'}")
    print(json.dumps(bars))
    return 0 if all(met for _, _, met in bars.values()) else 1


async def measure(platform: Platform, phases: tuple[tuple[int, int], ...]) -> dict[str, tuple[float, float, bool]]:
    """Every phase; the bars."""
    bars: dict[str, tuple[float, float, bool]] = {}
    everybody: dict[int, str] = {}
    stored = Stored(platform.data / "journal.sqlite")
    centre = centre_of(platform)
    begun = 0
    for rate, seconds in phases:
        reporters = Reporters(
            platform.intake_url,
            centre,
            first=begun,
            count=rate * seconds,
            callers=CALLERS,
            rate=rate,
            seconds_max=seconds + PATIENCE_S,
        )
        telling = asyncio.create_task(reporters.tell_progress())
        took = await reporters.send()
        telling.cancel()
        begun += rate * seconds
        everybody |= reporters.receipts
        behind = await stored.until_all(set(everybody.values()), PATIENCE_S)
        p99 = reporters.p99_ms
        print(
            f"{rate}/s for {seconds} s: {len(reporters.receipts):,} receipts in {took:.1f} s, p99 {p99:.1f} ms, "
            f"{reporters.refused} refused, {reporters.broken} broken; in the journal {behind:.1f} s after the last"
        )
        given = len(reporters.receipts)
        bars[f"{rate}/s for {seconds} s, receipts"] = (given, rate * seconds, given == rate * seconds)
        bars[f"{rate}/s for {seconds} s, ack p99 ms"] = (round(p99, 1), P99_MS_MAX, p99 <= P99_MS_MAX)
    return bars | audit(everybody, stored)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20 s and 10 s")
    parser.add_argument("--customers", type=int, default=20_000, help="size of the generated city")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stormops-durability-") as folder:
        platform = Platform(make_city(Path(folder), given.customers), Path(folder) / "data")
        try:
            bars: dict[str, Any] = uvloop.run(measure(platform, QUICK if given.quick else PHASES))
        finally:
            platform.stop()
    sys.exit(told(bars))


if __name__ == "__main__":
    main()
