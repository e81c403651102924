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

from stormops.core.forest import Forest, Rows, merged, span
from stormops.core.network import Floats

Span = slice | Rows
"""Places, as a slice where they follow each other (`forest.span`)."""

NEGLIGIBLE = 1e-290
"""Probability below which a message from above is none: no evidence below outweighs it, and it bounds how far a
change is followed down."""


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
        self._log_below = np.zeros((n, slots + 1))
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

    # --- upwards ----------------------------------------------------------------------------------

    def _up(self, places: Rows) -> list[Rows]:
        """Gives the places whose `inside` may have changed, by level."""
        touched = self.places.split(np.sort(places))
        for level in range(len(touched) - 1, -1, -1):
            here = touched[level]
            if not len(here):
                continue
            at = span(here)
            self.inside[at] = self.evidence[at] + self.places.gather(self.message, here)
            message = self._messages(at)
            differs = (message != self.message[at]).any(axis=1)
            self.message[at] = message
            if level:
                touched[level - 1] = merged(touched[level - 1], self.places.parent[here[differs]])
        return touched

    def _messages(self, at: Span) -> Floats:
        inside = self.inside[at]
        message: Floats = self._log_closed[at] + inside
        opened = np.logaddexp.accumulate(inside[:, :-1] + self._log_prior[at], axis=1)
        np.logaddexp(message[:, 1:], opened, out=message[:, 1:])
        return message

    # --- downwards --------------------------------------------------------------------------------

    def _down(self, touched: list[Rows], *, afresh: bool) -> Rows:
        changed: list[Rows] = []
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
                differs = (above != self.above[at]).any(axis=1)
                self.above[at] = above
                nodes = merged(here, follow if differs.all() else follow[differs])
            if len(nodes):
                self._outcome(span(nodes))
                changed.append(nodes)
            follow = self.places.children(nodes)
        return np.concatenate(changed) if changed else follow

    def _from_above(self, nodes: Rows, at: Span) -> Floats:
        parents = self.places.parent[nodes]
        above = _shares(self._log_below[parents] + self.inside[parents] - self.message[at])
        above[above < NEGLIGIBLE] = 0.0
        return above

    def _outcome(self, at: Span) -> None:
        above, prior = self.above[at], self.prior[at]
        later = np.cumsum(above[:, ::-1], axis=1)[:, -2::-1]
        # Since when service is lost below each node, by its prior and all evidence that is not below.
        below = above * self.closed[at]
        below[:, :-1] += prior * later
        self._log_below[at] = logs = np.log(below)
        self.since[at] = since = _shares(logs + self.inside[at])
        opened = np.divide(since[:, :-1] * prior, below[:, :-1], out=np.zeros_like(prior), where=below[:, :-1] > 0)
        self.cause[at] = opened * later
        self.top[at] = (opened * above[:, -1:]).sum(axis=1)


def _shares(logs: Floats) -> Floats:
    """Rows of logarithms as shares of one."""
    logs -= logs.max(axis=1, keepdims=True)
    shares: Floats = np.exp(logs, out=logs)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
