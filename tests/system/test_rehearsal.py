"""`stormops rehearse` as a user runs it: a small storm, its JSON, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.platform import make_city


@pytest.mark.system
def test_a_squall_is_played_and_graded_and_nothing_is_lost(tmp_path: Path) -> None:
    pack = make_city(tmp_path, 3000)
    command = [sys.executable, "-m", "stormops", "rehearse", "--city", str(pack), "--storm", "squall"]
    done = subprocess.run(
        [*command, "--seed", "3", "--speed", "3000", "--json"],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    reports, customers = result["reports"], result["customers"]
    assert reports["sent"] == reports["acknowledged"] > 20
    assert (reports["lost"], reports["doubled"], reports["refused"]) == (0, 0, [])
    assert customers["shown_out_at_the_end"] == customers["truth_out_at_the_end"] == 0
    assert 0 < customers["precision"] <= 1
    assert 0 < customers["recall"] <= 1
    assert 0 < result["delay_s"]["p50"] <= result["delay_s"]["p95"] <= result["delay_s"]["p99"]


@pytest.mark.system
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rehearse", "--storm", "gale"], "no storm 'gale'; choose one of michael, quiet, squall"),
        (["rehearse", "--city", "atlantis"], "no city pack 'atlantis'; make one with 'stormops city import'"),
        (["city", "show", "nowhere/at/all"], "no city pack"),
    ],
)
def test_a_wrong_word_is_answered_with_what_to_do(words: list[str], said: str) -> None:
    done = subprocess.run([sys.executable, "-m", "stormops", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
