"""How houses stand to the transformers that the records hang them on: a wrong link is seldom to the nearest.

Most customers hang on the transformer that they stand next to. A wrong link leads to another one near by, so whoever
stands among the customers of one transformer and is recorded under another is likelier linked wrongly than the rest,
by so many times as such houses are more among wrong links than among all. Both shares are those of the city itself:
of its records as they are, and of what they would be with each house under a transformer near by instead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from stormops.core.forest import Rows
from stormops.core.network import Floats, Ints

NEAREST, NEAR_M = 8, 60.0
"""Transformers that are near by, and the distance at which one is a third as likely as at the spot."""

NEARER = 2
"""Other transformers nearer than the recorded one are counted up to so many."""

SOME = 20_000
"""Houses that are moved to another transformer in thought; a city has more, of which every so many-th is."""

ODDS_MOST = 50.0
"""No house is likelier linked wrongly than the share believed of all by more than so many times, in odds."""


class Standing(NamedTuple):
    """`code` (P): how each premise stands; `odds` (K): of a wrong link, by code, over what is believed of all."""

    code: Rows
    odds: tuple[float, ...]


def alike(premises: int) -> Standing:
    """Nothing is known of where they stand."""
    return Standing(np.zeros(premises, np.intp), (1.0,))


class Grounds:
    """Where the houses are: `x`, `y` (P), metres, NaN = nowhere."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self._where = np.stack([x, y], axis=1)
        self._placed = np.isfinite(self._where).all(axis=1)
        self._last: tuple[Ints, Standing] | None = None

    def standing(self, leaf: Ints) -> Standing:
        """Of the premises below these devices (P, -1 = none): the number of others nearer, or not known."""
        if self._last is None or not np.array_equal(self._last[0], leaf):
            self._last = leaf.copy(), self._told(leaf)
        return self._last[1]

    def _told(self, leaf: Ints) -> Standing:
        some = np.flatnonzero((leaf >= 0) & self._placed)
        devices, mine = np.unique(leaf[some], return_inverse=True)
        if len(devices) < 2:
            return alike(len(leaf))
        where = self._where[some]
        count = np.bincount(mine)
        middle = np.stack([np.bincount(mine, where[:, axis]) / count for axis in (0, 1)], axis=1)
        tree = cKDTree(middle)
        nearest = tree.query(where, k=np.arange(1, min(NEARER, len(devices)) + 1))[0]
        own = np.sqrt(((where - middle[mine]) ** 2).sum(axis=1))
        nearer = np.count_nonzero(nearest < own[:, None], axis=1)
        of_all = np.bincount(nearer, minlength=NEARER + 1)
        of_wrong = _if_wrong(tree, where, mine)
        # One house more of each kind: of what is seldom seen little is known.
        share = (of_all + 1) / (len(some) + NEARER + 1)
        odds = np.clip(of_wrong / share, 1 / ODDS_MOST, ODDS_MOST)
        code = np.full(len(leaf), NEARER + 1, np.intp)
        code[some] = nearer
        unknown = (1.0,) if len(some) < len(leaf) else ()
        return Standing(code, (*odds.tolist(), *unknown))


def _if_wrong(tree: cKDTree, where: Floats, mine: Rows) -> Floats:
    """(NEARER + 1): by the number of nearer ones, the share of houses if each hung on another transformer near by."""
    every = max(1, len(where) // SOME)
    where, mine = where[::every], mine[::every]
    metres, index = tree.query(where, k=np.arange(1, min(NEAREST, tree.n) + 1))
    metres = np.where(index == mine[:, None], np.inf, metres)
    weight = np.exp((metres.min(axis=1, keepdims=True) - metres) / NEAR_M)
    weight /= weight.sum(axis=1, keepdims=True)
    nearer = np.minimum(np.arange(metres.shape[1]), NEARER)
    return np.bincount(nearer, weights=weight.sum(axis=0), minlength=NEARER + 1) / len(where)
