"""Street templates: what runs inside each cell, as chains of plan points.

A chain is one street from its first house to its last. Chains meet where they share a plan point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise

import numpy as np

from geo.mesh import CellKind, Mesh
from stormops.core.network import Floats


class StreetClass(IntEnum):
    """Rank of a street; the same numbers as `City.street_line_class`."""

    LOCAL = 0
    COLLECTOR = 1
    ARTERIAL = 2


class Use(IntEnum):
    """What stands along a street."""

    EMPTY = 0
    SUBURB = 1
    OLD = 2
    DOWNTOWN = 3
    STRIP = 4
    APARTMENTS = 5
    TOWNHOMES = 6
    MOBILE = 7
    INDUSTRIAL = 8
    RURAL = 9


@dataclass(slots=True)
class Chain:
    """One street. `uv` (n, 2) plan points; streets of one `group` share their name, `prefix` is a direction."""

    rank: StreetClass
    shape: str
    use: Use
    cell: int
    uv: Floats
    prefix: str = ""
    group: tuple[int, int, int] | None = None


@dataclass(slots=True, frozen=True)
class Lattice:
    """Rows and collectors of one cell in its own square: `across` turns it, `core` > 0 bends it into rings."""

    i: int
    j: int
    across: bool = False
    core: float = 0.0
    turn: float = 0.0

    def uv(self, p: list[float], q: list[float]) -> Floats:
        """Plan points of lattice points: p along the rows, q from row to row (0 to 1 each)."""
        a, b = np.array(p, np.float64), np.array(q, np.float64)
        if self.core > 0:
            a, b = self._ring(*_refined(a, b))
        elif self.across:
            a, b = b, a
        return np.stack([self.i + a, self.j + b], axis=1)

    def _ring(self, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Rings that are round inside and square at the cell's border, which they meet exactly."""
        way = 2 * np.pi * (a + self.turn)
        c, s = np.cos(way), np.sin(way)
        square = 0.5 / np.maximum(np.abs(c), np.abs(s))
        reach = np.where(b >= 1, square, (self.core + (1 - self.core) * b) * (0.5 + (square - 0.5) * b * b))
        x, y = 0.5 + reach * c, 0.5 + reach * s
        on_x = (b >= 1) & (np.abs(x - 0.5) > 0.5 - 1e-9)
        on_y = (b >= 1) & (np.abs(y - 0.5) > 0.5 - 1e-9)
        return np.where(on_x, np.rint(x), x), np.where(on_y, np.rint(y), y)


def _refined(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """More points along the rings, so that they are round."""
    hops = np.maximum(1, np.ceil(np.abs(np.diff(a)) * 48)).astype(np.int64)
    at = np.append(np.repeat(np.arange(len(hops)), hops), len(a) - 1)
    part = np.append(np.concatenate([np.arange(h) / h for h in hops.tolist()]), 0.0)
    after = np.minimum(at + 1, len(a) - 1)
    return a[at] + part * (a[after] - a[at]), b[at] + part * (b[after] - b[at])


@dataclass(slots=True, frozen=True)
class Estate:
    """A neighbourhood being laid out: its cell, lattice, length of a row in metres, places of the rows, use."""

    cell: int
    lattice: Lattice
    width: float
    rows: list[float]
    use: Use


@dataclass(slots=True)
class Planner:
    """Collects the chains of a city's cells."""

    mesh: Mesh
    rng: np.random.Generator
    chains: list[Chain] = field(default_factory=list)

    def _add(self, estate: Estate, shape: str, use: Use, p: list[float], q: list[float]) -> None:
        rank = StreetClass.COLLECTOR if shape == "collector" else StreetClass.LOCAL
        self.chains.append(Chain(rank, shape, use, estate.cell, estate.lattice.uv(p, q)))

    def estate(self, cell: int, lattice: Lattice, width: float, height: float, use: Use) -> None:
        """Winding collectors with side streets, loops and culs-de-sac between them."""
        spacing, reach = (230.0, 620.0) if use == Use.RURAL else (80.0, 400.0)
        count = max(1, round(height / spacing))
        estate = Estate(cell, lattice, width, [(r + 0.5) / count for r in range(count)], use)
        ringed = lattice.core > 0
        posts = max(3 if ringed else 1, round(width / reach))
        if ringed:
            posts_at = [k / posts for k in range(posts + 1)]
        else:
            posts_at = [(k + 0.5 + float(self.rng.uniform(-0.12, 0.12))) / posts for k in range(posts)]
        for number, at in enumerate(posts_at[:-1] if ringed else posts_at):
            self._collector(estate, at, first=number == 0, ringed=ringed)
        for left, right in pairwise(posts_at):
            self._inner_bay(estate, left, right)
        if not ringed:
            self._outer_bay(estate, posts_at[0], 0.0)
            self._outer_bay(estate, posts_at[-1], 1.0)

    def _collector(self, estate: Estate, at: float, *, first: bool, ringed: bool) -> None:
        """From main road to main road; some but the first stop at one end."""
        cut_low = not ringed and not first and self.rng.random() < 0.3
        cut_high = not first and not cut_low and self.rng.random() < 0.3
        stops = estate.rows if cut_low or ringed else [0.0, *estate.rows]
        if not cut_high or len(stops) < 2:
            stops = [*stops, 1.0]
        self._add(estate, "collector", estate.use, [at] * len(stops), stops)

    def _mixed(self, use: Use, *, edge: bool) -> Use:
        """Now and then a suburban street is of apartments, townhomes or mobile homes, mostly near main roads."""
        if use != Use.SUBURB:
            return use
        chance = self.rng.random()
        if chance < (0.15 if edge else 0.03):
            return Use.APARTMENTS
        if chance > 0.94:
            return Use.TOWNHOMES
        return Use.MOBILE if edge and chance > 0.84 else use

    def _inner_bay(self, estate: Estate, left: float, right: float) -> None:
        """Rows between two collectors: some go through, some are broken into culs-de-sac."""
        gap = min(24.0 / estate.width, (right - left) * 0.2)
        for row, at in enumerate(estate.rows):
            chance = self.rng.random()
            use = self._mixed(estate.use, edge=False)
            if row == 0 or chance < 0.5:
                self._add(estate, "through", use, [left, right], [at, at])
            elif chance < 0.8:
                middle = left + (right - left) * float(self.rng.uniform(0.4, 0.6))
                self._add(estate, "cul", use, [left, middle - gap], [at, at])
                self._add(estate, "cul", use, [right, middle + gap], [at, at])
            else:
                start, end = (left, right - 2 * gap) if chance < 0.9 else (right, left + 2 * gap)
                self._add(estate, "cul", use, [start, end], [at, at])

    def _outer_bay(self, estate: Estate, post: float, border: float) -> None:
        """Rows between a collector and a main road: loops, culs-de-sac, a few that go through."""
        margin = min(62.0 / estate.width, 0.3)
        out = 1.0 if border == 1.0 else -1.0
        stop = border - out * margin
        if (stop - post) * out < 2 * margin / 3:
            return
        rows = estate.rows
        row = 0
        while row < len(rows):
            at, chance = rows[row], self.rng.random()
            use = self._mixed(estate.use, edge=True)
            if chance < 0.45 and row + 1 < len(rows):
                step = rows[row + 1] - at
                bow = stop + out * min(0.35 * step, margin * 0.35)
                turn = stop - out * margin * 0.3
                levels = [at, at, at + 0.3 * step, at + 0.7 * step, at + step, at + step]
                self._add(estate, "loop", use, [post, turn, bow, bow, turn, post], levels)
                row += 2
                continue
            through = chance > (0.6 if use == Use.RURAL else 0.85)
            self._add(estate, "through" if through else "cul", use, [post, border if through else stop], [at, at])
            row += 1

    def industrial(self, cell: int, lattice: Lattice) -> None:
        """A wide grid of works and yards."""
        size = self.mesh.size_m
        columns, rows = max(1, round(size / 420) - 1), max(1, round(size / 240) - 1)
        p = [(k + 1) / (columns + 1) for k in range(columns)]
        q = [(k + 1) / (rows + 1) for k in range(rows)]
        estate = Estate(cell, lattice, size, q, Use.INDUSTRIAL)
        for at in p:
            self._add(estate, "collector", Use.INDUSTRIAL, [at] * (rows + 2), [0.0, *q, 1.0])
        for at in q:
            self._add(estate, "through", Use.INDUSTRIAL, [0.0, *p, 1.0], [at] * (columns + 2))

    def grid(self, cells: list[tuple[int, int]]) -> None:
        """The old town: lines that run on from cell to cell, each half of a line one street.

        A line is (axis, mesh line, number); axis 0 runs north and south, 1 east and west.
        """
        size = self.mesh.size_m
        lines = (max(1, round(size / 165) - 1), max(1, round(size / 92) - 1))
        runs: dict[tuple[int, int, int], list[int]] = {}
        for cell in cells:
            for axis in (0, 1):
                for number in range(lines[axis]):
                    runs.setdefault((axis, cell[axis], number), []).append(cell[1 - axis])
        for line, run in runs.items():
            for sign in (1, -1):
                outward = sorted(c for c in run if (c >= 0) == (sign > 0))[::sign]
                for part in _contiguous(outward):
                    self._grid_street(line, part, sign, lines)

    def _grid_street(self, line: tuple[int, int, int], part: list[int], sign: int, lines: tuple[int, int]) -> None:
        axis, step, number = line
        other = lines[1 - axis] + 1
        marks = sorted({c + m / other if m < other else c + 1.0 for c in part for m in range(other + 1)})
        along = np.array(marks if sign > 0 else marks[::-1])
        still = np.full(len(along), step + (number + 1) / (lines[axis] + 1))
        uv = np.stack([still, along] if axis == 0 else [along, still], axis=1)
        cells = [self.mesh.cell_at(*((step, c) if axis == 0 else (c, step))) for c in part]
        central = (self.mesh.kind[cells] == CellKind.DOWNTOWN).mean() > 0.5
        prefix = ("NE" if sign > 0 else "SW")[axis]
        use = Use.DOWNTOWN if central else Use.OLD
        self.chains.append(Chain(StreetClass.LOCAL, "grid", use, cells[0], uv, prefix, line))

    def cells(self) -> None:
        """Fill every cell by its kind."""
        mesh, rng, size = self.mesh, self.rng, self.mesh.size_m
        grids = []
        for cell, (i, j) in enumerate(mesh.cells.tolist()):
            kind = mesh.kind[cell]
            turned = bool(rng.random() < 0.5)
            if kind == CellKind.WOODS:
                continue
            if kind in (CellKind.DOWNTOWN, CellKind.OLD):
                grids.append((i, j))
            elif kind == CellKind.INDUSTRIAL:
                self.industrial(cell, Lattice(i, j, across=turned))
            elif mesh.core[cell] > 0:
                core = float(mesh.core[cell])
                lattice = Lattice(i, j, core=core, turn=float(rng.random()))
                self.estate(cell, lattice, np.pi * size * (1 + core) / 2, size * 0.5 * (1 - core), Use.SUBURB)
            else:
                use = Use.RURAL if kind == CellKind.RURAL else Use.SUBURB
                self.estate(cell, Lattice(i, j, across=turned), size, size, use)
        self.grid(grids)


def _contiguous(steps: list[int]) -> list[list[int]]:
    """Runs of cells that touch, in their order."""
    parts: list[list[int]] = []
    for step in steps:
        if parts and abs(parts[-1][-1] - step) == 1:
            parts[-1].append(step)
        else:
            parts.append([step])
    return parts
