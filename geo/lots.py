"""Lots along streets: where buildings stand, their kinds and units."""

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
    Use.SUBURB: Custom(23.5, 18.0, 0.96, 7.0),
    Use.OLD: Custom(18.5, 15.0, 0.94, 6.0),
    Use.DOWNTOWN: Custom(21.0, 14.0, 0.85, 6.5),
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
NEIGHBOURS_M = 10.5
"""Small lots are only held against others this near."""


@dataclass(slots=True)
class Lots:
    """One row a building. `at` metres along `edge`, `side` 0 left (odd) or 1 right (even), `units` premises in it.

    `number` is the house number, `rank` the place of a mobile home in its park (0 = in none),
    `fixed` lots are never left empty, `name` indexes the landmarks' names (-1 = none).
    """

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
    rank: Ints
    fixed: Bools
    name: Ints

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: npt.NDArray[np.int64] | Bools) -> Lots:
        """These rows only, in this order."""
        return Lots(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


class Style:
    """How units are called (`Lots.style`): none, numbered flats, lettered units, suites, lots of a park."""

    NONE, APT, UNIT, SUITE, LOT = 0, 1, 2, 3, 4


class _Sites(NamedTuple):
    """Candidate lots: edge, metres along it, side, position."""

    edge: Ints
    at: Floats
    side: Bytes
    x: Floats
    y: Floats


def _together(parts: list[_Sites]) -> _Sites:
    return _Sites(
        np.concatenate([p.edge for p in parts]),
        np.concatenate([p.at for p in parts]),
        np.concatenate([p.side for p in parts]),
        np.concatenate([p.x for p in parts]),
        np.concatenate([p.y for p in parts]),
    )


def make_lots(streets: Streets, rng: np.random.Generator) -> Lots:
    """Every lot that has room, in order of street and house; not numbered yet."""
    sites = _together([_along(streets, rng), *_bulbs(streets)])
    use = streets.use[sites.edge]
    fits = np.flatnonzero(_fit(streets, np.stack([sites.x, sites.y], axis=1), use))
    fits = fits[np.lexsort((sites.side[fits], sites.at[fits], sites.edge[fits]))]
    kind, units, style = _fill(use[fits], rng)
    zero, none = np.zeros(len(fits), np.int32), np.zeros(len(fits), np.bool_)
    x, y, edge, at, side = sites.x[fits], sites.y[fits], sites.edge[fits], sites.at[fits], sites.side[fits]
    return Lots(x, y, edge, at, side, use[fits], kind, units, style, zero, zero.copy(), none, zero - 1)


def _along(streets: Streets, rng: np.random.Generator) -> _Sites:
    """Lots regularly along both sides of every edge, some left empty."""
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
    side = (within % 2).astype(np.uint8)
    built = rng.random(len(edge)) < _TABLE[streets.use[edge], 2]
    edge, at, side = edge[built], at[built], side[built]
    setback = _TABLE[streets.use[edge], 1] * rng.uniform(0.9, 1.2, len(edge))
    x, y = streets.along(edge, at)
    x0, y0 = streets.along(edge, at - 4)
    x1, y1 = streets.along(edge, at + 4)
    dx, dy = x1 - x0, y1 - y0
    out = np.where(side == 0, setback, -setback) / np.maximum(np.hypot(dx, dy), 1e-9)
    return _Sites(edge, at, side, x - dy * out, y + dx * out)


def _bulbs(streets: Streets) -> list[_Sites]:
    """Two more lots around the head of each residential cul-de-sac."""
    homes = np.isin(streets.use, [Use.SUBURB, Use.TOWNHOMES, Use.MOBILE]) & (streets.length > 30)
    found = []
    for node, forward in ((streets.end, True), (streets.start, False)):
        edge = np.flatnonzero((streets.node_degree[node] == 1) & homes).astype(np.int32)
        tip = streets.length[edge] if forward else np.zeros(len(edge))
        x, y = streets.along(edge, tip)
        x0, y0 = streets.along(edge, np.abs(tip - 6))
        way = np.arctan2(y - y0, x - x0)
        for side, turn in ((0, 0.6), (1, -0.6)):
            sides = np.full(len(edge), side, np.uint8)
            found.append(_Sites(edge, tip, sides, x + 22 * np.cos(way + turn), y + 22 * np.sin(way + turn)))
    return found


def _fit(streets: Streets, xy: Floats, use: Bytes) -> Bools:
    """Which lots stand clear of every street and of the bigger lots around them."""
    sizes = streets.last - streets.first
    used = np.repeat(streets.first - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
    away, _ = cKDTree(streets.points[used]).query(xy, distance_upper_bound=60.0)
    fits: Bools = away >= np.minimum(0.65 * _TABLE[use, 1], 30.0)
    rows = np.flatnonzero(fits)
    rows = rows[np.argsort(-_TABLE[use[rows], 3], kind="stable")]
    radius, place = _TABLE[use[rows], 3], xy[rows]
    tree = cKDTree(place)
    big = np.flatnonzero(radius > NEIGHBOURS_M / 2 + 2)
    near = tree.query_ball_point(place[big], radius[big] + NEIGHBOURS_M, return_sorted=True)
    counts = np.array([len(n) for n in near], np.int64)
    around = np.concatenate([np.asarray(n, np.int64) for n in near]) if len(big) else big
    pairs = np.concatenate([
        tree.query_pairs(NEIGHBOURS_M, output_type="ndarray"), np.stack([np.repeat(big, counts), around], axis=1)
    ])  # fmt: skip
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    apart = np.hypot(*(place[pairs[:, 0]] - place[pairs[:, 1]]).T)
    crowded = pairs[apart < 0.8 * (radius[pairs[:, 0]] + radius[pairs[:, 1]])]
    fits[rows[crowded[:, 1]]] = False
    return fits


class _Fill(NamedTuple):
    """Lots of `use` whose lottery number is from `low` up to `high` are `kind`, of so many units."""

    use: Use
    low: float
    high: float
    kind: PremiseKind
    fewest: int
    most: int
    style: int


_FILLS = (
    _Fill(Use.OLD, 0.0, 0.13, PremiseKind.MULTI_FAMILY, 2, 2, Style.UNIT),
    _Fill(Use.OLD, 0.94, 0.97, PremiseKind.COMMERCIAL, 1, 1, Style.NONE),
    _Fill(Use.OLD, 0.97, 1.0, PremiseKind.MULTI_FAMILY, 4, 8, Style.APT),
    _Fill(Use.DOWNTOWN, 0.0, 0.22, PremiseKind.COMMERCIAL, 2, 6, Style.SUITE),
    _Fill(Use.DOWNTOWN, 0.22, 0.96, PremiseKind.COMMERCIAL, 1, 1, Style.NONE),
    _Fill(Use.DOWNTOWN, 0.96, 1.0, PremiseKind.MULTI_FAMILY, 12, 48, Style.APT),
    _Fill(Use.STRIP, 0.0, 0.45, PremiseKind.COMMERCIAL, 3, 9, Style.SUITE),
    _Fill(Use.STRIP, 0.45, 0.9, PremiseKind.COMMERCIAL, 1, 1, Style.NONE),
    _Fill(Use.STRIP, 0.9, 1.0, PremiseKind.MULTI_FAMILY, 8, 24, Style.APT),
    _Fill(Use.EMPTY, 0.0, 1.0, PremiseKind.OTHER, 1, 1, Style.NONE),
    _Fill(Use.APARTMENTS, 0.0, 0.25, PremiseKind.MULTI_FAMILY, 4, 4, Style.UNIT),
    _Fill(Use.APARTMENTS, 0.25, 1.0, PremiseKind.MULTI_FAMILY, 8, 20, Style.APT),
    _Fill(Use.MOBILE, 0.0, 1.0, PremiseKind.MOBILE_HOME, 1, 1, Style.NONE),
    _Fill(Use.RURAL, 0.0, 0.2, PremiseKind.MOBILE_HOME, 1, 1, Style.NONE),
    _Fill(Use.RURAL, 0.985, 1.0, PremiseKind.COMMERCIAL, 1, 1, Style.NONE),
    _Fill(Use.INDUSTRIAL, 0.0, 0.3, PremiseKind.COMMERCIAL, 2, 6, Style.SUITE),
    _Fill(Use.INDUSTRIAL, 0.3, 1.0, PremiseKind.INDUSTRIAL, 1, 1, Style.NONE),
)
"""What differs from one single-family house a lot."""


def _fill(use: Bytes, rng: np.random.Generator) -> tuple[Bytes, Ints, Bytes]:
    """Kind, units and unit style of lots by their use."""
    count = len(use)
    kind = np.full(count, PremiseKind.SINGLE_FAMILY, np.uint8)
    units, style = np.ones(count, np.int32), np.zeros(count, np.uint8)
    chance, size = rng.random(count), rng.random(count)
    for fill in _FILLS:
        rows = np.flatnonzero((use == fill.use) & (chance >= fill.low) & (chance < fill.high))
        kind[rows], style[rows] = fill.kind, fill.style
        units[rows] = fill.fewest + np.floor(size[rows] * (fill.most - fill.fewest + 1))
    return kind, units, style


def trim(lots: Lots, streets: Streets, customers: int, rng: np.random.Generator) -> Lots:
    """Leave lots empty, more of them further out, until exactly `customers` premises remain."""
    spare = int(lots.units.sum()) - customers
    if spare <= 0:
        return lots
    away = np.hypot(*streets.node_xy[streets.start[lots.edge]].T)
    lottery = rng.random(len(lots)) ** (1.0 / (0.4 + (away / away.max()) ** 2))
    lottery[(lots.units > spare) | lots.fixed] = -1
    order = np.argsort(-lottery, kind="stable")
    order = order[lottery[order] >= 0]
    gone = np.cumsum(lots.units[order])
    cut = int(np.searchsorted(gone, spare, side="right"))
    drop = np.zeros(len(lots), np.bool_)
    drop[order[:cut]] = True
    left = spare - int(gone[cut - 1] if cut else 0)
    single = np.flatnonzero((lots.units == 1) & ~drop & ~lots.fixed)
    drop[single[np.argsort(-lottery[single], kind="stable")[:left]]] = True
    return lots.take(~drop)
