"""The plan of the city: a mesh of main roads, its cells by kind, and the map from plan to metres.

Everything is laid out in plan coordinates (u, v), where cell (i, j) is [i, i+1] x [j, j+1] and (0, 0) is
the middle of the city; `Mesh.place` bends the plan into metres (x east, y north), so that no main road is
straight and no neighbourhood is square, while what meets in the plan meets on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.ndimage import map_coordinates, spline_filter

from stormops.core.network import Floats, Ints

HECTARES_PER_CUSTOMER = 0.13
"""First guess of the ground that a customer takes, woods and works included; the city is then fitted."""
CELL_M = 1150.0
"""Side of a full cell, metres: about one feeder's worth of customers."""


class CellKind(IntEnum):
    """What fills the ground between main roads."""

    DOWNTOWN = 0
    OLD = 1
    SUBURB = 2
    ROUND = 3
    LAKE = 4
    INDUSTRIAL = 5
    RURAL = 6
    WOODS = 7


@dataclass(slots=True)
class Mesh:
    """Cells and the map from plan to ground.

    `cells` (C, 2) are plan corners, `kind` (C,) their `CellKind`, `core` (C,) the share of a ringed
    cell that is lake or park (0 = not ringed); `index` looks up a cell by its corner, -1 = none.
    """

    half: int
    size_m: float
    cells: Ints
    kind: Ints
    core: Floats
    index: Ints
    knots: Floats
    swirl: Floats
    wave: Floats

    def cell_at(self, i: int, j: int) -> int:
        """Number of cell (i, j), -1 when it is outside the city."""
        a, b = i + self.half, j + self.half
        inside = 0 <= a < 2 * self.half and 0 <= b < 2 * self.half
        return int(self.index[a, b]) if inside else -1

    def heart(self, cell: int, bulge: Floats) -> tuple[Floats, Floats]:
        """Metres of the outline of a ringed cell's lake or park; `bulge` (n,) in 0..1 by direction."""
        way = np.linspace(0, 2 * np.pi, len(bulge), endpoint=False)
        reach = 0.5 * self.core[cell] * bulge
        i, j = self.cells[cell]
        return self.place(i + 0.5 + reach * np.cos(way), j + 0.5 + reach * np.sin(way))

    def square(self, cell: int, margin: float) -> tuple[Floats, Floats]:
        """Metres of the outline of a cell, `margin` (a share of its side) inside its main roads."""
        side = np.linspace(margin, 1 - margin, 13)[:-1]
        low, high = np.full(12, margin), np.full(12, 1 - margin)
        u = np.concatenate([side, high, side[::-1] + 1 / 12 * (1 - 2 * margin), low])
        v = np.concatenate([low, side, high, side[::-1] + 1 / 12 * (1 - 2 * margin)])
        i, j = self.cells[cell]
        return self.place(i + u, j + v)

    def place(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Metres of plan points (same shapes). Points on a cell's border are the same seen from both cells."""
        i = np.clip(np.floor(u), -self.half, self.half - 1).astype(np.int64)
        j = np.clip(np.floor(v), -self.half, self.half - 1).astype(np.int64)
        s, t = u - i, v - j
        a, b = i + self.half, j + self.half
        weight = 16 * s * (1 - s) * t * (1 - t)
        angle = self.swirl[a, b] * weight
        amplitude, phase = self.wave[a, b, 0] * weight, self.wave[a, b, 1]
        ds, dt = s - 0.5, t - 0.5
        s2 = 0.5 + ds * np.cos(angle) - dt * np.sin(angle) + amplitude * np.sin(2 * np.pi * (1.2 * t + phase))
        t2 = 0.5 + ds * np.sin(angle) + dt * np.cos(angle) + amplitude * np.sin(2 * np.pi * (1.1 * s + 0.7 * phase))
        where = np.stack([a + s2, b + t2])
        x = map_coordinates(self.knots[0], where, order=3, mode="mirror", prefilter=False)
        y = map_coordinates(self.knots[1], where, order=3, mode="mirror", prefilter=False)
        return x, y


def _knots(rng: np.random.Generator, half: int, size_m: float) -> Floats:
    """Ground position of every mesh crossing: rounded towards rings, bent by slow waves, jittered."""
    line = np.arange(-half, half + 1, dtype=np.float64)
    u, v = np.meshgrid(line, line, indexing="ij")
    ring = np.maximum(np.abs(u), np.abs(v))
    length = np.hypot(u, v)
    round_part = 0.4 * np.divide(ring, length, out=np.ones_like(length), where=length > 0) + 0.6
    x, y = u * round_part, v * round_part
    turn = 0.12 + 0.02 * length
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    for wavelength, height in ((9.5, 0.3), (5.0, 0.1)):
        for _ in range(2):
            heading, p, q = rng.uniform(0, 2 * np.pi, 3)
            along = (u * np.cos(heading) + v * np.sin(heading)) * 2 * np.pi / wavelength
            x, y = x + height * np.sin(along + p), y + height * np.sin(along + q)
    x, y = x + rng.uniform(-0.1, 0.1, x.shape), y + rng.uniform(-0.1, 0.1, y.shape)
    return np.stack([spline_filter(x * size_m, mode="mirror"), spline_filter(y * size_m, mode="mirror")])


def _kinds(rng: np.random.Generator, cells: Ints, rank: Floats) -> Ints:
    """Kind of every cell, cells being ordered from the middle outwards; `rank` (C,) runs from 0 to 1."""
    count = len(cells)
    kind = np.where(rng.random(count) < 0.17, CellKind.ROUND, CellKind.SUBURB).astype(np.int32)
    kind[(rng.random(count) < 0.09) & (rank > 0.2)] = CellKind.LAKE
    kind[(rng.random(count) < 0.07 + 0.1 * rank) & (rank > 0.25)] = CellKind.WOODS
    kind[(rank > 0.84) & (rng.random(count) < 0.7)] = CellKind.RURAL
    works = np.arctan2(cells[:, 1] + 0.5, cells[:, 0] + 0.5) - rng.uniform(-np.pi, np.pi)
    kind[(np.cos(works) > 0.9) & (rank > 0.25) & (rng.random(count) < 0.5)] = CellKind.INDUSTRIAL
    old = min(count, max(2, round(0.15 * count)))
    kind[:old] = CellKind.OLD
    if count >= 18:
        kind[: round(0.04 * count)] = CellKind.DOWNTOWN
    if not (kind == CellKind.LAKE).any():
        kind[old + (count - old) // 2] = CellKind.LAKE
    return kind


def make_mesh(rng: np.random.Generator, customers: float) -> Mesh:
    """A mesh with room for about this many customers."""
    area_m2 = customers * HECTARES_PER_CUSTOMER * 10_000
    count = max(7, round(area_m2 / CELL_M**2))
    size_m = float(np.sqrt(area_m2 / count))
    half = int(np.ceil(np.sqrt(count) * 0.5 * 1.35)) + 2
    line = np.arange(-half, half)
    i, j = (g.ravel() for g in np.meshgrid(line, line, indexing="ij"))
    u, v = i + 0.5, j + 0.5
    way = np.arctan2(v, u)
    lobes = 1 + 0.16 * np.cos(2 * way + rng.uniform(0, 6)) + 0.12 * np.cos(3 * way + rng.uniform(0, 6))
    order = np.argsort(np.hypot(u, v) / lobes + rng.uniform(0, 0.3, len(u)), kind="stable")[:count]
    cells = np.stack([i[order], j[order]], axis=1).astype(np.int32)
    kind = _kinds(rng, cells, np.arange(count) / count)
    index = np.full((2 * half, 2 * half), -1, np.int32)
    index[cells[:, 0] + half, cells[:, 1] + half] = np.arange(count)
    curved = np.zeros((2 * half, 2 * half))
    bend = np.array([0.0, 0.0, 1.0, 0.55, 0.55, 0.0, 1.0, 0.0])
    curved[cells[:, 0] + half, cells[:, 1] + half] = bend[kind]
    core = np.where(kind == CellKind.LAKE, rng.uniform(0.34, 0.52, count), rng.uniform(0.16, 0.34, count))
    core[(kind != CellKind.LAKE) & (kind != CellKind.ROUND)] = 0.0
    swirl = rng.uniform(-0.42, 0.42, curved.shape) * curved
    wave = np.stack([rng.uniform(0.02, 0.055, curved.shape) * curved, rng.random(curved.shape)], axis=2)
    return Mesh(half, size_m, cells, kind, core, index, _knots(rng, half, size_m), swirl, wave)
