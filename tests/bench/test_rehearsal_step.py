"""The rehearsal in step says the same every time; a squall over a town of 600."""

from __future__ import annotations

import asyncio
import json

import pytest

from stormops.rehearsal.storm import load_storm
from tests.bench.rehearsal_step import PRECISION, RECALL, Rehearsed, main


def test_the_same_seed_gives_the_same_moments() -> None:
    twice = [Rehearsed(600, load_storm("squall"), 1) for _ in range(2)]
    for rehearsed in twice:
        asyncio.run(rehearsed.run())
    first, second = twice
    assert first.moments == second.moments
    assert first.situation.digest() == second.situation.digest()
    assert max(moment.truth for moment in first.moments) > 40
    assert first.orders > 0


def test_its_bars_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--customers", "600", "--storm", "squall"]) in (0, 1)
    bars = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [bar for _, bar, _ in bars.values()] == [PRECISION, RECALL, 0]
    assert bars["shown out at the end"][0] == 0
