"""Invariant 3 in the browser's own client over 100,000 changes, recorded from the real views.

`python -m tests.bench.browser_client [--changes N]`; about three minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
AUDIENCES = ("desk", "public")


def holds(audience: str, changes: int, folder: Path) -> tuple[bool, str]:
    """Whether the client, told so many recorded changes, ends with what the feed holds; and what it printed."""
    place = folder / f"{audience}.ndjson"
    recorder = [sys.executable, "-m", "tests.feed.transcripts", audience, str(changes), str(place)]
    subprocess.run(recorder, cwd=ROOT, check=True)
    environment = os.environ | {"LONG_TRANSCRIPT": str(place), "LONG_CHANGES": str(changes)}
    replay = ["npx", "vitest", "run", "tests/long.test.ts"]
    done = subprocess.run(replay, cwd=ROOT / "dashboards", env=environment, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr


def main(arguments: list[str]) -> int:
    """Print a line for each audience and the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="The browser's client over many changes")
    parser.add_argument("--changes", type=int, default=100_000)
    options = parser.parse_args(arguments)
    bars: dict[str, tuple[int, int, bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for audience in AUDIENCES:
            good, said = holds(audience, options.changes, Path(folder))
            print(f"{audience}: {options.changes:,} changes, {'the same view' if good else said}")
            bars[f"{audience}: changes that end in the feed's view"] = (options.changes * good, 100_000, good)
    print(json.dumps(bars))
    return 0 if all(met for *_, met in bars.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
