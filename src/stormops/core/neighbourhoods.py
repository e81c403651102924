"""Neighbourhoods of service points: the stand-in for devices where no network is known.

Made once for a city. Pipes and wires follow the streets, so the smallest neighbourhoods, the blocks,
are up to ten service points along one street; they come together by where they are, some 30, some 250,
at most 2,000 service points. All follow the density of the service points: a block is a block in the
centre and in the country.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stormops.core.forest import begins
from stormops.core.hierarchy import Hierarchy, hierarchy, ranges
from stormops.core.network import Floats, Ints

BLOCK = 10
"""Service points of a block, at most."""

STEP = 5
"""A neighbourhood has at least this many times the service points of those right below it."""

MOST = 2_000
"""Service points that one failure takes out at most: what a feeder or a pressure zone serves."""

LIKELY = ((BLOCK, 3e-3), (100, 3e-2), (MOST, 1e-2))
"""Chance that a failure takes out a neighbourhood of at most so many: a transformer, a lateral, a feeder."""

Rows = npt.NDArray[np.intp]


def neighbourhoods(x: Floats, y: Floats, street: Ints, leave_out: npt.NDArray[np.bool_]) -> Hierarchy:
    """The hierarchy over premises (columns of one row a premise) by place and street. O(P log P).

    `x`, `y`: metres, NaN = nowhere. `street`: any number that is the same along a street.
    """
    chosen = np.flatnonzero(~np.isnan(x) & ~np.isnan(y) & ~leave_out)
    block = _blocks(chosen, x, y, street)
    weight = np.bincount(block[chosen])
    middle_x, middle_y = (np.bincount(block[chosen], column[chosen]) / weight for column in (x, y))
    parent, sizes, over = _gather(middle_x, middle_y, weight)
    gathered = len(parent)
    leaf = np.where(block >= 0, gathered + block, -1).astype(np.int32)
    chance = np.array([chance for _, chance in LIKELY])[
        np.searchsorted([most for most, _ in LIKELY], [*sizes, *np.minimum(weight, BLOCK)])
    ]
    return hierarchy(np.array([*parent, *over], np.int32), leaf, np.log(chance / (1 - chance)))


def _blocks(chosen: Rows, x: Floats, y: Floats, street: Ints) -> Ints:
    """The number of each premise's block, -1 for none."""
    along = chosen[np.argsort(street[chosen], kind="stable")]
    begin = np.append(np.flatnonzero(begins(street[along])), len(along))
    while (large := np.flatnonzero(np.diff(begin) > BLOCK)).size:
        first, size = begin[large], begin[large + 1] - begin[large]
        rows, group = ranges(first, size), np.repeat(np.arange(len(large)), size)
        members, at = along[rows], np.cumsum(size) - size
        by = np.where((_spread(x[members], at) >= _spread(y[members], at))[group], x[members], y[members])
        along[rows] = members[np.lexsort((by, group))]
        begin = np.sort(np.append(begin, first + size // 2))
    block = np.full(len(x), -1, np.int32)
    block[along] = np.repeat(np.arange(len(begin) - 1)[::-1], np.diff(begin))
    return block


def _spread(column: Floats, begin: Rows) -> Floats:
    """From the least to the most of each run that begins there."""
    return np.maximum.reduceat(column, begin) - np.minimum.reduceat(column, begin)


def _gather(x: Floats, y: Floats, weight: npt.NDArray[np.integer]) -> tuple[list[int], list[int], list[int]]:
    """Bring blocks (at `x`, `y`, of `weight` service points) together by halving the city.

    Gives the parent and the size of each neighbourhood, and the neighbourhood of each block.
    """
    parent: list[int] = []
    sizes: list[int] = []
    over = [-1] * len(x)
    left: list[tuple[Rows, int]] = [(np.arange(len(x)), -1)] if len(x) else []
    while left:
        members, above = left.pop()
        size = int(weight[members].sum())
        if len(members) > 1 and size <= MOST and (above < 0 or size * STEP <= sizes[above]):
            parent.append(above)
            sizes.append(size)
            above = len(parent) - 1
        # Below some fifty service points a neighbourhood would hardly differ from its blocks.
        if len(members) == 1 or (above >= 0 and size == sizes[above] <= STEP * BLOCK):
            for one in members.tolist():
                over[one] = above
            continue
        left += [(half, above) for half in _halves(members, x[members], y[members])]
    return parent, sizes, over


def _halves(members: Rows, x: Floats, y: Floats) -> list[Rows]:
    """Cut across the longer side; equal coordinates are parted by index, the same way each time."""
    order = members[np.argsort(x if x.max() - x.min() >= y.max() - y.min() else y, kind="stable")]
    return [order[: len(order) // 2], order[len(order) // 2 :]]
