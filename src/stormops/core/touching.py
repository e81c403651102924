"""Which pieces of a city touch, and which of those that touch are one cause.

A neighbourhood's border is nobody's border: one failure may be explained in several pieces. Two
fragments that touch are one cause when the times of their first reports agree better with one failure
than with two. The surest pairs are joined first, and never to more than one failure takes out: in a
storm that hits everywhere at once, all touches all, and a chain of likely pairs is not likely.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from stormops.core.evidence import whole
from stormops.core.hierarchy import Hierarchy
from stormops.core.nearest import spots
from stormops.core.network import Floats, Ints

Longs = npt.NDArray[np.int64]

NEAREST = 6
"""Nearest other places of a service point that touch it."""


class Timing(NamedTuple):
    """What is believed of the times of first reports.

    `heard_ms`: mean time from a failure to a report of it. `sure`: reports beyond which more do not make
    a failure's time any surer. `span_ms`: mean time between failures at one place when nothing else is
    known. `apart_ms`: fragments this far apart in time have causes of their own for sure. `bias`: nats
    for (above 0) or against one cause.
    """

    heard_ms: float = 2_400_000.0
    sure: int = 4
    span_ms: float = 43_200_000.0
    apart_ms: float = 3_600_000.0
    bias: float = -0.5


class Touching:
    """Which blocks (the smallest neighbourhoods) of a city touch, and which service points are near each other."""

    def __init__(self, places: Hierarchy, x: Floats, y: Floats) -> None:
        """`x`, `y`: metres, one a premise, NaN = nowhere. O(P log P)."""
        # A place is where service points stand: the flats of one building are one place.
        known = np.flatnonzero(~np.isnan(x) & (places.leaf < len(places) - 1))
        where, first, spot = spots(np.round(x[known], 1), np.round(y[known], 1))
        here = places.position[known[first]]
        count = min(NEAREST, max(0, len(where) - 1))
        found = cKDTree(where).query(where, k=count + 1)[1].reshape(len(where), count + 1)
        near = here[found][spot]
        self._near = np.repeat(np.arange(len(x), dtype=np.int32)[:, None], NEAREST + 1, axis=1)
        self._near[places.position[known], : count + 1] = near
        blocks = np.flatnonzero(places.own[:-1])
        # Their slices follow each other; behind the last are the premises of nowhere.
        blocks = blocks[np.argsort(places.first[blocks])]
        self._begins = places.first[blocks]
        self._last = int(places.own[blocks].sum())
        block = np.zeros(len(places), np.int64)
        block[blocks] = np.arange(len(blocks))
        leaf = places.leaf[places.order]
        a = np.repeat(block[places.leaf[known]], count + 1)
        self._pairs = _distinct(a, block[leaf[near.ravel()]])

    def pairs(self, owner: Ints, lone: Ints, lone_from: int) -> Longs:
        """(2, K) fragments that touch, each pair once, the smaller number first.

        `owner`: the fragment of each position, -1 for none; from `lone_from` on fragments are one
        report's, at the positions `lone`.
        """
        least, most = self._of_blocks(owner, lone_from)
        a, b = self._pairs
        # Few blocks have pieces of two causes; only for those the other combinations are needed.
        two = least != most
        mixed = np.flatnonzero(two[a] | two[b])
        within = np.flatnonzero(two)
        left = [most[a], least[a[mixed]], least[a[mixed]], most[a[mixed]], least[within]]
        right = [most[b], least[b[mixed]], most[b[mixed]], least[b[mixed]], most[within]]
        left.append(np.repeat(owner[lone], NEAREST + 1))
        right.append(owner[self._near[lone]].ravel())
        return _distinct(np.concatenate(left), np.concatenate(right))

    def _of_blocks(self, owner: Ints, lone_from: int) -> tuple[Ints, Ints]:
        """The smallest and the largest number of a cause in each block, lone reports aside; -1 for none."""
        if not len(self._begins):
            return np.empty(0, np.int32), np.empty(0, np.int32)
        causes = owner[: self._last].copy()
        causes[causes >= lone_from] = -1
        most: Ints = np.maximum.reduceat(causes, self._begins)
        causes[causes < 0] = lone_from
        least: Ints = np.minimum.reduceat(causes, self._begins)
        least[most < 0] = -1
        return least, most


def _distinct(a: Longs | Ints, b: Longs | Ints) -> Longs:
    """(2, K): the unordered pairs of different numbers from 0 on, each once, the smaller first."""
    real = np.flatnonzero(a != b)
    a, b = a[real], b[real]
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    # Along a border the same pair comes many times in a row: drop those before sorting.
    both = _steps((low << 32 | high)[low >= 0])
    both = _steps(np.sort(both))
    return np.stack([both >> 32, both & 0xFFFFFFFF])


def _steps(values: Longs) -> Longs:
    """The values without those that equal their predecessor."""
    if not len(values):
        return values
    return np.concatenate([values[:1], values[1:][values[1:] != values[:-1]]])


def one_cause(pairs: Longs, since_ms: Longs, size: Ints, timing: Timing) -> Floats:
    """(K) nats (whole, see `evidence`) by which one cause is likelier than two, for each touching pair.

    `since_ms`, `size` (reporting premises) by fragment. With one failure, the later fragment's first
    report lags by an exponential time, the shorter the more reports it has; with two it lags by
    anything, the less the more causes are about.
    """
    a, b = pairs
    lead = since_ms[a] - since_ms[b]
    apart = pairs[:, np.abs(lead) > timing.apart_ms].ravel()
    about = np.bincount(apart, minlength=len(size))
    rate_a = np.minimum(size[a], timing.sure) / timing.heard_ms
    rate_b = np.minimum(size[b], timing.sure) / timing.heard_ms
    lag = np.where(lead > 0, lead * rate_a, -lead * rate_b)
    causes = 1 + np.maximum(about[a], about[b])
    # In whole steps, so that the last bit of a logarithm orders nothing.
    return whole(np.log(rate_a * rate_b / (rate_a + rate_b) * timing.span_ms / causes) - lag + timing.bias)


def join(pairs: Longs, nats: Floats, extent: Longs, most: int) -> list[list[int]]:
    """Join pairs with `nats` above 0, the surest first, into at most `most` premises (`extent` by fragment).

    Gives the fragments that are joined, ascending, for each cause of several.
    """
    likely = np.flatnonzero(nats > 0)
    likely = likely[np.argsort(-nats[likely], kind="stable")]
    fragments, index = np.unique(pairs[:, likely], return_inverse=True)
    # Union by size in flat lists: small objects made by the thousand would set off the garbage collector.
    above = list(range(len(fragments)))
    taken: list[int] = extent[fragments].tolist()
    for a, b in zip(*index.reshape(2, -1).tolist(), strict=True):
        large, small = _top(above, a), _top(above, b)
        if large != small and taken[large] + taken[small] <= most:
            if taken[large] < taken[small]:
                large, small = small, large
            above[small] = large
            taken[large] += taken[small]
    cause = np.array(above, np.int64)
    while (cause != cause[cause]).any():
        cause = cause[cause]
    order = np.argsort(cause, kind="stable")
    several = np.split(fragments[order], np.flatnonzero(np.diff(cause[order])) + 1)
    return [parts.tolist() for parts in several if len(parts) > 1]


def _top(above: list[int], one: int) -> int:
    while above[one] != one:
        above[one] = one = above[above[one]]
    return one
