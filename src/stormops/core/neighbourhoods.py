"""Neighbourhoods of service points: the stand-in for devices where no network is known.

Made once for a city, by halving it across its longer side until at most ten service points are left:
blocks, then some 30, some 250, at most 2,000 together. They follow the density of the service points,
so a block is a block in the centre and in the country.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stormops.core.hierarchy import Hierarchy, hierarchy
from stormops.core.network import Floats

BLOCK = 10
"""Service points in the smallest neighbourhoods, at most."""

STEP = 5
"""A neighbourhood has at least this many times the service points of those right below it."""

MOST = 2_000
"""Service points that one failure takes out at most: what a feeder or a pressure zone serves."""

LIKELY = ((BLOCK, 3e-3), (100, 3e-2), (MOST, 1e-2))
"""Chance that a failure takes out a neighbourhood of at most so many: a transformer, a lateral, a feeder."""


def neighbourhoods(x: Floats, y: Floats, leave_out: npt.NDArray[np.bool_]) -> Hierarchy:
    """The hierarchy over premises at `x`, `y` (metres; one a premise, NaN = nowhere). O(P log P)."""
    chosen = np.flatnonzero(~np.isnan(x) & ~np.isnan(y) & ~leave_out)
    parent: list[int] = []
    sizes: list[int] = []
    leaf = np.full(len(x), -1, np.int32)
    left: list[tuple[npt.NDArray[np.intp], int]] = [(chosen, -1)] if len(chosen) else []
    while left:
        members, over = left.pop()
        fits = len(members) <= MOST and (over < 0 or len(members) * STEP <= sizes[over])
        if fits or len(members) <= BLOCK:
            parent.append(over)
            sizes.append(len(members))
            over = len(parent) - 1
        if len(members) <= BLOCK:
            leaf[members] = over
            continue
        left += [(half, over) for half in _halves(members, x, y)]
    chance = np.array([chance for _, chance in LIKELY])[np.searchsorted([most for most, _ in LIKELY], sizes)]
    return hierarchy(np.array(parent, np.int32), leaf, np.log(chance / (1 - chance)))


def _halves(members: npt.NDArray[np.intp], x: Floats, y: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Cut across the longer side; equal coordinates are parted by index, the same way each time."""
    along = x[members] if np.ptp(x[members]) >= np.ptp(y[members]) else y[members]
    order = members[np.argsort(along, kind="stable")]
    return order[: len(order) // 2], order[len(order) // 2 :]
