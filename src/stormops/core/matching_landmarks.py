"""Named places: landmarks and street corners. They name a point, not a premise.

A point becomes a premise only when what stands around it is one place (one building, one transformer)
or one premise is clearly nearest; else its neighbours are candidates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from rapidfuzz import fuzz, process
from shapely.geometry import MultiPoint

from stormops.core.address import street, tokens
from stormops.core.address_said import Said
from stormops.core.address_words import FILLERS
from stormops.core.matching_address import AddressBook
from stormops.core.matching_answer import MARGIN
from stormops.core.matching_meaning import fit
from stormops.core.matching_towns import UNSAID
from stormops.core.network import METRES_PER_DEGREE, City, Floats
from stormops.core.sentence import Sentence, say

_ALIKE = 84.0
"""Least likeness (0 to 100) of a landmark's name; below it is another place."""
_TELLS_APART = 4.0
_CROSS_M = 30.0
"""Streets whose lines come this near cross."""
_CROSS_PREMISES_M = 120.0
"""Without lines: streets with premises this near to each other cross there."""
_ONE_CORNER_M = 60.0
_MOST_STREETS = 6
_MOST_SPOTS = 5
_STREET_BAR = 1500


class Spot(NamedTuple):
    """A point that a text names, what it was taken for, and the penalty so far."""

    lon: float
    lat: float
    penalty: int
    reasons: list[Sentence]


def _words(text: str) -> str:
    return " ".join(w for w in tokens(text) if w.isalnum() and w not in FILLERS)


def _numbers(name: str) -> list[str]:
    """The numbers in a name: station 1 and station 2 are two places, however alike their names."""
    return [word for word in name.split() if not word.isalpha()]


class Landmarks:
    """The landmarks of a city by name."""

    def __init__(self, city: City) -> None:
        self._marks = city.landmarks
        self._names = [_words(name) for name in city.landmarks.name]

    def find(self, text: str) -> list[Spot]:
        """Landmarks of this name: one when it is sure, several when not, none when nothing is like it."""
        said = _words(text)
        if not said or not self._names:
            return []
        hits = process.extract(said, self._names, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE, limit=None)
        numbers = _numbers(said)
        good = sorted((-score, row) for name, score, row in hits if _numbers(name) == numbers)
        tells_apart = 0.0 if good and good[0][0] == -100 else _TELLS_APART
        near = [(row, -score) for score, row in good if score <= good[0][0] + tells_apart]
        return [self._spot(row, score) for row, score in near[:_MOST_SPOTS]]

    def _spot(self, row: int, score: float) -> Spot:
        name = self._marks.name[row]
        why = say("landmark" if score >= 100 else "landmark_like", known=name)
        return Spot(float(self._marks.lon[row]), float(self._marks.lat[row]), round((100 - score) * 60), [why])


class Corners:
    """The crossings of a city's streets, worked out when they are said for."""

    def __init__(self, city: City, book: AddressBook) -> None:
        self._premises, self._book = city.premises, book
        self._lon0, self._lat0 = city.centre
        self._kx = METRES_PER_DEGREE * float(np.cos(np.radians(self._lat0)))
        self._lines: dict[int, list[Floats]] = {}
        of = book.streets.of
        for line, row in zip(city.street_lines, city.street_line_street.tolist(), strict=True):
            if row >= 0 and len(line) > 1:
                self._lines.setdefault(int(of[row]), []).append(line)

    def _plane(self, lon: Floats, lat: Floats) -> Floats:
        """Points of the city's plane (n, 2) in metres."""
        return np.stack([(lon - self._lon0) * self._kx, (lat - self._lat0) * METRES_PER_DEGREE], axis=1)

    def find(self, said: Said) -> list[Spot]:
        """The corners that the two streets said may mean; none when there are no two such streets that meet."""
        if not said.cross:
            return []
        left, right, place = said.cross
        towns = self._book.towns
        town = towns.exact(place) if place else UNSAID
        if not place:
            count, town = towns.tail(right)
            right = right[:-count] if count else right
        spots = [
            spot
            for a, a_penalty, a_reasons in self._streets(left)
            for b, b_penalty, b_reasons in self._streets(right)
            if a != b
            for spot in self._cross(a, b, a_penalty + b_penalty, a_reasons + b_reasons, town)
        ]
        spots.sort(key=lambda s: (s.penalty, s.lon, s.lat))
        return [s for s in spots if s.penalty < spots[0].penalty + MARGIN]

    def _streets(self, words: list[str]) -> list[tuple[int, int, list[Sentence]]]:
        """Streets that one side of a corner may name, best first: row, penalty, reasons."""
        said = street(words[:8])
        if not said.name:
            return []
        streets = self._book.streets
        found: dict[int, tuple[int, list[Sentence]]] = {}
        for row, flags in streets.exact(said.name):
            found.setdefault(row, (fit(said, streets.parts[row], flags), []))
        if not found:
            for like in streets.one_off(said.name) or streets.search(said.name, []):
                penalty = like.penalty + fit(said, streets.parts[like.street], like.flags)
                why = [say("street_like", text=said.name, known=streets.title[like.street])]
                found.setdefault(like.street, (penalty, why))
        good = sorted((p, row, why) for row, (p, why) in found.items() if p <= _STREET_BAR)
        return [(row, p, why) for p, row, why in good if p < good[0][0] + MARGIN][:_MOST_STREETS]

    def _cross(self, a: int, b: int, penalty: int, reasons: list[Sentence], town: tuple[int, ...]) -> list[Spot]:
        """Where two streets meet, in the town when one is given."""
        points = self._by_lines(a, b) if a in self._lines and b in self._lines else self._by_premises(a, b, town)
        title = self._book.streets.title
        why = [*reasons, say("corner", first=title[a], second=title[b])]
        return [Spot(lon, lat, penalty, why) for lon, lat in points]

    def _by_lines(self, a: int, b: int) -> list[tuple[float, float]]:
        shapes = [
            shapely.MultiLineString([self._plane(line[:, 0], line[:, 1]) for line in self._lines[row]])
            for row in (a, b)
        ]
        met = shapely.intersection(*shapes)
        if met.is_empty:
            bridge = shapely.shortest_line(*shapes)
            if bridge.length > _CROSS_M:
                return []
            met = bridge.centroid
        corners = [part.centroid for part in getattr(met, "geoms", [met])]
        if MultiPoint(corners).convex_hull.length <= 2 * _ONE_CORNER_M:
            corners = [MultiPoint(corners).centroid]
        return [self._degrees(p.x, p.y) for p in corners[:_MOST_STREETS]]

    def _by_premises(self, a: int, b: int, town: tuple[int, ...]) -> list[tuple[float, float]]:
        """Without lines: midway between the nearest premises of both streets, in each town that has both."""
        book, premises = self._book, self._premises
        corners = []
        for place in sorted(book.localities(a) & book.localities(b)):
            if town and place not in town:
                continue
            sides = []
            for row in (a, b):
                rows = book.on_street(row)
                rows = rows[[book.locality[r] == place for r in rows.tolist()]]
                points = self._plane(premises.lon[rows], premises.lat[rows])
                sides.append(MultiPoint(points[~np.isnan(points).any(axis=1)]))
            bridge = shapely.shortest_line(*sides)
            if not bridge.is_empty and bridge.length <= _CROSS_PREMISES_M:
                corners.append(self._degrees(bridge.centroid.x, bridge.centroid.y))
        return corners

    def _degrees(self, x: float, y: float) -> tuple[float, float]:
        return self._lon0 + x / self._kx, self._lat0 + y / METRES_PER_DEGREE
