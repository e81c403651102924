"""The public's incidents: only what at least *k* customers of an area share, and only by whole areas (invariant 7).

An incident has no place of its own here, only areas of the one public partition. A *cell* is the
customers that one incident has out in one area; a cell of fewer than *k* is not told of at all, and no
sum holds it. Counts are rounded down to a multiple of *k* ("at least so many"), so that two of them,
whatever their areas and times, differ by nothing or by at least *k*: the one house that came back, or
that was added, cannot be read from a difference.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormops.core.area import Areas
from stormops.core.incident import Incident, State
from stormops.core.situation import Situation

LISTED_MAX = 500
"""Incidents shown at once, the largest first; smaller ones are in the areas' counts like everything else."""


class Cell(NamedTuple):
    """At least `least` customers of the area (a row of the partition) are out because of the incident."""

    area: int
    least: int


class PublicIncident(NamedTuple):
    """One incident as everybody may see it. `key` is the situation's own number: it is not for the public.

    `cells` by area, empty once service is back; `since_ms` platform time.
    """

    key: int
    utility: str
    state: str
    since_ms: int
    cells: tuple[Cell, ...]

    @property
    def least(self) -> int:
        """At least so many customers are out: the sum of the cells, and of nothing that is not shown."""
        return sum(cell.least for cell in self.cells)


def public_incidents(situation: Situation, areas: Areas, k: int) -> list[PublicIncident]:
    """Those that may be shown, largest first. O(incidents + customers out of those with at least k)."""
    shown = []
    for incident in situation.incidents.values():
        cells = _cells(situation, incident, areas, k) if incident.customers_out >= k else ()
        back = incident.state is State.RESTORED and incident.customers_out_max >= k
        if cells or back:
            one = PublicIncident(
                incident.key, incident.utility.value, incident.state.value, incident.since_ms, tuple(cells)
            )
            shown.append(one)
    shown.sort(key=lambda one: (-one.least, one.key))
    return shown[:LISTED_MAX]


def _cells(situation: Situation, incident: Incident, areas: Areas, k: int) -> list[Cell]:
    of = areas.area_of_premise[situation.coverage.owned(incident)]
    counts = np.bincount(of[of >= 0], minlength=len(areas))
    return [Cell(area, int(counts[area]) // k * k) for area in np.flatnonzero(counts >= k).tolist()]
