"""Street templates: what runs inside each cell, as chains of plan points.

A chain is one street from its first house to its last. Chains meet where they share a plan point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

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
    """One street. `uv` (n, 2) plan points; `name` is set for streets that run on through many cells."""

    rank: StreetClass
    shape: str
    use: Use
    cell: int
    uv: Floats
    prefix: str = ""
    group: tuple[int, int, int] | None = None


@dataclass(slots=True)
class Lattice:
    """Rows and collectors of one cell in its own square: `across` turns it, `core` > 0 bends it into rings."""

    i: int
    j: int
    across: bool
    core: float
    turn: float = 0.0

    def uv(self, p: list[float], q: list[float]) -> Floats:
        """Plan points of lattice points: p along the rows, q from row to row (0 to 1 each)."""
        a, b = np.array(p, np.float64), np.array(q, np.float64)
        if self.core > 0:
            hops = np.maximum(1, np.ceil(np.abs(np.diff(a)) * 48)).astype(np.int64)
            at = np.append(np.repeat(np.arange(len(hops)), hops), len(a) - 1)
            part = np.append(np.concatenate([np.arange(h) / h for h in hops]), 0.0)
            after = np.minimum(at + 1, len(a) - 1)
            a, b = a[at] + part * (a[after] - a[at]), b[at] + part * (b[after] - b[at])
            way = 2 * np.pi * (a + self.turn)
            c, s = np.cos(way), np.sin(way)
            square = 0.5 / np.maximum(np.abs(c), np.abs(s))
            reach = (self.core + (1 - self.core) * b) * (0.5 + (square - 0.5) * b * b)
            edge = b >= 1
            x, y = 0.5 + np.where(edge, square, reach) * c, 0.5 + np.where(edge, square, reach) * s
            x, y = (
                np.where(edge & (np.abs(x - 0.5) > 0.5 - 1e-9), np.rint(x), x),
                np.where(edge & (np.abs(y - 0.5) > 0.5 - 1e-9), np.rint(y), y),
            )
            return np.stack([self.i + x, self.j + y], axis=1)
        if self.across:
            a, b = b, a
        return np.stack([self.i + a, self.j + b], axis=1)


@dataclass(slots=True)
class Planner:
    """Collects the chains of a city, cell by cell."""

    mesh: Mesh
    rng: np.random.Generator
    chains: list[Chain] = field(default_factory=list)

    def add(self, rank: StreetClass, shape: str, use: Use, cell: int, uv: Floats) -> None:
        """One more street."""
        self.chains.append(Chain(rank, shape, use, cell, uv))

    def suburb(self, cell: int, lattice: Lattice, width: float, height: float, use: Use) -> None:
        """Winding collectors with side streets, loops and culs-de-sac between them."""
        rng, spacing, reach = self.rng, 74.0, 400.0
        if use == Use.RURAL:
            spacing, reach = 230.0, 620.0
        rows = max(1, round(height / spacing))
        q = [(r + 0.5) / rows for r in range(rows)]
        ringed = lattice.core > 0
        posts = max(3 if ringed else 1, round(width / reach))
        if ringed:
            p = [k / posts for k in range(posts + 1)]
        else:
            p = [(k + 0.5 + float(rng.uniform(-0.12, 0.12))) / posts for k in range(posts)]
        for k, at in enumerate(p[:-1] if ringed else p):
            cut_low = not ringed and k > 0 and rng.random() < 0.3
            cut_high = k > 0 and not cut_low and rng.random() < 0.3
            inner = q if cut_low or ringed else [0.0, *q]
            stops = inner if cut_high and len(inner) > 1 else [*inner, 1.0]
            self.add(StreetClass.COLLECTOR, "collector", use, cell, lattice.uv([at] * len(stops), stops))
        for left, right in zip(p[:-1], p[1:], strict=True):
            self._inner_bay(cell, lattice, left, right, q, width, use)
        if not ringed:
            self._outer_bay(cell, lattice, p[0], 0.0, q, width, use)
            self._outer_bay(cell, lattice, p[-1], 1.0, q, width, use)

    def _use(self, use: Use, *, edge: bool) -> Use:
        """Now and then a suburban street is of apartments, townhomes or mobile homes."""
        if use != Use.SUBURB:
            return use
        chance = self.rng.random()
        if edge and chance < 0.11:
            return Use.APARTMENTS
        if chance > 0.95:
            return Use.TOWNHOMES
        return Use.MOBILE if edge and chance > 0.915 else use

    def _inner_bay(
        self, cell: int, lattice: Lattice, left: float, right: float, q: list[float], width: float, use: Use
    ) -> None:
        gap = min(24.0 / width, (right - left) * 0.2)
        for row, at in enumerate(q):
            chance = self.rng.random()
            kind = self._use(use, edge=False)
            if row == 0 or chance < 0.5:
                self.add(StreetClass.LOCAL, "through", kind, cell, lattice.uv([left, right], [at, at]))
                continue
            if chance < 0.8:
                middle = left + (right - left) * float(self.rng.uniform(0.4, 0.6))
                self.add(StreetClass.LOCAL, "cul", kind, cell, lattice.uv([left, middle - gap], [at, at]))
                self.add(StreetClass.LOCAL, "cul", kind, cell, lattice.uv([right, middle + gap], [at, at]))
            else:
                start, end = (left, right - 2 * gap) if chance < 0.9 else (right, left + 2 * gap)
                self.add(StreetClass.LOCAL, "cul", kind, cell, lattice.uv([start, end], [at, at]))

    def _outer_bay(
        self, cell: int, lattice: Lattice, post: float, border: float, q: list[float], width: float, use: Use
    ) -> None:
        margin = min(62.0 / width, 0.3)
        out = 1.0 if border == 1.0 else -1.0
        stop = border - out * margin
        row = 0
        if (stop - post) * out < 2 * margin / 3:
            return
        while row < len(q):
            at, chance = q[row], self.rng.random()
            kind = self._use(use, edge=True)
            if chance < 0.45 and row + 1 < len(q):
                step = q[row + 1] - at
                bow = stop + out * min(0.35 * step, margin * 0.35)
                p = [post, stop - out * margin * 0.3, bow, bow, stop - out * margin * 0.3, post]
                rows = [at, at, at + 0.3 * step, at + 0.7 * step, at + step, at + step]
                self.add(StreetClass.LOCAL, "loop", kind, cell, lattice.uv(p, rows))
                row += 2
                continue
            end = border if chance > 0.85 or (chance > 0.6 and use == Use.RURAL) else stop
            shape = "through" if end == border else "cul"
            self.add(StreetClass.LOCAL, shape, kind, cell, lattice.uv([post, end], [at, at]))
            row += 1

    def industrial(self, cell: int, i: int, j: int, size: float) -> None:
        """A wide grid of works and yards."""
        lattice = Lattice(i, j, across=bool(self.rng.random() < 0.5), core=0)
        columns, rows = max(1, round(size / 420) - 1), max(1, round(size / 240) - 1)
        p = [(k + 1) / (columns + 1) for k in range(columns)]
        q = [(k + 1) / (rows + 1) for k in range(rows)]
        for at in p:
            stops = [0.0, *q, 1.0]
            uv = lattice.uv([at] * len(stops), stops)
            self.add(StreetClass.COLLECTOR, "collector", Use.INDUSTRIAL, cell, uv)
        for at in q:
            uv = lattice.uv([0.0, *p, 1.0], [at] * (len(p) + 2))
            self.add(StreetClass.LOCAL, "through", Use.INDUSTRIAL, cell, uv)

    def grid(self, cells: list[tuple[int, int, int]]) -> None:
        """The old town: lines that run on from cell to cell, each half of a line one street."""
        size = self.mesh.size_m
        lines = (max(1, round(size / 165) - 1), max(1, round(size / 92) - 1))
        runs: dict[tuple[int, int, int], dict[int, int]] = {}
        for cell, i, j in cells:
            for k in range(lines[0]):
                runs.setdefault((0, i, k), {})[j] = cell
            for k in range(lines[1]):
                runs.setdefault((1, j, k), {})[i] = cell
        for (axis, line, k), run in runs.items():
            fixed = line + (k + 1) / (lines[axis] + 1)
            other = lines[1 - axis]
            for sign, prefix in ((1, "NE"[axis]), (-1, "SW"[axis])):
                steps = sorted((c for c in run if (c >= 0) == (sign > 0)), key=lambda c: c * sign)
                parts: list[list[int]] = []
                for step in steps:
                    if parts and abs(parts[-1][-1] - step) == 1:
                        parts[-1].append(step)
                    else:
                        parts.append([step])
                for part in parts:
                    self._grid_street(axis, fixed, part, other, run[part[0]], prefix, (axis, line, k), sign)

    def _grid_street(
        self,
        axis: int,
        fixed: float,
        part: list[int],
        other: int,
        cell: int,
        prefix: str,
        group: tuple[int, int, int],
        sign: int,
    ) -> None:
        marks = sorted({c + m / (other + 1) if m <= other else c + 1.0 for c in part for m in range(other + 2)})
        along = np.array(marks if sign > 0 else marks[::-1])
        still = np.full(len(along), fixed)
        uv = np.stack([still, along] if axis == 0 else [along, still], axis=1)
        kinds = self.mesh.kind[[self.mesh.cell_at(*((group[1], c) if axis == 0 else (c, group[1]))) for c in part]]
        use = Use.DOWNTOWN if (kinds == CellKind.DOWNTOWN).mean() > 0.5 else Use.OLD
        self.chains.append(Chain(StreetClass.LOCAL, "grid", use, cell, uv, prefix, group))

    def cells(self) -> None:
        """Fill every cell by its kind."""
        mesh, grids = self.mesh, []
        for cell, (i, j) in enumerate(mesh.cells.tolist()):
            kind = mesh.kind[cell]
            if kind in (CellKind.DOWNTOWN, CellKind.OLD):
                grids.append((cell, i, j))
            elif kind == CellKind.INDUSTRIAL:
                self.industrial(cell, i, j, mesh.size_m)
            elif kind in (CellKind.ROUND, CellKind.LAKE):
                core = 0.24 if kind == CellKind.ROUND else 0.42
                lattice = Lattice(i, j, across=False, core=core, turn=float(self.rng.random()))
                around = 2 * np.pi * mesh.size_m * 0.5 * (1 + core) / 2
                self.suburb(cell, lattice, around, mesh.size_m * 0.5 * (1 - core), Use.SUBURB)
            else:
                use = Use.RURAL if kind == CellKind.RURAL else Use.SUBURB
                lattice = Lattice(i, j, across=bool(self.rng.random() < 0.5), core=0)
                self.suburb(cell, lattice, mesh.size_m, mesh.size_m, use)
        self.grid(grids)

    def main_roads(self) -> None:
        """The mesh lines themselves, cut where their rank changes; they pass every street that meets them."""
        touching: dict[tuple[int, int], set[tuple[float, int]]] = {}
        for chain in self.chains:
            for u, v in chain.uv[[0, -1]].tolist() if chain.group is None else chain.uv.tolist():
                if u == round(u):
                    touching.setdefault((0, round(u)), set()).add((v, chain.cell))
                if v == round(v):
                    touching.setdefault((1, round(v)), set()).add((u, chain.cell))
        half = self.mesh.half
        for axis in (0, 1):
            for line in range(-half, half + 1):
                marks = sorted({m for m, _ in touching.get((axis, line), ())})
                self._main_line(axis, line, marks)

    def _sides(self, axis: int, line: int, step: int) -> list[int]:
        pairs = ((line - 1, step), (line, step)) if axis == 0 else ((step, line - 1), (step, line))
        return [c for c in (self.mesh.cell_at(i, j) for i, j in pairs) if c >= 0]

    def _main_line(self, axis: int, line: int, marks: list[float]) -> None:
        half, rng, kind = self.mesh.half, self.rng, self.mesh.kind
        part: list[float] = []
        last: tuple[StreetClass, Use] | None = None
        for step in range(-half, half):
            sides = self._sides(axis, line, step)
            if not sides:
                part, last = [], None
                continue
            kinds = {CellKind(int(kind[c])) for c in sides}
            rank = (
                StreetClass.COLLECTOR
                if rng.random() < 0.3 and line % 2 and kinds <= {2, 3, 4}
                else StreetClass.ARTERIAL
            )
            if kinds & {CellKind.DOWNTOWN}:
                use = Use.DOWNTOWN
            elif kinds <= {CellKind.RURAL}:
                use = Use.RURAL
            elif rank == StreetClass.COLLECTOR:
                use = Use.SUBURB
            else:
                use = Use.STRIP if rng.random() < 0.5 else Use.EMPTY
            inner = [m for m in marks if step < m < step + 1]
            points = [float(step), *inner, float(step + 1)]
            along, still = np.array(points), np.full(len(points), float(line))
            uv = np.stack([still, along] if axis == 0 else [along, still], axis=1)
            changed = last is None or last[0] != rank or step == 0 or rng.random() < 0.08
            if changed:
                part = [len(self.chains)]
            shape = "arterial" if rank == StreetClass.ARTERIAL else "collector"
            # Each stretch is a chain of its own use; stretches of one street share a group.
            self.chains.append(Chain(rank, shape, use, sides[0], uv, "", (2 + axis, line, part[0])))
            last = rank, use


def plan_streets(mesh: Mesh, rng: np.random.Generator) -> list[Chain]:
    """All streets of the city as plan chains; the main roads last."""
    planner = Planner(mesh, rng)
    planner.cells()
    planner.main_roads()
    return planner.chains
