"""Lots along streets: where buildings stand, their kinds and units, and the house numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from geo.plan import Use
from geo.streets import Streets
from stormops.core.network import Bools, Bytes, Floats, Ints, PremiseKind


class Custom(NamedTuple):
    """How one use is built: lot frontage, set-back from the street, share of lots built, lots' radius (m)."""

    frontage: float
    setback: float
    built: float
    radius: float


CUSTOMS: dict[Use, Custom] = {
    Use.EMPTY: Custom(260.0, 40.0, 0.25, 20.0),
    Use.SUBURB: Custom(21.0, 17.0, 0.97, 7.0),
    Use.OLD: Custom(17.0, 15.0, 0.94, 6.0),
    Use.DOWNTOWN: Custom(19.0, 14.0, 0.92, 6.5),
    Use.STRIP: Custom(58.0, 42.0, 0.85, 18.0),
    Use.APARTMENTS: Custom(48.0, 24.0, 0.95, 16.0),
    Use.TOWNHOMES: Custom(9.0, 14.0, 0.97, 3.5),
    Use.MOBILE: Custom(15.0, 11.0, 0.95, 5.0),
    Use.INDUSTRIAL: Custom(85.0, 45.0, 0.8, 25.0),
    Use.RURAL: Custom(62.0, 32.0, 0.85, 15.0),
}
_TABLE = np.array([CUSTOMS[use] for use in Use])
CLEARANCE_M = 20.0
"""No lot opens this near to a junction."""


@dataclass(slots=True)
class Lots:
    """One row a building. `at` metres along `edge`, `side` 0 left (odd) or 1 right (even), `units` premises in it."""

    x: Floats
    y: Floats
    edge: Ints
    at: Floats
    side: Bytes
    use: Bytes
    kind: Bytes
    units: Ints
    style: Bytes
    number: Ints

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: npt.NDArray[np.int64] | Bools) -> Lots:
        """These rows only, in this order."""
        return Lots(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


class Style:
    """How units are called (`Lots.style`): none, numbered flats, lettered units, suites."""

    NONE, APT, UNIT, SUITE = 0, 1, 2, 3


def _along(streets: Streets, rng: np.random.Generator) -> tuple[Ints, Floats, Bytes]:
    """Lots regularly along both sides of every edge: edge, metres from its start, side."""
    edges = np.arange(len(streets.length), dtype=np.int32)
    frontage = _TABLE[streets.use, 0] * rng.uniform(0.92, 1.12, len(edges))
    clear_a = np.where(streets.node_degree[streets.start] == 1, 4.0, CLEARANCE_M)
    clear_b = np.where(streets.node_degree[streets.end] == 1, 4.0, CLEARANCE_M)
    room = streets.length - clear_a - clear_b
    count = np.maximum(0, np.floor(room / frontage + 0.15)).astype(np.int64)
    edge = np.repeat(edges, 2 * count)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(2 * count) - 2 * count, 2 * count)
    step = np.where(count > 0, room / np.maximum(count, 1), 0)[edge]
    shift = rng.uniform(-0.1, 0.1, len(edge))
    at = clear_a[edge] + (within // 2 + 0.5 + shift) * step
    return edge.astype(np.int32), at, (within % 2).astype(np.uint8)


def _offset(streets: Streets, edge: Ints, at: Floats, side: Bytes, setback: Floats) -> tuple[Floats, Floats]:
    x, y = streets.along(edge, at)
    x0, y0 = streets.along(edge, at - 4)
    x1, y1 = streets.along(edge, at + 4)
    dx, dy = x1 - x0, y1 - y0
    norm = np.maximum(np.hypot(dx, dy), 1e-9)
    left = np.where(side == 0, setback, -setback)
    return x - dy / norm * left, y + dx / norm * left


def _bulbs(streets: Streets) -> tuple[Ints, Floats, Bytes, Floats, Floats]:
    """Two more lots around the head of each residential cul-de-sac."""
    at_end = streets.node_degree[streets.end] == 1
    at_start = streets.node_degree[streets.start] == 1
    homes = np.isin(streets.use, [Use.SUBURB, Use.TOWNHOMES, Use.MOBILE])
    found = []
    for dead, forward in ((at_end, True), (at_start, False)):
        edge = np.flatnonzero(dead & homes & (streets.length > 30)).astype(np.int32)
        tip = streets.length[edge] if forward else np.zeros(len(edge))
        x, y = streets.along(edge, tip)
        x0, y0 = streets.along(edge, np.abs(tip - 6))
        way = np.arctan2(y - y0, x - x0)
        for side, turn in ((0, 0.6), (1, -0.6)):
            found.append(
                (
                    edge,
                    tip,
                    np.full(len(edge), side, np.uint8),
                    x + 22 * np.cos(way + turn),
                    y + 22 * np.sin(way + turn),
                )
            )
    edge, at, sides, x, y = (np.concatenate(c) for c in zip(*found, strict=True))
    return edge, at, sides, x, y


def _fit(streets: Streets, x: Floats, y: Floats, setback: Floats, radius: Floats) -> Bools:
    """Which lots stand clear of every street and of the lots before them."""
    used = np.concatenate([np.arange(a, b) for a, b in zip(streets.first, streets.last, strict=True)])
    road = cKDTree(streets.points[used])
    away, _ = road.query(np.stack([x, y], axis=1), distance_upper_bound=60.0)
    fits = away >= np.minimum(0.72 * setback, 30.0)
    rows = np.flatnonzero(fits)
    rows = rows[np.argsort(-radius[rows], kind="stable")]
    xy = np.stack([x[rows], y[rows]], axis=1)
    keep = np.ones(len(rows), np.bool_)
    tree = cKDTree(xy)
    for low, high in ((0.0, 9.0), (9.0, 30.0)):
        some = np.flatnonzero((radius[rows] > low) & (radius[rows] <= high))
        if low == 0.0:
            pairs = tree.query_pairs(10.5, output_type="ndarray")
        else:
            near = tree.query_ball_point(xy[some], radius[rows][some] + 7.0, return_sorted=True)
            sizes = np.array([len(n) for n in near], np.int64)
            pairs = np.stack([np.repeat(some, sizes), np.concatenate([*map(np.asarray, near), []])], 1).astype(np.int64)
            pairs = pairs[pairs[:, 0] < pairs[:, 1]]
        apart = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
        both = radius[rows][pairs[:, 0]] + radius[rows][pairs[:, 1]]
        bad = pairs[apart < 0.8 * both]
        keep[bad.max(axis=1)] = False
    fits[rows[~keep]] = False
    return fits


def _fill(use: Bytes, rng: np.random.Generator) -> tuple[Bytes, Ints, Bytes]:
    """Kind, units and unit style of lots by their use."""
    n = len(use)
    kind = np.full(n, PremiseKind.SINGLE_FAMILY, np.uint8)
    units, style = np.ones(n, np.int32), np.zeros(n, np.uint8)
    chance = rng.random(n)

    def put(rows: Bools, what: PremiseKind, low: int, high: int, how: int) -> None:
        kind[rows] = what
        units[rows] = rng.integers(low, high + 1, n)[rows]
        style[rows] = how

    put((use == Use.OLD) & (chance < 0.11), PremiseKind.MULTI_FAMILY, 2, 2, Style.UNIT)
    put((use == Use.OLD) & (chance > 0.965), PremiseKind.MULTI_FAMILY, 4, 8, Style.APT)
    put((use == Use.OLD) & (chance > 0.93) & (chance <= 0.965), PremiseKind.COMMERCIAL, 1, 1, Style.NONE)
    put(use == Use.DOWNTOWN, PremiseKind.COMMERCIAL, 1, 1, Style.NONE)
    put((use == Use.DOWNTOWN) & (chance < 0.32), PremiseKind.COMMERCIAL, 2, 6, Style.SUITE)
    put((use == Use.DOWNTOWN) & (chance > 0.93), PremiseKind.MULTI_FAMILY, 12, 48, Style.APT)
    put(use == Use.STRIP, PremiseKind.COMMERCIAL, 1, 1, Style.NONE)
    put((use == Use.STRIP) & (chance < 0.4), PremiseKind.COMMERCIAL, 3, 9, Style.SUITE)
    put((use == Use.STRIP) & (chance > 0.9), PremiseKind.MULTI_FAMILY, 8, 24, Style.APT)
    put(use == Use.EMPTY, PremiseKind.OTHER, 1, 1, Style.NONE)
    put(use == Use.APARTMENTS, PremiseKind.MULTI_FAMILY, 8, 20, Style.APT)
    put((use == Use.APARTMENTS) & (chance < 0.25), PremiseKind.MULTI_FAMILY, 4, 4, Style.UNIT)
    put(use == Use.MOBILE, PremiseKind.MOBILE_HOME, 1, 1, Style.NONE)
    put((use == Use.RURAL) & (chance < 0.2), PremiseKind.MOBILE_HOME, 1, 1, Style.NONE)
    put((use == Use.RURAL) & (chance > 0.985), PremiseKind.COMMERCIAL, 1, 1, Style.NONE)
    put(use == Use.INDUSTRIAL, PremiseKind.INDUSTRIAL, 1, 1, Style.NONE)
    put((use == Use.INDUSTRIAL) & (chance < 0.3), PremiseKind.COMMERCIAL, 2, 6, Style.SUITE)
    return kind, units, style


def _number(streets: Streets, lots: Lots) -> Ints:
    """House numbers: a hundred or more a block, odd on the left, counted from the start of the street.

    Lots must be in order (street, chain, edge, metres). Edge order within a street is the edges' own.
    """
    edges = len(streets.length)
    street = streets.chain_street[streets.chain]
    per_side = np.zeros((edges, 2), np.int64)
    np.add.at(per_side, (lots.edge, lots.side), 1)
    most = per_side.max(axis=1)
    step = np.clip(2 * (98 // np.maximum(2 * most, 1)), 2, 8)
    hundreds = np.where(most > 0, np.ceil((4 + most * step) / 100), streets.length > 60).astype(np.int64)
    order = np.argsort(street, kind="stable")
    running = np.cumsum(hundreds[order]) - hundreds[order]
    begins = np.flatnonzero(np.append(True, street[order][1:] != street[order][:-1]))
    sizes = np.diff(np.append(begins, edges))
    from_centre = np.hypot(*streets.node_xy[streets.start[order[begins]]].T)
    base = 1 + (from_centre // 160).astype(np.int64)
    block = np.empty(edges, np.int64)
    block[order] = running - np.repeat(running[begins], sizes) + np.repeat(base, sizes)
    rank = np.empty(len(lots), np.int64)
    by = np.lexsort((lots.at, lots.side, lots.edge))
    key = lots.edge[by].astype(np.int64) * 2 + lots.side[by]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    rank[by] = np.arange(len(by)) - np.repeat(starts, np.diff(np.append(starts, len(by))))
    return (block[lots.edge] * 100 + 2 + rank * step[lots.edge] + (lots.side == 0)).astype(np.int32)


def _trim(lots: Lots, streets: Streets, customers: int, rng: np.random.Generator) -> Lots:
    """Leave lots empty, more of them further out, until exactly `customers` premises remain."""
    spare = int(lots.units.sum()) - customers
    if spare <= 0:
        return lots
    away = np.hypot(*streets.node_xy[streets.start[lots.edge]].T)
    lottery = rng.random(len(lots)) ** (1.0 / (0.2 + (away / away.max()) ** 2))
    lottery[lots.units > spare] = -1
    order = np.argsort(-lottery, kind="stable")
    gone = np.cumsum(lots.units[order])
    cut = int(np.searchsorted(gone, spare, side="right"))
    drop = np.zeros(len(lots), np.bool_)
    drop[order[:cut]] = True
    left = spare - int(gone[cut - 1] if cut else 0)
    single = np.flatnonzero((lots.units == 1) & ~drop)
    drop[single[np.argsort(-lottery[single], kind="stable")[:left]]] = True
    return lots.take(~drop)


def build_lots(streets: Streets, customers: int, rng: np.random.Generator) -> Lots:
    """All lots of the city, in order of street and house; fewer premises than asked for when there is no room."""
    edge, at, side = _along(streets, rng)
    built = rng.random(len(edge)) < _TABLE[streets.use[edge], 2]
    edge, at, side = edge[built], at[built], side[built]
    setback = _TABLE[streets.use[edge], 1] * rng.uniform(0.9, 1.2, len(edge))
    x, y = _offset(streets, edge, at, side, setback)
    bulb_edge, bulb_at, bulb_side, bulb_x, bulb_y = _bulbs(streets)
    edge, at, side = np.append(edge, bulb_edge), np.append(at, bulb_at), np.append(side, bulb_side)
    x, y, setback = np.append(x, bulb_x), np.append(y, bulb_y), np.append(setback, np.full(len(bulb_edge), 17.0))
    use = streets.use[edge]
    fits = np.flatnonzero(_fit(streets, x, y, setback, _TABLE[use, 3]))
    fits = fits[np.lexsort((side[fits], at[fits], edge[fits]))]
    kind, units, style = _fill(use[fits], rng)
    blank = np.zeros(len(fits), np.int32)
    lots = Lots(x[fits], y[fits], edge[fits], at[fits], side[fits], use[fits], kind, units, style, blank)
    lots = _trim(lots, streets, customers, rng)
    lots.number = _number(streets, lots)
    return lots
