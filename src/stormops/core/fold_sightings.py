"""What the field saw closed, folded: each sighting counts until it is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stormops.core import entry as facts
from stormops.core.incident import incident_key
from stormops.core.summary import Sighting, Touched

if TYPE_CHECKING:
    from stormops.core.entry import Entry
    from stormops.core.situation import Situation

SIGHTINGS_MAX = 1_000
"""Sightings that can be taken back; of the oldest stays when its devices were closed."""


def devices_closed(situation: Situation, _entry: Entry, fact: facts.DevicesClosed, touched: Touched) -> None:
    """People say that these devices were closed then; it tells nothing of those above them."""
    devices = tuple(situation.device_of[name] for name in fact.devices if name in situation.device_of)
    key = incident_key(fact.incident)
    house = -1 if key is None else key
    situation.sightings.add(fact.action, Sighting(devices, fact.at_ms, fact.by, fact.reason, house))
    _touch(devices, touched)
    if len(situation.sightings.said) > SIGHTINGS_MAX:
        action, oldest = next(iter(situation.sightings.said.items()))
        situation.sightings.drop(action)
        for device in oldest.devices:
            situation.closed_ms[device] = max(oldest.at_ms, situation.closed_ms.get(device, 0))
        _touch(oldest.devices, touched)


def sighting_dropped(situation: Situation, _entry: Entry, fact: facts.SightingDropped, touched: Touched) -> None:
    """It counts no more; what others saw of the same devices does."""
    dropped = situation.sightings.drop(fact.sighting)
    if dropped is not None:
        _touch(dropped.devices, touched)


def _touch(devices: Iterable[int], touched: Touched) -> None:
    """Another sighting may be the last word on these devices now, or none."""
    touched.closed.update(devices)
    touched.sightings = True
