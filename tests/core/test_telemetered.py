"""Telemetry as deciding takes it: open explains, closed is no cause, people win."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core import entry as facts
from stormops.core.entry import DEVICE_LETTERS, DeviceStatesReceived
from stormops.core.incident import State
from stormops.core.network import EdgeKind
from tests.core.english import all_english
from tests.core.radial import radial_city
from tests.core.world import MINUTE_MS, START_MS, World

CITY = radial_city(feeders=3, laterals=8, transformers=4, houses=6)


def switched(world: World, device: str, state: str, at: float, said: float | None = None) -> None:
    receipt = f"{world.counter + 1:014d}"
    at_ms = START_MS + round((at if said is None else said) * MINUTE_MS)
    letters = DEVICE_LETTERS[state]
    world.say(
        DeviceStatesReceived(receipt=receipt, partner="scada", devices=[device], states=letters, at_ms=[at_ms]), at
    )
    world.tick(at)


@pytest.fixture
def world() -> World:
    return World(CITY)


def breaker(world: World) -> str:
    return world.device_name(0, 2)


def test_a_breaker_that_opens_is_an_incident_before_anybody_calls(world: World) -> None:
    switched(world, breaker(world), "open", 1)
    (incident,) = world.open()
    assert (incident.customers_out, incident.probability, incident.since_ms) == (192, 9_999, START_MS + MINUTE_MS)
    assert incident.state is State.PREDICTED
    assert all_english(incident.reasons) == [f"Telemetry says that the breaker {breaker(world)} is open."]
    for premise in range(0, 60, 7):
        world.report(premise, at=5)
    world.tick(6)
    assert [one.id for one in world.open()] == [incident.id]
    assert incident.told == 9
    assert world.replayed().digest() == world.situation.digest()


def test_when_it_closes_its_customers_have_service_again_and_who_calls_later_is_out_by_another_cause(
    world: World,
) -> None:
    switched(world, breaker(world), "open", 1)
    for premise in range(24, 48, 2):
        world.report(premise, at=5)
    world.tick(6)
    (incident,) = world.open()
    for premise in range(25, 48, 2):
        world.report(premise, at=40)
    switched(world, breaker(world), "closed", 41, said=30)
    assert incident.state is State.RESTORED
    assert world.situation.totals.customers_restored == 192
    (nested,) = world.open()
    assert nested.told == 12
    assert world.tree.kind[nested.device] == EdgeKind.FUSE


def test_nothing_is_predicted_through_a_device_known_closed(world: World) -> None:
    switched(world, breaker(world), "closed", 0)
    row = world.situation.device_of[breaker(world)]
    chance = np.random.default_rng(3)
    for minute in range(1, 40):
        for premise in chance.choice(192, 12, replace=False).tolist():
            world.report(premise, at=minute)
        world.tick(minute)
        assert all(row not in incident.devices for incident in world.open())
    assert world.situation.customers_out > 100


def test_what_was_predicted_there_moves_when_telemetry_says_closed(world: World) -> None:
    for premise in range(0, 192, 5):
        world.report(premise, at=1)
    world.tick(30)
    (incident,) = world.open()
    assert world.situation.device_ids[incident.device] == breaker(world)
    switched(world, breaker(world), "closed", 31)
    assert world.open()
    assert all(world.situation.device_ids[i.device] != breaker(world) for i in world.open() if i.devices)


def test_people_win_over_an_older_word_of_telemetry(world: World) -> None:
    switched(world, breaker(world), "open", 1)
    (incident,) = world.open()
    world.act(facts.IncidentRestored, 20, incident=incident.id)
    world.tick(20)
    assert not world.open()
    world.tick(21)
    assert not world.open()
    switched(world, breaker(world), "open", 30, said=1)
    assert not world.open(), "the same opening, said again, is the same word"
    switched(world, breaker(world), "open", 40)
    assert [incident.since_ms for incident in world.open()] == [START_MS + 40 * MINUTE_MS]


def test_an_incident_that_people_hold_is_theirs_to_end(world: World) -> None:
    switched(world, breaker(world), "open", 1)
    (incident,) = world.open()
    world.act(facts.IncidentConfirmed, 10, incident=incident.id)
    world.tick(10)
    switched(world, breaker(world), "closed", 20)
    assert incident.state is State.CONFIRMED
    assert world.open() == [incident]
    asked = f"Telemetry saw {breaker(world)} close: is service back?"
    assert all_english(incident.reasons) == [f"Telemetry says that the breaker {breaker(world)} is open.", asked]
    switched(world, breaker(world), "closed", 21)
    assert all_english(incident.reasons).count(asked) == 1


def test_the_newest_word_holds_and_unknown_devices_are_passed_over(world: World) -> None:
    switched(world, breaker(world), "closed", 10)
    switched(world, breaker(world), "open", 11, said=5)
    switched(world, "nowhere", "open", 12)
    assert not world.open()
    assert list(world.situation.telemetry) == [world.situation.device_of[breaker(world)]]


def test_a_link_that_is_lost_leaves_a_closed_device_unknown_since_then(world: World) -> None:
    """Silence is not "closed": what is heard later may be this device, what was heard before is not."""
    name, row = breaker(world), world.situation.device_of[breaker(world)]
    switched(world, name, "closed", 0)
    switched(world, name, "unknown", 5)
    assert world.situation.closed_ms == {row: START_MS + 5 * MINUTE_MS}
    for premise in range(0, 192, 5):
        world.report(premise, at=20)
    world.tick(40)
    assert [world.situation.device_ids[one.device] for one in world.open()] == [name]
    shown = [(one.id, one.devices, one.probability) for one in world.open()]
    world.start()
    world.tick(40)
    assert [(one.id, one.devices, one.probability) for one in world.open()] == shown
    assert world.replayed().digest() == world.situation.digest()


def test_a_link_that_is_lost_leaves_an_open_device_open(world: World) -> None:
    """Silence is not "on" (invariant 10)."""
    switched(world, breaker(world), "open", 1)
    switched(world, breaker(world), "unknown", 5)
    assert [one.customers_out for one in world.open()] == [192]
    switched(world, breaker(world), "closed", 9)
    assert not world.open()


def test_a_link_of_which_nothing_was_ever_heard_says_nothing_when_it_is_lost(world: World) -> None:
    switched(world, breaker(world), "unknown", 5)
    assert not world.situation.telemetry
    assert not world.situation.closed_ms


def test_a_restart_keeps_one_incident(world: World) -> None:
    switched(world, breaker(world), "open", 1)
    (before,) = world.open()
    world.start()
    world.tick(2)
    assert [incident.id for incident in world.open()] == [before.id]
    world.report(3, at=3)
    world.tick(4)
    assert [(incident.id, incident.told) for incident in world.open()] == [(before.id, 1)]
    switched(world, breaker(world), "closed", 9)
    assert not world.open()
