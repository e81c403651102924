"""Switches as staff see them."""

from __future__ import annotations

import math

import pytest

from stormops.core.view_switches import abnormal_switches, opened_by_people, switch_value
from tests.core.test_switching import CITY, FAR, MIDDLE, TIE, breaker, operate, telemetry
from tests.core.world import MINUTE_MS, START_MS, World


@pytest.fixture
def world() -> World:
    return World(CITY)


def test_a_switch_says_how_it_is_how_it_normally_is_since_when_and_by_whom(world: World) -> None:
    situation = world.situation
    row = situation.device_of[MIDDLE]
    before = switch_value(situation, row)
    assert (before["kind"], before["open"], before["normally_open"]) == ("switch", False, False)
    assert before["feeder"] == breaker(world)
    assert before["since_ms"] is before["by"] is before["reason"] is before["source"] is None
    operate(world, MIDDLE, 1, opened=True)
    after = switch_value(situation, row)
    assert after | {"lon": None, "lat": None} == before | {
        "open": True,
        "since_ms": START_MS + MINUTE_MS,
        "by": "dora",
        "reason": "seen",
        "source": "person",
        "customers": len(FAR),
        "lon": None,
        "lat": None,
    }
    assert math.isfinite(after["lon"])


def test_abnormal_is_what_is_not_as_it_normally_is(world: World) -> None:
    assert abnormal_switches(world.situation) == {}
    operate(world, MIDDLE, 1, opened=True)
    operate(world, TIE, 2, opened=False)
    assert sorted(abnormal_switches(world.situation)) == sorted([f"switch/{MIDDLE}", f"switch/{TIE}"])
    assert not abnormal_switches(world.situation)[f"switch/{TIE}"]["parallel"]
    operate(world, MIDDLE, 3, opened=False)
    (left,) = abnormal_switches(world.situation).values()
    assert (left["device"], left["parallel"]) == (TIE, True)


def test_an_incident_by_switching_is_told_from_one_that_telemetry_saw(world: World) -> None:
    operate(world, MIDDLE, 1, opened=True)
    telemetry(world, breaker(world, 48), "O", 2)
    assert [opened_by_people(world.situation, incident) for incident in world.open()] == [True, False]
    operate(world, MIDDLE, 3, opened=False)
    ended = world.situation.incident("E-0001")
    assert ended is not None
    assert not opened_by_people(world.situation, ended)
