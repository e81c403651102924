"""Fuzzing for as long as one likes: `make bench-fuzz` (`ARGS="--seconds 60"` for each parser).

Three ways, each against every parser or route there is: inputs near good ones (hypothesis), inputs steered by the
lines they reach (atheris, where it is installed), and requests made from the OpenAPI document and against
it (schemathesis). The bar is the same for all: no crash, no hang, no 5xx.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings

from tests.fuzz.targets import TARGETS, Target
from tests.fuzz.test_parsers import HANG_SECONDS, damaged

REQUESTS_A_SECOND = 40
"""About what schemathesis sends; so many examples fill the time given for it."""


class Found(NamedTuple):
    """What one run did: inputs, the longest that one took in seconds, and the bug it met, empty for none."""

    inputs: int
    longest: float
    bug: str


class _TimeIsUp(Exception):
    """Ends a hypothesis run."""


def near_good_ones(target: Target, seconds: float) -> Found:
    """Inputs near those that are taken, for so long."""
    until, longest, count = time.monotonic() + seconds, 0.0, 0

    @settings(max_examples=10**9, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damaged(target.seeds))
    def drive(body: bytes) -> None:
        nonlocal longest, count
        started = time.monotonic()
        if started > until:
            raise _TimeIsUp
        target.run(body)
        count += 1
        longest = max(longest, time.monotonic() - started)

    try:
        drive()
    except _TimeIsUp:
        return Found(count, longest, "")
    except Exception as bug:  # noqa: BLE001  # whatever a parser raises is what is looked for
        return Found(count, longest, f"{type(bug).__name__}: {str(bug)[:200]}")
    return Found(count, longest, "")


def steered(name: str, seconds: float) -> Found:
    """Inputs steered by the lines they reach, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.guided", name, str(int(seconds))],
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    figures = {key: int(value) for key, value in re.findall(r"stat::(\w+):\s+(\d+)", said)}
    bug = "" if done.returncode == 0 else said[-400:]
    return Found(figures.get("number_of_executed_units", 0), float(figures.get("slowest_unit_time_sec", 0)), bug)


def requests(seconds: float) -> Found:
    """The intake's own description, kept and broken, over HTTP."""
    examples = max(20, int(seconds * REQUESTS_A_SECOND / 2))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/intake/test_openapi.py", "-k", "answers_as", "-o", "timeout=0"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"FUZZ_EXAMPLES": str(examples)},
    )
    return Found(2 * examples, 0.0, "" if done.returncode == 0 else done.stdout[-1500:])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--seconds", type=float, default=10, help="for each parser in each way; requests get four times that"
    )
    parser.add_argument("--only", help="one target")
    given_ones = parser.parse_args()
    guided = importlib.util.find_spec("atheris") is not None
    found: dict[str, Found] = {}
    for name, target in TARGETS.items():
        if given_ones.only in (None, name):
            found[f"{name}, near good ones"] = near_good_ones(target, given_ones.seconds)
            if guided:
                found[f"{name}, steered"] = steered(name, given_ones.seconds)
    if given_ones.only is None:
        found["requests by the OpenAPI document"] = requests(4 * given_ones.seconds)
    if not guided:
        print("atheris is not installed (pip install atheris): nothing was steered")
    print(f"{'':40}{'inputs':>10}{'longest s':>11}  bug")
    for name, one in found.items():
        print(f"{name:40}{one.inputs:10,}{one.longest:11.3f}  {one.bug or '-'}")
    bars = {
        "crashes": [sum(bool(one.bug) for one in found.values()), 0],
        "hangs": [sum(one.longest > HANG_SECONDS for one in found.values()), 0],
    }
    print(json.dumps({name: [value, bar, value <= bar] for name, (value, bar) in bars.items()}))
    sys.exit(0 if all(value <= bar for value, bar in bars.values()) else 1)


if __name__ == "__main__":
    main()
