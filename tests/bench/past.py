"""Time travel in a journal of a million entries: jumps, steps and a replay, as a desk asks for them.

The journal is `replay_storm`'s with its snapshots as operations keeps them. Questions go over the pipes to a process of
its own, as feed sends them; answers are decompressed and decoded here, which is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import gzip
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.bars import Bars, tell

ENTRIES = 1_000_000
TAIL = 40_000
"""Entries between two snapshots, as operations writes them (`SNAPSHOT_EVERY`)."""
JUMP_MS_MAX = 2_000.0
STEP_MS_MAX = 100.0
JUMPS = 40
STEPS = 25
"""After each fifth jump: so many steps back, then as many on."""
BEATS = 60
"""Pictures of a replay."""
BEAT_S = 0.25
PAUSE_S = 0.35
"""Between two steps of a person, who looks at what came; the archive works ahead meanwhile."""


def serve_past(folder: Path, pack: Path) -> None:
    """What `wiring.run_past` does, on this journal."""
    from stormops.core.network import trace
    from stormops.feed.past.archive import Archive
    from stormops.feed.past.process import serve
    from stormops.gis.pack import read_pack
    from stormops.journal.snapshots import FileSnapshots
    from stormops.journal.sqlite import SqliteJournal

    city = read_pack(pack)
    snapshots = folder / "snapshots"
    journal = SqliteJournal(folder / "journal.sqlite", read_only=True)
    archive = Archive(
        city,
        trace(city.network, city.premises),
        journal,
        [FileSnapshots(snapshots), FileSnapshots(snapshots / "past")],
        file=snapshots / "past" / "marks.msgpack",
        now_ms=lambda: round(time.time() * 1000),
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    serve(archive, sys.stdin.fileno(), sys.stdout.fileno())


class Desk:
    """Asks as the desk does, saying what it holds, and takes the times."""

    def __init__(self, past: Any) -> None:
        self._past = past
        self.n = -1
        self.at_ms = 0
        self.bytes: list[int] = []

    async def go(self, kind: str, value: int) -> float:
        """Milliseconds until the answer was there; NaN when there was none."""
        from stormops.feed.past.archive import Ask

        place = {"at_ms": value} if kind == "moment" else {"n": value}
        began = time.perf_counter()
        answer = await self._past.ask(Ask(kind=kind, known=self.n, **place))  # type: ignore[arg-type]
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            return float("nan")
        self.bytes.append(len(answer.body))
        message = json.loads(gzip.decompress(answer.body) if answer.gzipped else answer.body)
        self.n, self.at_ms = message["n"], message["at_ms"]
        return took


async def measure(folder: Path, pack: Path, last: int, seed: int) -> dict[str, Any]:
    """Times by kind, and the process's memory at the end."""
    from stormops.feed.past.process import Helper

    words = ["-m", "tests.bench.past", "--serve", "--folder", str(folder), "--pack", str(pack)]
    past = Helper([sys.executable, *words], {})
    rng, desk = random.Random(seed), Desk(past)
    times: dict[str, list[float]] = {kind: [] for kind in ("first", "jump", "moment", "back", "on", "beat")}
    times["first"].append(await desk.go("n", last // 2))
    moments = []
    for number in range(JUMPS):
        times["jump"].append(await desk.go("n", rng.randrange(last // 50, last)))
        moments.append(desk.at_ms)
        for kind, count in (("back", STEPS), ("on", STEPS)) if number % 5 == 0 else ():
            for _ in range(count):
                await asyncio.sleep(PAUSE_S)
                times[kind].append(await desk.go("previous" if kind == "back" else "next", desk.n))
    for at_ms in rng.sample(moments, 10):
        times["moment"].append(await desk.go("moment", at_ms + 1))
    await desk.go("moment", min(moments))
    for speed in (60, 300, 1000):
        at_ms = desk.at_ms
        for _ in range(BEATS):
            at_ms += round(BEAT_S * speed * 1000)
            times["beat"].append(await desk.go("moment", at_ms))
    memory = _memory(past.pid or 0)
    await past.close()
    return {"times": times, "memory_mb": memory, "bytes": desk.bytes}


def _memory(pid: int) -> int:
    """The most that a process had resident so far, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def run(entries: int, customers: int, seed: int, folder: Path) -> Bars:
    """Write the journal, measure, print the table."""
    from geo.generate import generate_city
    from stormops.core.network import trace
    from stormops.gis.pack import read_pack, write_pack
    from stormops.journal.snapshots import FileSnapshots
    from stormops.journal.sqlite import SqliteJournal
    from tests.bench.replay_storm import Storm

    pack = write_pack(generate_city(customers, seed), folder / "packs")
    if not (folder / "journal.sqlite").exists():
        city = read_pack(pack)
        written = SqliteJournal(folder / "journal.sqlite")
        storm = Storm(city, trace(city.network, city.premises), seed)
        storm.write(written, FileSnapshots(folder / "snapshots"), entries, TAIL)
        written.close()
        del storm
    journal = SqliteJournal(folder / "journal.sqlite", read_only=True)
    last = journal.last()
    journal.close()
    kept = list((folder / "snapshots").glob("*.snapshot"))
    size = sum(path.stat().st_size for path in kept)
    measured = asyncio.run(measure(folder, pack, last, seed))
    print(f"city of {customers:,} customers; journal of {last:,} entries; {len(kept)} snapshots, {size / 1e6:.0f} MB")
    print(f"answers: median {np.median(measured['bytes']) / 1e3:.0f} KB, most {max(measured['bytes']) / 1e3:.0f} KB")
    print(f"{'ms':<10}{'n':>6}{'p50':>9}{'p95':>9}{'most':>9}")
    p95 = {}
    for kind, times in measured["times"].items():
        known = np.array(times)[~np.isnan(times)]
        p50, p95[kind], most = np.percentile(known, [50, 95, 100])
        print(f"{kind:<10}{len(known):>6}{p50:>9.1f}{p95[kind]:>9.1f}{most:>9.1f}")
    print(f"memory of the process at most {measured['memory_mb']} MB")
    bars = {f"{kind}, p95 ms": (p95[kind], JUMP_MS_MAX) for kind in ("jump", "moment")}
    bars |= {f"step {kind}, p95 ms": (p95[kind], STEP_MS_MAX) for kind in ("back", "on")}
    return {name: (round(float(value), 1), bar, bool(value <= bar)) for name, (value, bar) in bars.items()}


def main(arguments: list[str]) -> int:
    """Print the table and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="Time travel against its bars")
    parser.add_argument("--quick", action="store_true", help="a tenth of the entries, a sixth of the city")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--customers", type=int, default=60_000)
    parser.add_argument(
        "--folder", type=Path, default=None, help="keep the journal here, and use the one that is there"
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--pack", type=Path, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve_past(options.folder, options.pack)
        return 0
    entries, customers = options.entries, options.customers
    if options.quick:
        entries, customers = entries // 10, customers // 6
    with tempfile.TemporaryDirectory(prefix="bench-past-") as fresh:
        folder = Path(fresh) if options.folder is None else options.folder
        folder.mkdir(parents=True, exist_ok=True)
        bars = run(entries, customers, options.seed, folder)
    return tell(bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
