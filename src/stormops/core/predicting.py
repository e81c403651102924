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

WORTH = 0.55
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
        self._numbers = np.arange(n, dtype=np.int32)
        self._chance, self._first = np.zeros((2, n))
        self._before = np.empty(0, np.intp)
        self._kept, self._stays = np.zeros((2, n), np.bool_)
        """What was predicted before; and of that, what was not below another."""
        self._alone, self._worth = np.zeros((2, n))
        """What a prediction is worth without its customers; what the customers right below each place are."""
        self._nested = np.zeros(n, np.bool_)
        """Whether each is predicted even below another."""
        self._sums = np.zeros((2, n))
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

        Of `places` (ascending) there are new chances: to be the topmost open device, to have opened before any above
        it, and that service is lost right below. Gives the places whose `top` changed.
        """
        at = span(places)
        self._chance[at], self._first[at], lost = chances
        self._worth[at] = CUSTOMER * self._customers[at] * (lost - 0.5)
        places = merged(places, self._keep(before))
        at = span(places)
        self._alone[at] = self._chance[at] - WORTH + CHURN * self._stays[at]
        self._alone[places[self._barred[at]]] = -np.inf
        self._nested[at] = self._first[at] + CHURN * self._kept[at] >= NESTED
        touched = self._places.split(places)
        for level in range(len(touched) - 1, -1, -1):
            here = touched[level]
            if not len(here):
                continue
            at = span(here)
            sums = self._places.gather(self._sums, here)
            sums[1] += self._worth[at]
            mine = self._alone[at] + sums[1]
            below = np.maximum(sums[0], 0.0)
            self._chosen[at] = mine > below
            np.maximum(mine, below, out=sums[0])
            self._sums[:, at] = sums
            if level:
                touched[level - 1] = merged(touched[level - 1], self._places.parent[at])
        return self._follow(np.concatenate(touched) if touched else places)

    def _keep(self, before: Rows) -> Rows:
        """Take over what was predicted; gives the places of which that is news."""
        if np.array_equal(before, self._before):
            return before[:0]
        self._before = before
        kept, stays = np.zeros((2, len(self._kept)), np.bool_)
        kept[before] = True
        stays[before[~self._below(before, kept)]] = True
        news: Rows = np.flatnonzero((kept != self._kept) | (stays != self._stays))
        self._kept, self._stays = kept, stays
        return news

    def _below(self, places: Rows, marked: Bools) -> Bools:
        """Which of these places are below marked ones."""
        below = np.zeros(len(places), np.bool_)
        above = self._places.parent[places]
        while (above >= 0).any():
            below |= (above >= 0) & marked[above]
            above = np.where(above >= 0, self._places.parent[above], -1)
        return below

    def _follow(self, places: Rows) -> Rows:
        """What was chosen anew at these places reaches down to the next that is predicted."""
        seeds: Rows = places[self._topmost(places) != self.top[places]]
        if not len(seeds):
            return seeds
        changed: list[Rows] = []
        follow = seeds[:0]
        for here in self._places.split(seeds):
            nodes = merged(here, follow)
            top = self._topmost(nodes)
            news = top != self.top[nodes]
            nodes = nodes[news]
            self.top[nodes] = top[news]
            changed.append(nodes)
            follow = self._places.children(nodes)
        return np.concatenate(changed)

    def _topmost(self, places: Rows) -> Ints:
        """The nearest predicted place at or above each, by what its parent's is."""
        parent = self._places.parent[places]
        above = np.where(parent >= 0, self.top[parent], -1)
        own = self._chosen[places] & (above < 0) | self._nested[places]
        top: Ints = np.where(own, places, above).astype(np.int32)
        return top

    def predicted(self) -> Rows:
        """The places predicted now, ascending."""
        found: Rows = (self.top == self._numbers).nonzero()[0]
        return found
