"""What staff see of a switch or a device that can be opened."""

from __future__ import annotations

from typing import Any

import numpy as np

from stormops.core.incident import Incident
from stormops.core.network import EdgeKind
from stormops.core.situation import Situation


def switch_value(situation: Situation, row: int) -> dict[str, Any]:
    """One device as it is now. `customers`: how many nothing feeds because it is open; `parallel`: it closes a ring.

    `since_ms`, `by`, `reason` and `source` (`core.entry.SWITCH_SOURCES`) are null where nobody ever operated it.
    """
    tree, gear = situation.tree, situation.switchgear
    state = situation.switches.get(row)
    located = not np.isnan(tree.lon[row])
    is_open = gear.is_open(situation.switches, row)
    return {
        "device": situation.device_ids[row],
        "kind": EdgeKind(int(tree.kind[row])).name.lower(),
        "feeder": situation.device_ids[int(tree.feeder[row])],
        "open": is_open,
        "normally_open": bool(gear.normally_open[row]),
        "since_ms": state.since_ms if state else None,
        "by": state.by if state else None,
        "reason": state.reason if state else None,
        "source": state.source if state else None,
        "customers": int(tree.customers[row]) if is_open else 0,
        "parallel": not is_open and gear.parallel(tree, row),
        "lon": round(float(tree.lon[row]), 6) if located else None,
        "lat": round(float(tree.lat[row]), 6) if located else None,
    }


def abnormal_switches(situation: Situation) -> dict[str, dict[str, Any]]:
    """By key of the view: the switches that are not as they normally are."""
    rows = situation.switchgear.abnormal(situation.switches)
    return {f"switch/{situation.device_ids[row]}": switch_value(situation, row) for row in rows}


def opened_by_people(situation: Situation, incident: Incident) -> bool:
    """Whether its customers are out because people opened its device: known, with the switching as its cause."""
    state = situation.switches.get(incident.device)
    return incident.live and state is not None and state.opened_by_hand
