"""Where an incident is, for people: a street and its blocks, a middle, and an outline. Staff screens only.

All of it follows from which premises are out. Shapes of what is below a device never change, so
they are worked out once; a cluster's are worked out when its premises change.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
import shapely

from stormops.core.network import METRES_PER_DEGREE, City, Ints, Tree
from stormops.core.sentence import Words, say

MARGIN_METRES = 15.0
"""Room between the outermost premises and the outline, so that even one premise has a drawable one."""

OUTLINE_POINTS_MAX = 16
"""Corners of an outline at most; it is simplified until it has no more."""

BLOCK = 100
"""House numbers of one block share all but the last two digits, as street signs count."""

SHAPES_KEPT_MAX = 20_000
"""Shapes of devices remembered; the least used is forgotten and worked out anew when asked for."""

_NUMBER = re.compile(r"\d+")


class Shape(NamedTuple):
    """`place` in words; middle in WGS 84 degrees; `hull` a closed ring of [lon, lat] (None when nothing is located)."""

    place: Words
    lon: float | None
    lat: float | None
    hull: list[list[float]] | None


class Shapes:
    """Shapes in one city."""

    def __init__(self, city: City, tree: Tree) -> None:
        self._city = city
        self._tree = tree
        self._of_device: OrderedDict[int, Shape] = OrderedDict()

    def below(self, device: int) -> Shape:
        """The shape of everything below a device. O(premises below) once, then O(1)."""
        known = self._of_device.get(device)
        if known is None:
            known = self._of_device[device] = self.of(self._tree.below(device))
            if len(self._of_device) > SHAPES_KEPT_MAX:
                self._of_device.popitem(last=False)
        else:
            self._of_device.move_to_end(device)
        return known

    def of(self, premises: Ints) -> Shape:
        """The shape of some premises (indices). O(n log n)."""
        columns = self._city.premises
        lon, lat = columns.lon[premises], columns.lat[premises]
        known = ~np.isnan(lon)
        if not known.any():
            return Shape(self._place(premises), None, None, None)
        lon, lat = lon[known], lat[known]
        middle = round(float(lon.mean()), 6), round(float(lat.mean()), 6)
        return Shape(self._place(premises), *middle, _outline(np.column_stack([lon, lat])))

    def _place(self, premises: Ints) -> Words:
        """Street and blocks ("Palmetto Ave, 1200 block"), or the streets with the most premises."""
        if len(premises) == 0:
            return ""
        columns = self._city.premises
        if len(premises) == 1:
            return columns.address(int(premises[0]))
        streets, counts = np.unique(columns.street[premises], return_counts=True)
        order = np.lexsort((streets, -counts))
        names = [columns.streets[street] for street in streets[order[:2]].tolist()]
        if len(streets) == 1:
            return self._blocks(names[0], premises)
        more = len(streets) - 2
        first, second = names
        if not more:
            return say("and", first=first, second=second)
        return say("streets", first=first, second=second, count=more)

    def _blocks(self, street: str, premises: Ints) -> Words:
        found = (_NUMBER.match(self._city.premises.house_number[premise]) for premise in premises.tolist())
        blocks = {int(match.group()) // BLOCK * BLOCK for match in found if match}
        if not blocks:
            return street
        low, high = min(blocks), max(blocks)
        if low == high:
            return say("block_of", street=street, block=str(low))
        return say("blocks_of", street=street, low=str(low), high=str(high))


def _outline(points: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[list[float]]:
    """A convex ring around points (n, 2) with a margin and few corners, first corner repeated at the end."""
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(points[:, 1].mean())), METRES_PER_DEGREE])
    base = points.mean(axis=0)
    metres = shapely.multipoints((points - base) * scale)
    hull = shapely.buffer(shapely.convex_hull(metres), MARGIN_METRES, quad_segs=2)
    tolerance = MARGIN_METRES / 3
    ring = shapely.get_exterior_ring(hull)
    while shapely.get_num_points(ring) > OUTLINE_POINTS_MAX + 1:
        hull = shapely.simplify(hull, tolerance)
        ring = shapely.get_exterior_ring(hull)
        tolerance *= 1.5
    corners = shapely.get_coordinates(ring) / scale + base
    rounded: list[list[float]] = np.round(corners, 6).tolist()
    return rounded
