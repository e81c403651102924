"""The storm through operations, small: everything that was said is decided, and nobody is told out twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.generate import generate_city
from stormops.core.network import trace
from tests.bench.inference_operations import BODY_EVENTS, drain, fill, said

CITY = generate_city(1_000)
TREE = trace(CITY.network, CITY.premises)


def test_what_is_said_is_in_order_and_as_much_as_asked() -> None:
    everything = said(CITY, TREE, 900, 1_500, 1)
    assert [one.at_ms for one in everything] == sorted(one.at_ms for one in everything)
    assert sum(one.entries for one in everything) == 2_400
    assert max(one.entries for one in everything) <= BODY_EVENTS


def test_all_of_it_is_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stormops.operations.loop.NEWS_MAX", 1_000)
    fill(tmp_path, said(CITY, TREE, 900, 1_500, 1))
    found = drain(tmp_path, CITY, TREE, 1_500, said(CITY, TREE, 0, 0, 1))
    assert found.few == []
    assert (found.received, found.meters_off) == (1_500, 900)
    assert 900 <= found.out <= 1_000
    assert len(found.ticks) == 2
