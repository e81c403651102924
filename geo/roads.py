"""Main roads: the lines of the mesh, named and ranked, and the roads that leave the city."""

from __future__ import annotations

import numpy as np

from geo.mesh import CellKind, Mesh
from geo.plan import Chain, Planner, StreetClass, Use

_HOMELY = {CellKind.SUBURB, CellKind.ROUND, CellKind.LAKE}
REACH = 2
"""How many cells a road goes on into the country."""


def plan_streets(mesh: Mesh, rng: np.random.Generator) -> list[Chain]:
    """All streets of the city as plan chains; the main roads last."""
    planner = Planner(mesh, rng)
    planner.cells()
    return planner.chains + _main_roads(mesh, planner.chains, rng)


def _main_roads(mesh: Mesh, chains: list[Chain], rng: np.random.Generator) -> list[Chain]:
    """The mesh lines, cut where their rank changes; they pass a point wherever a street meets them."""
    marks: dict[tuple[int, int], set[float]] = {}
    for chain in chains:
        for u, v in (chain.uv[[0, -1]] if chain.group is None else chain.uv).tolist():
            if u == round(u):
                marks.setdefault((0, round(u)), set()).add(v)
            if v == round(v):
                marks.setdefault((1, round(v)), set()).add(u)
    made: list[Chain] = []
    for axis in (0, 1):
        for line in range(-mesh.half, mesh.half + 1):
            made += _main_road(mesh, (axis, line), sorted(marks.get((axis, line), ())), rng, len(chains) + len(made))
    return made


def _sides(mesh: Mesh, axis: int, line: int, step: int) -> list[int]:
    """Cells on the two sides of a stretch of a mesh line."""
    pairs = ((line - 1, step), (line, step)) if axis == 0 else ((step, line - 1), (step, line))
    return [c for c in (mesh.cell_at(i, j) for i, j in pairs) if c >= 0]


def _stretch(kinds: set[CellKind], line: int, rng: np.random.Generator) -> tuple[StreetClass, Use]:
    """Rank and use of a stretch of main road between cells of these kinds."""
    minor, shops = rng.random() < 0.3, rng.random() < 0.5
    if CellKind.DOWNTOWN in kinds:
        return StreetClass.ARTERIAL, Use.DOWNTOWN
    if kinds <= {CellKind.RURAL, CellKind.WOODS}:
        return StreetClass.ARTERIAL, Use.RURAL
    if minor and line % 2 and kinds <= _HOMELY:
        return StreetClass.COLLECTOR, Use.SUBURB
    return StreetClass.ARTERIAL, Use.STRIP if shops else Use.EMPTY


def _main_road(
    mesh: Mesh, where: tuple[int, int], marks: list[float], rng: np.random.Generator, number: int
) -> list[Chain]:
    """Chains along one mesh line; stretches of one street share a group. `number` is the first chain's."""
    axis, line = where
    sides = {step: _sides(mesh, axis, line, step) for step in range(-mesh.half, mesh.half)}
    inside = np.array([step for step, cells in sides.items() if cells])
    made: list[Chain] = []
    last: tuple[StreetClass, int] | None = None
    group = (2 + axis, line, number)
    for step in range(-mesh.half, mesh.half):
        near = int(inside[np.abs(inside - step).argmin()]) if len(inside) else step + REACH + 1
        if abs(near - step) > (REACH if line % 2 == 0 else 0):
            continue
        kinds = {CellKind(int(mesh.kind[c])) for c in sides[step]} or {CellKind.RURAL}
        rank, use = _stretch(kinds, line, rng)
        if last is None or last != (rank, step - 1) or step == 0 or rng.random() < 0.08:
            group = (2 + axis, line, number + len(made))
        last = rank, step
        along = np.array([float(step), *(m for m in marks if step < m < step + 1), float(step + 1)])
        still = np.full(len(along), float(line))
        uv = np.stack([still, along] if axis == 0 else [along, still], axis=1)
        shape = "arterial" if rank == StreetClass.ARTERIAL else "collector"
        made.append(Chain(rank, shape, use, sides[near][0], uv, group=group))
    return made
