"""Sightings as staff see them, and take them back."""

from __future__ import annotations

import math

import pytest

from stormops.core import entry as facts
from stormops.core.summary import Touched
from stormops.core.view import Changes
from stormops.core.view_desk import DeskView
from stormops.core.view_sightings import SHOWN_MS, sightings_about, sightings_shown
from tests.core.test_sighting import HOUSES, street
from tests.core.world import MINUTE_MS, START_MS


def test_a_sighting_says_what_was_seen_when_by_whom_and_why() -> None:
    world, incident = street()
    fuse = world.device_name(0, 1)
    action = world.act(facts.DeviceSeenClosed, at=61, incident=incident.id, device=fuse)
    world.tick(61)
    (value,) = sightings_shown(world.situation).values()
    assert all(math.isfinite(value[name]) for name in ("lon", "lat"))
    assert value | {"lon": 0, "lat": 0} == {
        "action": action,
        "devices": [fuse],
        "at_ms": START_MS + 61 * MINUTE_MS,
        "by": "dora",
        "reason": "seen",
        "incident": None,
        "lon": 0,
        "lat": 0,
    }
    assert all(sightings_about(world.situation, one) == [action] for one in world.open())


def test_it_bears_on_who_is_below_and_on_the_house_that_it_made() -> None:
    world, incident = street()
    for premise in range(192, 204):
        world.report(premise, at=61)
    receipt = f"{min(incident.reports):014d}"
    action = world.act(facts.ServiceAlone, at=65, incident=incident.id, receipt=receipt)
    world.tick(65)
    (value,) = sightings_shown(world.situation).values()
    house = world.situation.incident(value["incident"])
    assert house is not None
    assert (house.state, house.premises) == ("confirmed", {HOUSES[0]})
    assert value["devices"] == [world.device_name(0, up) for up in range(3)]
    about = {one.id: sightings_about(world.situation, one) for one in world.open()}
    assert about.pop(house.id) == [action]
    far = {one.id for one in world.open() if one.devices and one.device in world.tree.path(192)}
    assert far
    assert all(actions == ([] if name in far else [action]) for name, actions in about.items())


def test_the_view_shows_it_for_a_shift_or_until_it_is_taken_back() -> None:
    world, incident = street()
    fuse = world.device_name(0, 1)
    view = DeskView(world.city, world.tree, lambda position: pytest.fail(f"nothing to recall at {position}"))
    view.snapshot(world.situation)

    def act(kind: type[facts.Action], minute: float, **fields: str) -> str:
        action = world.act(kind, at=minute, **fields)
        world.tick(minute)
        return action

    def told(*, sighted: bool) -> Changes:
        touched = Touched()
        touched.sightings = sighted
        return view.changes(world.situation, touched)

    first = f"sighting/{act(facts.DeviceSeenClosed, 61, incident=incident.id, device=fuse)}"
    assert first in told(sighted=True).put
    assert first not in told(sighted=False).put
    assert first in view.snapshot(world.situation)
    act(facts.SightingRetracted, 62, sighting=first.partition("/")[2])
    assert told(sighted=True).unset == [first]
    assert first not in view.snapshot(world.situation)
    second = f"sighting/{act(facts.DeviceSeenClosed, 63, incident=incident.id, device=fuse)}"
    assert second in told(sighted=True).put
    world.tick(63 + SHOWN_MS / MINUTE_MS)
    assert told(sighted=False).unset == [second]
