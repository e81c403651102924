"""Which devices to send crews to: the set that is worth most by the posterior, without flapping.

A predicted device is worth the chance that it is the cause, less `WORTH`: below even odds a little, since customers
whose device is not quite sure are better told than left out. What was predicted before is worth `CHURN` more: a
prediction moves only when the evidence for another is that much better. The best set, in which none is above
another, is found exactly, bottom-up.
"""

from __future__ import annotations

import numpy as np

from stormops.core.forest import Forest, Rows
from stormops.core.network import Floats

WORTH = 0.45
"""Chance of being the cause from which on a device is predicted."""

CHURN = 0.15
"""What a change of prediction costs, as a chance."""


class Prediction:
    """Columns by place. `top` (N): the predicted place at or above each place, -1 = none."""

    def __init__(self, places: Forest) -> None:
        self._places = places
        n = len(places)
        self._chance = np.zeros(n)
        self._kept = np.zeros(n, np.bool_)
        self._best = np.zeros((n, 1))
        self._chosen = np.zeros(n, np.bool_)
        self.top = np.full(n, -1, np.int32)

    def choose(self, places: Rows, chance: Floats, before: Rows) -> Rows:
        """Choose anew: the chances of `places` are now `chance`, and `before` is what was predicted.

        Gives the places whose `top` changed.
        """
        self._chance[places] = chance
        others = np.setxor1d(np.flatnonzero(self._kept), before)
        self._kept[others] ^= True
        places = np.union1d(places, others)
        touched = self._places.split(places)
        for level in range(len(touched) - 1, -1, -1):
            here = touched[level]
            if not len(here):
                continue
            below = self._places.gather(self._best, here)[:, 0]
            mine = self._chance[here] - WORTH + CHURN * self._kept[here]
            best = np.maximum(mine, below)
            differs = best != self._best[here, 0]
            chosen = (mine > below) & (mine > 0)
            differs |= chosen != self._chosen[here]
            self._best[here, 0], self._chosen[here] = best, chosen
            if level:
                touched[level - 1] = np.union1d(touched[level - 1], self._places.parent[here[differs]])
        return self._follow(touched)

    def _follow(self, touched: list[Rows]) -> Rows:
        changed: list[Rows] = []
        follow = np.empty(0, np.intp)
        for here in touched:
            nodes = np.union1d(here, follow)
            parent = self._places.parent[nodes]
            above = np.where(parent >= 0, self.top[parent], -1)
            top = np.where(above >= 0, above, np.where(self._chosen[nodes], nodes, -1))
            news = nodes[top != self.top[nodes]]
            self.top[nodes] = top
            changed.append(news)
            follow = self._places.children(news)
        return np.concatenate(changed) if changed else follow

    def predicted(self) -> Rows:
        """The places predicted now, ascending."""
        return np.flatnonzero(self.top == np.arange(len(self.top)))
