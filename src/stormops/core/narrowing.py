"""Whether a predicted device may be too high: nearly all who call are below one or two of the devices right below it.

It is a question for people, who can have the device looked at (`core.sighting`); the inference has weighed it already.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

from stormops.core.incident import ELECTRIC, Incident, State
from stormops.core.report import SYMPTOMS
from stormops.core.situation import Situation

SHARE = 0.8
"""So many of those who call are below the devices named."""

NAMED_MAX = 2
"""Devices that are named at most."""

CALLERS_LEAST = 5
"""Premises that call from which on it is worth asking."""


class Narrower(NamedTuple):
    """Devices (rows of the tree, the most callers first), premises that call from below them, and of how many."""

    devices: tuple[int, ...]
    callers: int
    of: int


def narrower(situation: Situation, incident: Incident) -> Narrower | None:
    """The few devices right below a predicted incident's that most of its callers are below; None = no question."""
    if incident.state is not State.PREDICTED or incident.held or len(incident.devices) != 1:
        return None
    if incident.key % 4 != ELECTRIC:
        return None
    tree, device = situation.tree, incident.device
    below: Counter[int] = Counter()
    callers = _callers(situation, incident)
    for premise in callers:
        path = tree.path(premise)
        if device in path[1:]:
            below[path[path.index(device) - 1]] += 1
    named = sorted(below, key=lambda child: (-below[child], child))[:NAMED_MAX]
    if named and below[named[0]] >= SHARE * len(callers):
        named = named[:1]
    told = sum(below[child] for child in named)
    children = np.count_nonzero((tree.parent == device) & (tree.customers > 0))
    if len(callers) < CALLERS_LEAST or told < SHARE * len(callers) or children <= len(named):
        return None
    return Narrower(tuple(named), told, len(callers))


def _callers(situation: Situation, incident: Incident) -> set[int]:
    """Premises from which people, not meters, say that service is lost."""
    reports = (situation.reports.get(receipt) for receipt in incident.reports if receipt >= 0)
    return {
        report.premise
        for report in reports
        if report is not None and report.premise >= 0 and not report.answered and SYMPTOMS[report.symptom].service_lost
    }
