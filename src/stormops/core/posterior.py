"""Exact inference on a forest: which nodes opened, when, and since when service is lost below each.

The model. Every node stays closed, or opens once, in one of S slots of time (prior chances `prior`).
Service below a node is lost since the earliest opening at or above it; S means never. What customers right
below a node tell has a likelihood for every such moment (`evidence`, natural logarithms). Two passes over
the forest give every posterior exactly, O(nodes x S): upwards `Z(v, s)`, what is below says of a loss since
s above v; downwards `A(v, s)`, what all the rest says of it (sum-product; Pearl 1988).

A change is worked out on the paths that it touches and, downwards, as far as the answer differs. All sums are
made in one order, so that the outcome is bit for bit that of working everything out afresh.
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


class Posterior:
    """Columns by place of the forest; S slots, the earliest first.

    `evidence` (N, S + 1) is written by the owner, who then names the places to `settle`. `prior` (N, S).
    Outcomes: `cause` (N, S), the chance that a node is what took service from below it, in each slot; `top` (N), that
    it is open and nothing above it is;
    `since` (N, S + 1), the posterior of since when service is lost right below each node (last: it is not).
    """

    def __init__(self, places: Forest, slots: int) -> None:
        self.places = places
        self.slots = slots
        n = len(places)
        self.evidence = np.zeros((n, slots + 1))
        self.inside = np.zeros((n, slots + 1))
        self.message = np.zeros((n, slots + 1))
        self.above = np.zeros((n, slots + 1))
        self.cause = np.zeros((n, slots))
        self.top = np.zeros(n)
        self.since = np.zeros((n, slots + 1))
        self._joint = np.zeros((n, slots + 1))
        """Logarithms of the weights that `since` is made of."""
        self.believe(np.zeros((n, slots)))

    def believe(self, prior: Floats) -> None:
        """Other priors (N, S): sums over S below 1. Everything is to be settled anew after it."""
        self.prior = prior
        self.closed = np.ones((len(self.places), self.slots + 1))
        np.cumsum(prior, axis=1, out=self.closed[:, 1:])
        self.closed[:, 1:] = 1 - self.closed[:, 1:]
        with np.errstate(divide="ignore"):
            self._log_prior, self._log_closed = np.log(prior), np.log(self.closed)

    def everything(self) -> None:
        """Work everything out."""
        self.settle(np.arange(len(self.places)), afresh=True)

    def settle(self, places: Rows, *, afresh: bool = False) -> Rows:
        """The evidence of these places changed: bring everything up to date. Gives the places whose outcome changed.

        `afresh`: nothing of what was worked out before holds.
        """
        touched = self._up(places)
        with np.errstate(divide="ignore"):
            return self._down(touched, afresh=afresh)

    def weigh(self, places: Rows) -> float:
        """The same, but only as far as the logarithm of the likelihood of all evidence, which it gives."""
        self._up(places)
        return self.likelihood()

    def likelihood(self) -> float:
        """Logarithm of the likelihood of all evidence, by what was last worked out."""
        return float(self.message[self.places.parent < 0, -1].sum())

    # --- upwards ----------------------------------------------------------------------------------

    def _up(self, places: Rows) -> list[Rows]:
        """Gives the places whose `inside` may have changed, by level."""
        touched = self.places.split(np.sort(places))
        for level in range(len(touched) - 1, -1, -1):
            here = touched[level]
            if not len(here):
                continue
            at = span(here)
            self.inside[at] = pick(self.evidence, at) + self.places.gather(self.message, here)
            message = self._messages(at)
            moved = differs(message, pick(self.message, at))
            self.message[at] = message
            if level:
                touched[level - 1] = merged(touched[level - 1], self.places.parent[here[moved]])
        return touched

    def _messages(self, at: Span) -> Floats:
        inside = pick(self.inside, at)
        message: Floats = pick(self._log_closed, at) + inside
        opened = np.logaddexp.accumulate(inside[:, :-1] + pick(self._log_prior, at), axis=1)
        np.logaddexp(message[:, 1:], opened, out=message[:, 1:])
        return message

    # --- downwards --------------------------------------------------------------------------------

    def _down(self, touched: list[Rows], *, afresh: bool) -> Rows:
        changed: list[Rows] = []
        lost: list[tuple[Floats, Floats]] = []
        follow = np.empty(0, np.intp)
        for level, here in enumerate(touched):
            if level == 0:
                if afresh:
                    self.above[here, :-1] = 0.0
                    self.above[here, -1] = 1.0
                nodes = here
            else:
                at = span(follow)
                above = self._from_above(follow, at)
                moved = differs(above, pick(self.above, at))
                self.above[at] = above
                nodes = merged(follow if moved.all() else follow[moved], here)
            if len(nodes):
                at = span(nodes)
                lost.append(self._lost_below(at))
                self._joint[at] = np.log(lost[-1][0]) + pick(self.inside, at)
                changed.append(nodes)
            follow = self.places.children(nodes)
        if not changed:
            return follow
        places = np.concatenate(changed)
        below, later = (np.concatenate(parts) for parts in zip(*lost, strict=True))
        self._outcome(span(places), below, later)
        return places

    def _from_above(self, nodes: Rows, at: Span) -> Floats:
        above = _shares(self._joint.take(self.places.parent[nodes], axis=0) - pick(self.message, at))
        above[above < NEGLIGIBLE] = 0.0
        return above

    def _lost_below(self, at: Span) -> tuple[Floats, Floats]:
        """Since when service is lost below each node, by its prior and all evidence that is not below.

        And with what chance it is lost by what is above after each slot, or never.
        """
        above = pick(self.above, at)
        later = above[:, ::-1].cumsum(axis=1)[:, -2::-1]
        below = above * pick(self.closed, at)
        below[:, :-1] += pick(self.prior, at) * later
        return below, later

    def _outcome(self, at: Span, below: Floats, later: Floats) -> None:
        """All outcomes by what `_lost_below` gave of each level: at once, since few places are no quicker than many."""
        self.since[at] = since = _shares(pick(self._joint, at))
        # Where nothing is lost below, nothing opened: 0 / LEAST.
        opened = since[:, :-1] * pick(self.prior, at) / np.maximum(below[:, :-1], LEAST)
        self.cause[at] = opened * later
        self.top[at] = np.add.reduce(opened * self.above[at, -1:], axis=1)


def _shares(logs: Floats) -> Floats:
    """Rows of logarithms as shares of one."""
    shares: Floats = np.exp(logs - np.maximum.reduce(logs, axis=1, keepdims=True))
    shares /= np.add.reduce(shares, axis=1, keepdims=True)
    return shares
