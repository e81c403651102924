"""The public's view: how many are out in each area of one fixed partition, since when, and nothing finer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from stormops.core.area import Areas
from stormops.core.distinct import distinct
from stormops.core.mode import FOR_THE_PUBLIC
from stormops.core.network import City, Ints
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.view import Changes, extent


class PublicView:
    """What everybody sees: how many are out in each area. One object follows one situation from its `snapshot` on.

    Premises in no area (not located) are in no public figure at all: they would be the difference
    between the total and the sum of the areas, and might be fewer than *k*.
    """

    def __init__(self, city: City, areas: Areas, phone: str = "") -> None:
        self._city = city
        self._areas = areas
        self._phone = phone
        count = len(areas.id)
        self._members = np.argsort(areas.area_of_premise, kind="stable").astype(np.int32)
        self._first = np.searchsorted(areas.area_of_premise[self._members], np.arange(count + 1))
        self._customers = np.diff(self._first)
        self._out = np.zeros(count, np.int64)
        self._began: dict[int, int] = {}

    def snapshot(self, situation: Situation) -> dict[str, Any]:
        """The whole view. O(premises)."""
        self._out[:] = 0
        self._began = {key: incident.since_ms for key, incident in situation.incidents.items()}
        changes = self._of(situation, np.arange(len(self._customers), dtype=np.int32))
        shown = {"city": self._city_value(), "totals": self._totals(situation), "mode": mode_value(situation)}
        return shown | {"unheard": self._unheard(situation)} | changes.put

    def changes(self, situation: Situation, touched: Touched) -> Changes:
        """What differs since the touched set was empty. O(customers of the areas touched)."""
        reach = [touched.premises, *self._began_otherwise(situation, touched)]
        areas = distinct(self._areas.area_of_premise[np.concatenate(reach)])
        put, unset = self._of(situation, areas[areas >= 0])
        put["totals"] = self._totals(situation)
        if touched.mode:
            put["mode"] = mode_value(situation)
        if touched.silences:
            put["unheard"] = self._unheard(situation)
        if touched.city:
            put["city"] = self._city_value()
        return Changes(put, unset)

    def _of(self, situation: Situation, areas: Ints) -> Changes:
        put: dict[str, Any] = {}
        unset: list[str] = []
        for area in areas.tolist():
            members = self._members[self._first[area] : self._first[area + 1]]
            dark = members[situation.coverage.bits[members] != 0]
            self._out[area] = len(dark)
            key = f"area/{self._areas.id[area]}"
            if len(dark):
                put[key] = {
                    "id": self._areas.id[area],
                    "name": self._areas.name[area],
                    "customers": int(self._customers[area]),
                    "out": len(dark),
                    "since_ms": self._since(situation, dark),
                }
            else:
                unset.append(key)
        return Changes(put, unset)

    def _unheard(self, situation: Situation) -> dict[str, Any]:
        """Areas from most of whose meters nothing is heard: who is out there may not be known. `since_ms` the latest.

        `whole`: that is so of every area that has meters.
        """
        still = {name: silence.since_ms for name, silence in situation.silences.items() if not silence.until_ms}
        if not still:
            return {"whole": False, "areas": []}
        ears = situation.meter_areas
        since = np.append(np.array([still.get(name, 0) for name in ears.id], np.int64), 0)[ears.of_premise]
        placed = self._areas.area_of_premise >= 0
        area, count = self._areas.area_of_premise[placed], len(self._areas.id)
        meters = np.bincount(area, ears.of_premise[placed] >= 0, count)
        silent = np.bincount(area, since[placed] > 0, count)
        latest = np.zeros(count, np.int64)
        np.maximum.at(latest, area, since[placed])
        unheard = (silent > 0) & (2 * silent >= meters)
        return {
            "whole": bool(unheard[meters > 0].all()),
            "areas": [
                {"id": self._areas.id[row], "name": self._areas.name[row], "since_ms": int(latest[row])}
                for row in np.flatnonzero(unheard).tolist()
            ],
        }

    def _began_otherwise(self, situation: Situation, touched: Touched) -> Iterator[Ints]:
        """Premises of incidents that turned out to have begun at another time."""
        for key in touched.incidents:
            incident = situation.incidents.get(key)
            if incident is None:
                self._began.pop(key, None)
            elif self._began.get(key) != incident.since_ms:
                self._began[key] = incident.since_ms
                yield situation.coverage.owned(incident)

    def _since(self, situation: Situation, dark: Ints) -> int:
        """The earliest beginning among the incidents that have these premises out."""
        owners: set[int] = set()
        for utility in range(4):
            column = situation.coverage.owners(utility)
            if column is not None:
                owners.update(distinct(column[dark]).tolist())
        return min(situation.incidents[key].since_ms for key in owners if key >= 0)

    def _totals(self, situation: Situation) -> dict[str, Any]:
        return {
            "customers": int(self._customers.sum()),
            "customers_out": int(self._out.sum()),
            "areas_affected": int(np.count_nonzero(self._out)),
            "at_ms": situation.at_ms,
        }

    def _city_value(self) -> dict[str, Any]:
        centre, bbox = extent(self._city)
        return {
            "title": self._city.title,
            "customers": int(self._customers.sum()),
            "phone": self._phone,
            "centre": centre,
            "bbox": bbox,
            "time_zone": self._city.time_zone,
        }


def mode_value(situation: Situation) -> dict[str, Any]:
    """The mode in force and what it means for everybody; who declared it and why is not the public's."""
    state = situation.mode
    return {"mode": state.mode.value, "since_ms": state.since_ms, "sentence": FOR_THE_PUBLIC[state.mode]}
