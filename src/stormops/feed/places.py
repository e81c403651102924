"""Finding a premise by hand: a plain search over addresses, or the nearest ones to a point.

No matching engine: a dispatcher types and sees what fits. Staff only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stormops.core.network import City

PLACES_MAX = 20
"""Most premises given at once."""

QUERY_CHARACTERS_MAX = 100
"""Longest query looked at."""


class Places:
    """Premises of one city by what a person types. O(streets + premises on streets that fit)."""

    def __init__(self, city: City, rows: Callable[[str, str], list[int]]) -> None:
        """`rows` gives the premises of a number by its field (`core.matching.Matcher.rows`)."""
        self._city = city
        self._rows = rows
        self._streets = [street.casefold() for street in city.premises.streets]
        self._by_street = np.argsort(city.premises.street, kind="stable").astype(np.int32)
        streets = np.arange(len(self._streets) + 1)
        self._first = np.searchsorted(city.premises.street[self._by_street], streets)
        self._by_id = {premise: index for index, premise in enumerate(city.premises.id)}

    def search(self, query: str) -> list[dict[str, Any]]:
        """Premises whose id, account, meter or phone is the query, or whose address begins with it or has its street.

        `by` of what a number found says which number it was.
        """
        text = " ".join(query[:QUERY_CHARACTERS_MAX].casefold().split())
        exact = self._by_id.get(query.strip())
        if exact is not None:
            return [self.place(exact)]
        numbered = self._by_number(text)
        if numbered:
            return numbered
        if not text:
            return []
        number, _, rest = text.partition(" ")
        if not number[0].isdigit():
            number, rest = "", text
        elif not rest:
            rest = text if any(text in street for street in self._streets) else ""
            number = "" if rest else number
        return [self.place(index) for index in self._on_streets(number, rest)]

    def _by_number(self, text: str) -> list[dict[str, Any]]:
        """Premises of an account, a meter or a telephone, however it is written."""
        for by in ("account", "meter", "phone"):
            found = self._rows(by, text)
            if found:
                return [self.place(row) | {"by": by} for row in found[:PLACES_MAX]]
        return []

    def _on_streets(self, number: str, street: str) -> list[int]:
        """Premises by house number (prefix) and street (begins first, then contains; with the unit after it)."""
        named = sorted(
            (not name.startswith(street), len(name), index)
            for index, name in enumerate(self._streets)
            if street in name or (name and street.startswith(name + " "))
        )
        premises = self._city.premises
        found: list[tuple[bool, int, int]] = []
        for rank, (_, _, index) in enumerate(named):
            unit = street[len(self._streets[index]) :].strip() if street.startswith(self._streets[index]) else ""
            for premise in self._by_street[self._first[index] : self._first[index + 1]].tolist():
                house = premises.house_number[premise].casefold()
                if house.startswith(number) and unit in premises.unit[premise].casefold():
                    found.append((house != number, rank, premise))
            if len(found) >= PLACES_MAX and not number:
                break
        return [premise for _, _, premise in sorted(found)[:PLACES_MAX]]

    def nearest(self, lon: float, lat: float) -> list[dict[str, Any]]:
        """The premises nearest to a point (WGS 84 degrees), nearest first."""
        premises = self._city.premises
        x, y = self._city.metres(premises.lon, premises.lat)
        px, py = self._city.metres(lon, lat)
        distance = np.hypot(x - px, y - py)
        known = np.flatnonzero(~np.isnan(distance))
        count = min(PLACES_MAX, len(known))
        if count == 0:
            return []
        nearest = known[np.argpartition(distance[known], count - 1)[:count]]
        return [self.place(int(i)) for i in nearest[np.argsort(distance[nearest], kind="stable")]]

    def index(self, premise: str) -> int | None:
        """Row of a premise id."""
        return self._by_id.get(premise)

    def place(self, index: int) -> dict[str, Any]:
        """One premise as the desk sees it."""
        premises = self._city.premises
        lon, lat = float(premises.lon[index]), float(premises.lat[index])
        known = not np.isnan(lon)
        return {
            "premise": premises.id[index],
            "address": premises.address(index),
            "lon": round(lon, 6) if known else None,
            "lat": round(lat, 6) if known else None,
        }
