"""Which devices to send crews to: the set that is worth most by the posterior, without flapping.

A predicted device is worth the chance that it is open and nothing above it is, less `WORTH`, and a little for every
customer below who is more likely out than not (less for those who are not): two devices in a row that explain the
same equally well must not leave its customers unexplained. What was predicted before is worth `CHURN` more: a
prediction moves only when the evidence for another is that much better. The best set, in which none is above
another, is found exactly, bottom-up.
"""

from __future__ import annotations

import numpy as np

from stormops.core.forest import Forest, Rows, merged, span
from stormops.core.network import Bools, Floats, Ints

WORTH = 0.46
"""Chance to be the topmost open device from which on a device is predicted."""

CUSTOMER = 0.02
"""What a customer rightly told to be out is worth, as a chance of the right device; wrongly: the same lost."""

NESTED = 0.8
"""Chance from which on a device below a predicted one is predicted too: it opened first, and stays open after it."""

CHURN = 0.15
"""What a change of prediction costs, as a chance."""


class Prediction:
    """Columns by place; `customers` (N) right below each.

    `top` (N): the nearest predicted place at or above each, -1 = none.
    """

    def __init__(self, places: Forest, customers: Rows) -> None:
        self._places = places
        self._customers = customers
        n = len(places)
        self._chance, self._first = np.zeros((2, n))
        self._kept, self._stays = np.zeros((2, n), np.bool_)
        """What was predicted before; and of that, what was not below another."""
        self._lost = np.zeros(n)
        self._sums = np.zeros((n, 2))
        """The best worth at or below each place; what its customers are worth to a prediction there."""
        self._chosen = np.zeros(n, np.bool_)
        self._barred = np.zeros(n, np.bool_)
        self.top = np.full(n, -1, np.int32)

    def bar(self, places: Rows | Ints, barred: Bools) -> None:
        """These places may not be predicted, however much it were worth, or may again: they are known closed.

        It holds where `choose` is told of them next.
        """
        self._barred[places] = barred

    def choose(self, places: Rows, chances: tuple[Floats, Floats, Floats], before: Rows) -> Rows:
        """Choose anew; `before` is what was predicted.

        Of `places` there are new chances: to be the topmost open device, to have opened before any above it, and that
        service is lost right below. Gives the places whose `top` changed.
        """
        self._chance[places], self._first[places], self._lost[places] = chances
        kept, stays = np.zeros((2, len(self._kept)), np.bool_)
        kept[before], stays[before[~self._below(before)]] = True, True
        places = merged(places, np.flatnonzero((kept != self._kept) | (stays != self._stays)))
        self._kept, self._stays = kept, stays
        touched = self._places.split(places)
        for level in range(len(touched) - 1, -1, -1):
            here = touched[level]
            if not len(here):
                continue
            at = span(here)
            sums = self._places.gather(self._sums, here)
            sums[:, 1] += CUSTOMER * self._customers[at] * (self._lost[at] - 0.5)
            below = sums[:, 0].copy()
            mine = self._chance[at] - WORTH + CHURN * self._stays[at] + sums[:, 1]
            mine[self._barred[at]] = -np.inf
            sums[:, 0] = np.maximum(np.maximum(mine, below), 0.0)
            differs = (sums != self._sums[at]).any(axis=1)
            chosen = (mine > below) & (mine > 0)
            differs |= chosen != self._chosen[at]
            self._sums[at], self._chosen[at] = sums, chosen
            if level:
                touched[level - 1] = merged(touched[level - 1], self._places.parent[here[differs]])
        return self._follow(touched)

    def _below(self, places: Rows) -> Bools:
        """Which of these places are below another of them."""
        below = np.zeros(len(places), np.bool_)
        above = self._places.parent[places]
        while (above >= 0).any():
            below |= (above >= 0) & np.isin(above, places)
            above = np.where(above >= 0, self._places.parent[above], -1)
        return below

    def _follow(self, touched: list[Rows]) -> Rows:
        changed: list[Rows] = []
        follow = np.empty(0, np.intp)
        for here in touched:
            nodes = merged(here, follow)
            if not len(nodes):
                continue
            at = span(nodes)
            parent = self._places.parent[at]
            above = np.where(parent >= 0, self.top[parent], -1)
            own = self._chosen[at] & (above < 0)
            own |= self._first[at] + CHURN * self._kept[at] >= NESTED
            top = np.where(own, nodes, above)
            news = nodes[top != self.top[at]]
            self.top[at] = top
            changed.append(news)
            follow = self._places.children(news)
        return np.concatenate(changed) if changed else follow

    def predicted(self) -> Rows:
        """The places predicted now, ascending."""
        return np.flatnonzero(self.top == np.arange(len(self.top)))
