"""What staff see of what the field saw closed, and may take back."""

from __future__ import annotations

from typing import Any

import numpy as np

from stormops.core.holding import ancestors
from stormops.core.incident import Incident, incident_id
from stormops.core.situation import Situation
from stormops.core.summary import Sighting

SHOWN_MS = 12 * 3_600_000
"""How long a sighting is shown: a shift. Until it is taken back it counts for longer."""


def sightings_shown(situation: Situation) -> dict[str, dict[str, Any]]:
    """By key of the view: the sightings of the last `SHOWN_MS`, each the same as long as it is shown."""
    since = situation.at_ms - SHOWN_MS
    return {
        f"sighting/{action}": _value(situation, action, sighting)
        for action, sighting in situation.sightings.said.items()
        if sighting.at_ms > since
    }


def _value(situation: Situation, action: str, sighting: Sighting) -> dict[str, Any]:
    """One sighting: devices from the customer's side up; `incident`: of the one service that has trouble, or null."""
    tree = situation.tree
    row = sighting.devices[0] if sighting.devices else -1
    located = row >= 0 and not np.isnan(tree.lon[row])
    return {
        "action": action,
        "devices": [situation.device_ids[device] for device in sighting.devices],
        "at_ms": sighting.at_ms,
        "by": sighting.by,
        "reason": sighting.reason,
        "incident": incident_id(sighting.incident) if sighting.incident >= 0 else None,
        "lon": round(float(tree.lon[row]), 6) if located else None,
        "lat": round(float(tree.lat[row]), 6) if located else None,
    }


def sightings_about(situation: Situation, incident: Incident) -> list[str]:
    """The actions of those that bear on an incident: on its devices, what is above them or its houses, or its own."""
    if not situation.sightings.said:
        return []
    tree = situation.tree
    devices = {above for device in incident.devices for above in (device, *ancestors(tree, device))}
    devices.update(above for premise in incident.premises for above in tree.path(premise))
    return [
        action
        for action, sighting in situation.sightings.said.items()
        if sighting.incident == incident.key or not devices.isdisjoint(sighting.devices)
    ]
