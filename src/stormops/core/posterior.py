"""Exact inference on a forest: which nodes opened, when, and since when service is lost below each.

The model. Every node stays closed, or opens once, in one of S slots of time (prior chances `prior`).
Service below a node is lost since the earliest opening at or above it; S means never. What customers right
below a node tell has a likelihood for every such moment (`evidence`, natural logarithms). Two passes over
the forest give every posterior exactly, O(nodes x S): upwards `Z(v, s)`, what is below says of a loss since
s above v; downwards `A(v, s)`, what all the rest says of it (sum-product; Pearl 1988).

A change is worked out on the paths that it touches and, downwards, as far as the answer differs. All sums are
made in one order, so that the outcome is bit for bit that of working everything out afresh.

Tables have a row a slot and a column a place: numpy is quick along the many places, not along the few slots.
"""

from __future__ import annotations

import numpy as np

from stormops.core.forest import Forest, Rows, differs, merged, pick, span
from stormops.core.network import Floats

Span = slice | Rows
"""Places, as a slice where they follow each other (`forest.span`)."""

NEGLIGIBLE = 1e-290
"""Probability below which a message from above is none: no evidence below outweighs it, and it bounds how far a
change is followed down."""

LEAST = 5e-324
"""The least number above 0."""

APART = 600.0
"""Logarithms that lie farther apart are not added as numbers: they would be 0."""

SOME = 256
"""Places from which on running sums are quicker slot by slot."""


class Posterior:
    """Columns by place of the forest; S slots, the earliest first.

    `evidence` (S + 1, N) is written by the owner, who then names the places to `settle`. `prior` (S, N).
    Outcomes: `cause` (S, N), the chance that a node is what took service from below it, in each slot; `first` (N), in
    any; `top` (N), that it is open and nothing above it is;
    `since` (S + 1, N), the posterior of since when service is lost right below each node (last: it is not).
    """

    def __init__(self, places: Forest, slots: int) -> None:
        self.places = places
        self.slots = slots
        n = len(places)
        self.evidence = np.zeros((slots + 1, n))
        self.inside = np.zeros((slots + 1, n))
        self.message = np.zeros((slots + 1, n))
        self.above = np.zeros((slots + 1, n))
        self.cause = np.zeros((slots, n))
        self.first, self.top = np.zeros((2, n))
        self.since = np.zeros((slots + 1, n))
        self._joint = np.zeros((slots + 1, n))
        """Logarithms of the weights that `since` is made of."""
        self.believe(np.zeros((slots, n)))

    def believe(self, prior: Floats) -> None:
        """Other priors (S, N): sums over S below 1. Everything is to be settled anew after it."""
        self.prior = prior
        self.closed = np.ones((self.slots + 1, len(self.places)))
        np.subtract(1, _running(prior), out=self.closed[1:])

    def everything(self) -> None:
        """Work everything out."""
        self.settle(np.arange(len(self.places)), afresh=True)

    def settle(self, places: Rows, *, afresh: bool = False) -> Rows:
        """The evidence of these places changed: bring everything up to date. Gives the places whose outcome changed.

        `afresh`: nothing of what was worked out before holds.
        """
        with np.errstate(divide="ignore"):
            return self._down(self._up(places), afresh=afresh)

    def weigh(self, places: Rows) -> float:
        """The same, but only as far as the logarithm of the likelihood of all evidence, which it gives."""
        with np.errstate(divide="ignore"):
            self._up(places)
        return self.likelihood()

    def likelihood(self) -> float:
        """Logarithm of the likelihood of all evidence, by what was last worked out."""
        return float(self.message[-1, self.places.parent < 0].sum())

    # --- upwards ----------------------------------------------------------------------------------

    def _up(self, places: Rows) -> list[Rows]:
        """Gives the places whose `inside` may have changed, by level."""
        touched = self.places.split(np.sort(places))
        for level in range(len(touched) - 1, -1, -1):
            here = touched[level]
            if not len(here):
                continue
            at = span(here)
            inside = pick(self.evidence, at) + self.places.gather(self.message, here)
            message = self._messages(inside, at)
            moved = differs(message, pick(self.message, at))
            self.inside[:, at], self.message[:, at] = inside, message
            if level:
                touched[level - 1] = merged(touched[level - 1], self.places.parent[here[moved]])
        return touched

    def _messages(self, inside: Floats, at: Span) -> Floats:
        prior, closed = pick(self.prior, at), pick(self.closed, at)
        most = np.maximum.reduce(inside, axis=0)
        weight = np.exp(inside - most)
        message: Floats = closed * weight
        message[1:] += _running(prior * weight[:-1])
        np.log(message, out=message)
        message += most
        if most.max() - inside.min() > APART:  # in none of the columns otherwise
            far = most - np.minimum.reduce(inside, axis=0) > APART
            if far.any():
                message[:, far] = _far_apart(inside[:, far], prior[:, far], closed[:, far])
        return message

    # --- downwards --------------------------------------------------------------------------------

    def _down(self, touched: list[Rows], *, afresh: bool) -> Rows:
        changed: list[Rows] = []
        lost: list[tuple[Floats, Floats]] = []
        follow = np.empty(0, np.intp)
        for level, here in enumerate(touched):
            if level == 0:
                if afresh:
                    self.above[:-1, here] = 0.0
                    self.above[-1, here] = 1.0
                nodes = here
            else:
                at = span(follow)
                above = self._from_above(follow, at)
                moved = differs(above, pick(self.above, at))
                self.above[:, at] = above
                nodes = merged(follow if moved.all() else follow[moved], here)
            if len(nodes):
                at = span(nodes)
                lost.append(self._lost_below(at))
                self._joint[:, at] = np.log(lost[-1][0]) + pick(self.inside, at)
                changed.append(nodes)
            follow = self.places.children(nodes)
        if not changed:
            return follow
        places = np.concatenate(changed)
        below, later = (np.concatenate(parts, axis=1) for parts in zip(*lost, strict=True))
        self._outcome(span(places), below, later)
        return places

    def _from_above(self, nodes: Rows, at: Span) -> Floats:
        above = _shares(self._joint.take(self.places.parent[nodes], axis=1) - pick(self.message, at))
        above[above < NEGLIGIBLE] = 0.0
        return above

    def _lost_below(self, at: Span) -> tuple[Floats, Floats]:
        """Since when service is lost below each node, by its prior and all evidence that is not below.

        And with what chance it is lost by what is above after each slot, or never.
        """
        above = pick(self.above, at)
        later = _running(above[:0:-1])[::-1]
        below = above * pick(self.closed, at)
        below[:-1] += pick(self.prior, at) * later
        return below, later

    def _outcome(self, at: Span, below: Floats, later: Floats) -> None:
        """All outcomes by what `_lost_below` gave of each level: at once, since few places are no quicker than many."""
        since = _shares(pick(self._joint, at))
        # Where nothing is lost below, nothing opened: 0 / LEAST.
        opened = since[:-1] * pick(self.prior, at) / np.maximum(below[:-1], LEAST)
        cause = opened * later
        self.since[:, at], self.cause[:, at] = since, cause
        self.first[at], self.top[at] = _sums(cause), _sums(opened) * self.above[-1, at]


def _shares(logs: Floats) -> Floats:
    """Columns of logarithms as shares of one."""
    shares: Floats = np.exp(logs - np.maximum.reduce(logs, axis=0))
    shares /= _sums(shares)
    return shares


def _sums(values: Floats) -> Floats:
    """(M): sums of the columns of (S, M), always added in this order (numpy adds a single column in pairs)."""
    if values.shape[1] == 1:
        return np.asarray(np.add.accumulate(values, axis=0)[-1])
    return np.asarray(np.add.reduce(values, axis=0))


def _running(values: Floats) -> Floats:
    """Sums of each row (of S, M) and those before it, always added in this order."""
    if values.shape[1] < SOME:
        return np.add.accumulate(values, axis=0)
    sums = values.copy()
    for slot in range(1, len(sums)):
        sums[slot] += sums[slot - 1]
    return sums


def _far_apart(inside: Floats, prior: Floats, closed: Floats) -> Floats:
    """Messages where the evidence for one slot outweighs that for another beyond all numbers."""
    message: Floats = np.log(closed) + inside
    opened = np.logaddexp.accumulate(inside[:-1] + np.log(prior), axis=0)
    np.logaddexp(message[1:], opened, out=message[1:])
    return message
