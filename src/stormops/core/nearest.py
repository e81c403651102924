"""Nearest premise to a point, one by one and in batches: the same answer either way.

One by one a grid of rows and cells in plain lists beats any call into a compiled tree; beyond its
reach, and for batches, the k-d tree answers. Of premises at the same distance the first row wins.
"""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
from scipy.spatial import cKDTree

from stormops.core.forest import Rows
from stormops.core.network import METRES_PER_DEGREE, City, Floats, Ints

_CELL_M = 40.0
_SHIFT = 1 << 32


class Nearest:
    """The positions of a city's premises; those without a position are never nearest. P premises."""

    def __init__(self, city: City) -> None:
        premises = city.premises
        self._lon0, self._lat0 = city.centre
        self._kx = METRES_PER_DEGREE * math.cos(math.radians(self._lat0))
        known = np.flatnonzero(np.isfinite(premises.lon) & np.isfinite(premises.lat))
        x = (premises.lon[known] - self._lon0) * self._kx
        y = (premises.lat[known] - self._lat0) * METRES_PER_DEGREE
        # One row a position: of premises at one position the first stands for all.
        places, first, _ = spots(x, y)
        self._premise: Ints = known[first].astype(np.int32)
        self._tree = cKDTree(places) if len(places) else None
        column, line = np.floor(places / _CELL_M).astype(np.int64).T
        key = line * _SHIFT + column
        order = np.lexsort((self._premise, key))
        self._keys: list[int] = [*key[order].tolist(), 1 << 62]
        self._xs: list[float] = places[order, 0].tolist()
        self._ys: list[float] = places[order, 1].tolist()
        self._rows: list[int] = self._premise[order].tolist()

    def plane(self, lon: float, lat: float) -> tuple[float, float]:
        """The point in the city's plane: metres east and north, as `City.metres`."""
        return (lon - self._lon0) * self._kx, (lat - self._lat0) * METRES_PER_DEGREE

    def nearest(self, lon: float, lat: float) -> tuple[int, float]:
        """The nearest premise (row) and its distance in metres; (-1, inf) in a city without positions or for NaN."""
        x = (lon - self._lon0) * self._kx
        y = (lat - self._lat0) * METRES_PER_DEGREE
        if not (math.isfinite(x) and math.isfinite(y)):
            return -1, math.inf
        best, row = self._in_cells(x, y)
        if best <= _CELL_M * _CELL_M:
            return row, math.sqrt(best)
        return self._far(x, y)

    def _in_cells(self, x: float, y: float) -> tuple[float, int]:
        """Nearest among the nine cells around: exact when it is no further than a cell."""
        keys, xs, ys, rows = self._keys, self._xs, self._ys, self._rows
        left = math.floor(x / _CELL_M) - 1
        line = (math.floor(y / _CELL_M) - 1) * _SHIFT + left
        best, row = math.inf, -1
        for _ in range(3):
            i = bisect_left(keys, line)
            end = line + 2
            while keys[i] <= end:
                dx, dy = xs[i] - x, ys[i] - y
                away = dx * dx + dy * dy
                if away <= best and (away < best or rows[i] < row):
                    best, row = away, rows[i]
                i += 1
            line += _SHIFT
        return best, row

    def _far(self, x: float, y: float) -> tuple[int, float]:
        if self._tree is None:
            return -1, math.inf
        metres, at = self._tree.query((x, y))
        ties = self._tree.query_ball_point((x, y), float(metres) * (1 + 1e-12) + 1e-9)
        return min(int(self._premise[t]) for t in [int(at), *ties]), float(metres)

    def nearest_many(self, lons: Floats, lats: Floats) -> tuple[Ints, Floats]:
        """The same for many points: rows and metres, of the points' length; -1 and inf as above."""
        x = (np.asarray(lons, np.float64) - self._lon0) * self._kx
        y = (np.asarray(lats, np.float64) - self._lat0) * METRES_PER_DEGREE
        points = np.stack([x, y], axis=1)
        rows = np.full(len(points), -1, np.int32)
        metres = np.full(len(points), np.inf)
        if self._tree is None or not len(points):
            return rows, metres
        sound = np.isfinite(points).all(axis=1)
        pair = [1, 2] if self._tree.n > 1 else [1]
        both, at = (np.asarray(a) for a in self._tree.query(points[sound], k=pair))
        away = both[:, 0]
        tied: list[int] = np.flatnonzero(both[:, -1] - away <= 1e-9 * (1 + away)).tolist() if len(pair) > 1 else []
        here = self._premise[at[:, 0]]
        asked = np.flatnonzero(sound)
        for i in tied:
            here[i] = self.nearest(float(lons[asked[i]]), float(lats[asked[i]]))[0]
        rows[sound], metres[sound] = here, away
        return rows, metres

    def within(self, lon: float, lat: float, metres: float, limit: int) -> list[tuple[int, float]]:
        """Up to `limit` premise positions within a distance, nearest first; ties by row."""
        x = (lon - self._lon0) * self._kx
        y = (lat - self._lat0) * METRES_PER_DEGREE
        if self._tree is None or not (math.isfinite(x) and math.isfinite(y)):
            return []
        k = min(limit, self._tree.n)
        away, at = self._tree.query((x, y), k=k, distance_upper_bound=metres)
        found = zip(np.atleast_1d(at).tolist(), np.atleast_1d(away).tolist(), strict=True)
        near = [(int(self._premise[i]), float(d)) for i, d in found if math.isfinite(d)]
        return sorted(near, key=lambda one: (one[1], one[0]))


def spots(x: Floats, y: Floats) -> tuple[Floats, Rows, Rows]:
    """The places (M, 2) where anything stands, ascending; the first row (M) that does; the place of each row (N)."""
    order = np.lexsort((y, x))
    begins = np.append(True, (np.diff(x[order]) != 0) | (np.diff(y[order]) != 0))[: len(order)]
    spot = np.empty(len(order), np.intp)
    spot[order] = np.cumsum(begins) - 1
    first = order[begins]
    return np.column_stack([x[first], y[first]]), first, spot
