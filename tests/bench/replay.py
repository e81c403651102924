"""Restart and replay of a storm's journal against their bars: seconds, memory, and that nothing differs.

The journal is written by `replay_storm`; each figure is taken in a process of its own, from its start
to the moment it could decide (city pack read, network traced, situation known, groupers filled).
Seconds are of processor time, which other work on the machine does not stretch; the wall's are printed beside.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from stormops.child import ONE_THREAD

os.environ.update(ONE_THREAD)

import numpy as np

from tests.bench.bars import Bars, tell

ENTRIES = 1_000_000
TAIL = 40_000
"""Entries after the snapshot: as many as operations lets come together (`SNAPSHOT_EVERY`)."""
RESTART_S_MAX = 5.0
REPLAY_S_MAX = 60.0
MEMORY_MB_MAX = 2_000.0
TICK_MS_MAX = 250.0


def measure(folder: Path, pack: Path, *, with_snapshot: bool) -> dict[str, Any]:
    """In a process of its own: come to know everything, as operations does at its start."""
    began, wall = time.process_time(), time.monotonic()
    _as_operations()
    from stormops.core.decide import Decider
    from stormops.core.explaining import make_groupers
    from stormops.core.matching import Matcher
    from stormops.core.network import trace
    from stormops.core.situation import Situation
    from stormops.gis.pack import read_pack
    from stormops.journal.snapshots import FileSnapshots, MemorySnapshots
    from stormops.journal.sqlite import SqliteJournal
    from stormops.operations.recovery import recover
    from stormops.telemetry import Log

    city = read_pack(pack)
    tree = trace(city.network, city.premises)
    matcher = Matcher(city)
    ready_for_journal = time.process_time()
    situation = Situation(city, tree)
    snapshots = FileSnapshots(folder / "snapshots") if with_snapshot else MemorySnapshots()
    journal = SqliteJournal(folder / "journal.sqlite", read_only=True)
    recover(situation, journal, snapshots, Log("bench", "error"))
    known = time.process_time()
    Decider(situation, matcher, make_groupers(city, tree))
    ended = time.process_time()
    journal.close()
    return {
        "city_s": ready_for_journal - began,
        "situation_s": known - ready_for_journal,
        "groupers_s": ended - known,
        "seconds": ended - began,
        "wall_s": time.monotonic() - wall,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "position": situation.position,
        "digest": situation.digest(),
    }


def _as_operations() -> None:
    """What the process does at its start (`wiring.run_operations`)."""
    from stormops.child import keep_memory
    from stormops.wiring import seldom_garbage

    keep_memory()
    seldom_garbage()


def apart(folder: Path, pack: Path, kind: str) -> dict[str, Any]:
    """`measure` in another process."""
    words = [
        sys.executable,
        "-m",
        "tests.bench.replay",
        "--measure",
        kind,
        "--folder",
        str(folder),
        "--pack",
        str(pack),
    ]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run(entries: int, customers: int, seed: int, folder: Path) -> Bars:
    """Write the journal, measure, print the table."""
    from geo.generate import generate_city
    from stormops.core.network import trace
    from stormops.gis.pack import read_pack, write_pack
    from stormops.journal.snapshots import FileSnapshots
    from stormops.journal.sqlite import SqliteJournal
    from tests.bench.replay_storm import Storm

    pack = write_pack(generate_city(customers, seed), folder / "packs")
    _as_operations()
    city = read_pack(pack)
    journal = SqliteJournal(folder / "journal.sqlite")
    storm = Storm(city, trace(city.network, city.premises), seed)
    written = storm.write(journal, FileSnapshots(folder / "snapshots"), entries, TAIL)
    journal.close()
    del storm
    # The newest snapshot may stand right at the end: the one before it is the worst that a restart may find.
    max((folder / "snapshots").glob("*.snapshot")).unlink()
    p50, p99, most = np.percentile(np.array(written.ticks) * 1000, [50, 99, 100])
    print(f"city of {customers:,} customers; journal of {written.entries:,} entries, {written.reports:,} reports,")
    print(f"at its end {written.open_reports:,} open reports in {written.open_incidents:,} open incidents;")
    print(f"ticks of about 250 reports: p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {most:.0f} ms (decide and fold)")
    print(f"{'':<24}{'city s':>8}{'situation s':>13}{'groupers s':>12}{'whole s':>9}{'wall s':>8}{'memory MB':>11}")
    figures = {}
    for name, kind in (("restart from snapshot", "restart"), ("full replay", "replay")):
        one = figures[kind] = apart(folder, pack, kind)
        print(
            f"{name:<24}{one['city_s']:>8.2f}{one['situation_s']:>13.2f}{one['groupers_s']:>12.2f}"
            f"{one['seconds']:>9.2f}{one['wall_s']:>8.2f}{one['memory_mb']:>11.0f}"
        )
    same = all(one["digest"] == written.digest for one in figures.values())
    memory = max(one["memory_mb"] for one in figures.values())
    scale = entries / ENTRIES
    return {
        "entries": (written.entries, entries, written.entries >= entries),
        "restart from snapshot, s": _at_most(figures["restart"]["seconds"], RESTART_S_MAX),
        "full replay, s": _at_most(figures["replay"]["seconds"], max(REPLAY_S_MAX * scale, RESTART_S_MAX)),
        "peak memory, MB": _at_most(memory, MEMORY_MB_MAX),
        "tick p99, ms": _at_most(float(p99), TICK_MS_MAX),
        "situations that differ": (float(not same), 0.0, same),
    }


def _at_most(measured: float, bar: float) -> tuple[float, float, bool]:
    return round(measured, 2), bar, measured <= bar


def main(arguments: list[str]) -> int:
    """Print the table and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="Restart and replay against their bars")
    parser.add_argument("--quick", action="store_true", help="a tenth of the entries, a sixth of the city")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--customers", type=int, default=60_000)
    parser.add_argument("--measure", choices=["restart", "replay"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, default=None, help="keep the journal here")
    parser.add_argument("--pack", type=Path, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        print(json.dumps(measure(options.folder, options.pack, with_snapshot=options.measure == "restart")))
        return 0
    entries, customers = options.entries, options.customers
    if options.quick:
        entries, customers = entries // 10, customers // 6
    with tempfile.TemporaryDirectory(prefix="bench-replay-") as fresh:
        folder = Path(fresh) if options.folder is None else options.folder
        folder.mkdir(parents=True, exist_ok=True)
        bars = run(entries, customers, options.seed, folder)
    return tell(bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
