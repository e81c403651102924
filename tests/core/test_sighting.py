"""The field says what is not open: the inference explains what was heard without it."""

from __future__ import annotations

import pytest

from stormops.core import entry as facts
from stormops.core.incident import Incident
from stormops.core.report import Symptom
from tests.core.english import all_english
from tests.core.radial import radial_city
from tests.core.test_actions import refusal
from tests.core.world import MINUTE_MS, START_MS, World

HOUSES = tuple(range(12))
"""Of the first street: those who report, below two of its four transformers."""


def street() -> tuple[World, Incident]:
    """An hour after half a street began to report it is explained by its fuse."""
    world = World(radial_city(feeders=3, laterals=8, transformers=4, houses=6))
    for premise in HOUSES:
        world.report(premise, at=premise)
    world.tick(60)
    world.rest()
    (incident,) = world.open()
    assert world.situation.device_ids[incident.device] == world.device_name(0, 1)
    return world, incident


def predicted(world: World) -> set[str]:
    """The devices that are predicted or known open."""
    return {world.situation.device_ids[incident.device] for incident in world.open() if incident.devices}


def test_a_device_seen_closed_is_not_predicted_and_its_reports_are_explained_below() -> None:
    world, incident = street()
    fuse = world.device_name(0, 1)
    action = world.act(facts.DeviceSeenClosed, at=61, incident=incident.id, device=fuse)
    made = world.tick(61)
    at_ms = START_MS + 61 * MINUTE_MS
    closed = facts.DevicesClosed(devices=[fuse], action=action, by="dora", at_ms=at_ms, reason="seen")
    assert closed in made
    assert predicted(world) == {world.device_name(premise) for premise in (0, 6)}
    assert incident.live
    assert all(f"{fuse} was seen closed, says dora." in all_english(one.reasons) for one in world.open())
    for minute in (62, 90, 180, 600):
        world.tick(minute)
        assert fuse not in predicted(world)
    before = predicted(world)
    world.start()
    world.tick(601)
    assert predicted(world) == before


def test_whoever_speaks_after_the_sighting_may_have_lost_service_by_that_device() -> None:
    world, incident = street()
    fuse = world.device_name(0, 1)
    world.act(facts.DeviceSeenClosed, at=61, incident=incident.id, device=fuse)
    world.tick(61)
    assert fuse not in predicted(world)
    for premise in range(12, 24):
        world.report(premise, at=180 + premise)
    world.tick(240)
    assert fuse in predicted(world)


def test_people_may_still_confirm_what_was_seen_closed() -> None:
    world, incident = street()
    fuse = world.device_name(0, 1)
    world.act(facts.DeviceSeenClosed, at=65, incident=incident.id, device=fuse)
    world.tick(65)
    world.act(facts.IncidentConfirmed, at=69, incident=incident.id, device=fuse)
    world.tick(69)
    assert world.open() == [incident]
    assert (world.situation.device_ids[incident.device], incident.state) == (fuse, "confirmed")


def test_what_cannot_have_been_seen_closed_is_refused() -> None:
    world, incident = street()
    kind, fuse = facts.DeviceSeenClosed, world.device_name(0, 1)
    assert refusal(world, kind, incident="E-0099", device=fuse)[0] == "unknown_incident"
    assert refusal(world, kind, incident=incident.id, device="no-such")[0] == "unknown_device"
    assert refusal(world, kind, incident=incident.id, device=world.device_name(24, 1))[0] == "device_elsewhere"
    breaker = world.device_name(0, 2)
    world.report(30, at=61)
    world.tick(61)
    (other,) = [one for one in world.open() if one is not incident]
    world.act(facts.IncidentConfirmed, at=62, incident=other.id, device=world.device_name(30, 1))
    world.tick(62)
    assert refusal(world, kind, incident=other.id, device=world.device_name(30, 1))[0] == "wrong_state"
    world.act(facts.IncidentConfirmed, at=63, incident=incident.id, device=world.device_name(0))
    world.tick(63)
    rest = next(one for one in world.open() if one.state == "predicted")
    assert refusal(world, kind, incident=rest.id, device=world.device_name(0))[0] == "known_open"
    assert refusal(world, kind, incident=incident.id, device=breaker)[0] == "wrong_state"


def test_one_house_alone_is_its_own_confirmed_incident_and_the_rest_is_explained_without_what_is_above() -> None:
    world, incident = street()
    reports = world.situation.reports
    (receipt,) = (r for r in incident.reports if reports.premise[reports.row_of[r]] == 3)
    world.act(facts.ServiceAlone, at=65, incident=incident.id, receipt=f"{receipt:014d}")
    world.tick(65)
    house = next(one for one in world.open() if receipt in one.reports)
    assert (house.state, house.devices, house.premises, house.customers_out) == ("confirmed", (), {3}, 1)
    assert house.confirmed_by == "dora"
    assert house is not incident
    assert {world.situation.closed_at_ms(row) for row in world.tree.path(3)} == {START_MS + 65 * MINUTE_MS}
    assert not predicted(world) & {world.device_name(3, up) for up in range(3)}
    again = world.report(3, at=100)
    world.tick(100)
    assert world.situation.status(int(again)) is not None
    assert [one for one in world.open() if 3 in one.premises] == [house]


def test_where_one_house_speaks_the_incident_becomes_that_house() -> None:
    world = World()
    for premise in range(6):
        world.report(premise)
    world.tick(0)
    world.start()
    for receipt in sorted(world.situation.reports.row_of)[1:]:
        world.act(facts.ReportWithdrawn, at=1, receipt=f"{receipt:014d}")
    world.tick(1)
    (incident,) = world.open()
    (receipt,) = incident.reports
    world.act(facts.ServiceAlone, at=65, incident=incident.id, receipt=f"{receipt:014d}")
    world.tick(65)
    assert world.open() == [incident]
    assert (incident.state, incident.devices, incident.premises) == ("confirmed", (), {0})
    assert all_english(incident.reasons) == ["Trouble at this service alone, by dora: seen"]
    world.tick(90)
    assert world.open() == [incident]


@pytest.mark.parametrize("symptom", [Symptom.WATER, Symptom.WIRE_DOWN])
def test_a_report_of_something_else_is_no_lost_service(symptom: Symptom) -> None:
    world = World()
    for premise in range(6):
        world.report(premise)
    receipt = world.report(0, symptom, at=1)
    world.tick(1)
    incident = next(one for one in world.open() if one.utility == "electric")
    expected = "not_in_incident" if symptom is Symptom.WATER else "no_service"
    assert refusal(world, facts.ServiceAlone, incident=incident.id, receipt=receipt)[0] == expected


def shown(world: World) -> list[tuple[str, str, tuple[int, ...], int]]:
    """What is predicted and confirmed, whatever it is called."""
    return sorted((one.state, one.confirmed_by, one.devices, one.told) for one in world.open())


def test_what_was_said_to_be_closed_and_is_taken_back_is_predicted_as_before() -> None:
    world, incident = street()
    before = shown(world)
    action = world.act(facts.DeviceSeenClosed, at=61, incident=incident.id, device=world.device_name(0, 1))
    world.tick(61)
    assert shown(world) != before
    taken = world.act(facts.SightingRetracted, at=62, sighting=action)
    made = world.tick(62)
    assert facts.SightingDropped(sighting=action, action=taken, by="dora") in made
    assert shown(world) == before
    assert not any("seen closed" in reason for one in world.open() for reason in all_english(one.reasons))
    world.start()
    world.tick(63)
    assert shown(world) == before
    assert refusal(world, facts.SightingRetracted, sighting=action)[0] == "unknown_sighting"


def test_one_house_alone_that_is_taken_back_belongs_to_its_street_again() -> None:
    world, incident = street()
    before = shown(world)
    reports = world.situation.reports
    (receipt,) = (r for r in incident.reports if reports.premise[reports.row_of[r]] == 3)
    action = world.act(facts.ServiceAlone, at=65, incident=incident.id, receipt=f"{receipt:014d}")
    world.tick(65)
    world.report(3, at=66)
    world.tick(66)
    house = next(one for one in world.open() if receipt in one.reports)
    world.act(facts.SightingRetracted, at=67, sighting=action)
    world.tick(67)
    told = shown(world)
    assert [one[:3] for one in told] == [one[:3] for one in before]
    gone = world.situation.closed_incidents[house.key]
    assert gone.outcome == "absorbed"
    status = world.situation.status(receipt)
    assert status is not None
    assert world.situation.incidents[status.incident].devices == before[0][2]
    world.start()
    world.tick(68)
    assert shown(world) == told


def test_where_only_that_house_spoke_the_same_incident_is_a_prediction_again() -> None:
    world = World()
    receipt = world.report(0)
    world.tick(0)
    (incident,) = world.open()
    action = world.act(facts.ServiceAlone, at=1, incident=incident.id, receipt=receipt)
    world.tick(1)
    assert incident.state == "confirmed"
    world.act(facts.SightingRetracted, at=2, sighting=action)
    world.tick(2)
    assert world.open() == [incident]
    assert (incident.state, incident.held, incident.confirmed_by) == ("predicted", False, "")
    assert all_english(incident.reasons) == ["One premise reports and its neighbours do not."]


def test_a_house_that_somebody_else_confirmed_or_that_is_over_stays_as_it_is() -> None:
    world, incident = street()
    receipt = f"{min(incident.reports):014d}"
    action = world.act(facts.ServiceAlone, at=65, incident=incident.id, receipt=receipt)
    world.tick(65)
    house = next(one for one in world.open() if one.state == "confirmed")
    world.act(facts.IncidentRestored, at=66, incident=house.id)
    world.tick(66)
    world.act(facts.SightingRetracted, at=67, sighting=action)
    world.tick(67)
    assert house.state == "restored"
    assert not world.situation.sightings.said
