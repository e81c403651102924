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

from hypothesis import HealthCheck, given, seed, settings

from tests.fuzz.targets import TARGETS, Target
from tests.fuzz.test_parsers import HANG_SECONDS, damaged

REQUESTS_A_SECOND = 40
"""About what schemathesis sends; so many examples fill the time given for it."""


class Found(NamedTuple):
    """What one run did: inputs, the longest that one took in seconds, and the bug it met, empty for none."""

    inputs: int
    longest: float
    bug: str


BATCH = 300
"""Inputs of one hypothesis run; runs with ever new seeds fill the time."""


def near_good_ones(target: Target, seconds: float) -> Found:
    """Inputs near those that are taken, for so long."""
    until, longest, count = time.monotonic() + seconds, 0.0, 0

    def drive(body: bytes) -> None:
        nonlocal longest, count
        started = time.monotonic()
        target.run(body)
        count += 1
        longest = max(longest, time.monotonic() - started)

    rules = settings(max_examples=BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    number = 0
    try:
        while time.monotonic() < until:
            number += 1
            seed(number)(rules(given(damaged(target.seeds))(drive)))()
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
    """The descriptions of intake and of feed, kept and broken, over HTTP."""
    examples = max(20, int(seconds * REQUESTS_A_SECOND / 4))
    files = [f"tests/{which}/test_openapi.py" for which in ("intake", "feed")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *files, "-k", "answers_as", "-o", "timeout=0"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"FUZZ_EXAMPLES": str(examples)},
    )
    return Found(4 * examples, 0.0, "" if done.returncode == 0 else done.stdout[-1500:])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--seconds", type=float, default=10, help="for each parser in each way; requests get four times that"
    )
    parser.add_argument("--only", help="one target")
    given_ones = parser.parse_args()
    guided = importlib.util.find_spec("atheris") is not None
    found: list[Found] = []

    def say(name: str, one: Found) -> None:
        found.append(one)
        print(f"{name:40}{one.inputs:10,}{one.longest:11.3f}  {one.bug or '-'}", flush=True)

    if not guided:
        print("atheris is not installed (pip install atheris): nothing is steered")
    print(f"{'':40}{'inputs':>10}{'longest s':>11}  bug")
    for name, target in TARGETS.items():
        if given_ones.only in (None, name):
            say(f"{name}, near good ones", near_good_ones(target, given_ones.seconds))
            if guided:
                say(f"{name}, steered", steered(name, given_ones.seconds))
    if given_ones.only is None:
        say("requests by the OpenAPI documents", requests(4 * given_ones.seconds))
    bars = {
        "crashes": [sum(bool(one.bug) for one in found), 0],
        "hangs": [sum(one.longest > HANG_SECONDS for one in found), 0],
    }
    print(json.dumps({name: [value, bar, value <= bar] for name, (value, bar) in bars.items()}))
    sys.exit(0 if all(value <= bar for value, bar in bars.values()) else 1)


if __name__ == "__main__":
    main()
