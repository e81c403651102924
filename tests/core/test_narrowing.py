"""Nearly all who call are below a few devices: is the one above them really open?"""

from __future__ import annotations

import pytest

from stormops.core import entry as facts
from stormops.core.incident import Incident
from stormops.core.narrowing import narrower
from tests.core.radial import radial_city
from tests.core.world import World


def at_the_fuse(*premises: int) -> tuple[World, Incident]:
    """An incident at the first street's fuse (four transformers of six houses), with these callers."""
    world = World(radial_city(feeders=3, laterals=8, transformers=4, houses=6))
    for premise in premises:
        world.report(premise)
    world.tick(0)
    incident = world.open()[0]
    incident.devices, incident.reports = (world.tree.path(0)[1],), set(world.situation.reports.row_of)
    return world, incident


@pytest.mark.parametrize(
    ("premises", "named", "callers"),
    [
        ((0, 1, 2, 3, 4), (0,), 5),
        ((0, 1, 2, 6, 7, 8), (0, 6), 6),
        ((6, 7, 8, 9, 0, 1, 2, 3, 12), (0, 6), 8),
        ((0, 1, 6, 7, 12, 13), (), 0),
        ((0, 1, 2, 3), (), 0),
    ],
)
def test_few_devices_with_most_callers_are_named(
    premises: tuple[int, ...], named: tuple[int, ...], callers: int
) -> None:
    world, incident = at_the_fuse(*premises)
    found = narrower(world.situation, incident)
    if not named:
        assert found is None
        return
    assert found is not None
    assert (set(found.devices), found.callers, found.of) == (
        {world.tree.path(premise)[0] for premise in named},
        callers,
        len(premises),
    )


def test_what_people_confirmed_or_a_single_service_is_no_question() -> None:
    world, incident = at_the_fuse(0, 1, 2, 3, 4)
    incident.devices = (world.tree.path(0)[0],)
    assert narrower(world.situation, incident) is None  # nothing is below a transformer
    incident.devices = (world.tree.path(0)[1],)
    assert narrower(world.situation, incident) is not None
    world.act(facts.IncidentConfirmed, at=1, incident=incident.id, device=world.device_name(0, 1))
    world.tick(1)
    assert incident.state == "confirmed"
    assert narrower(world.situation, incident) is None
