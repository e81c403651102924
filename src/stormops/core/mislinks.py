"""Customers whom the records likely hang on the wrong transformer: what they say fits a neighbour's, not their own.

Of who says that power is off below a transformer that has power the posterior gives the chance that the link is wrong
(`Inference.served`), as if they hung anywhere in the city. A wrong link leads near by: so the chance is weighed with
whether the nearest transformers are without power, and of those the nearer and the surer is the likelier.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from stormops.core.forest import Rows
from stormops.core.inference import Inference
from stormops.core.network import Floats

DOUBTED_FROM = 0.5
"""Chance from which on a link is doubted."""

NEAREST, WITHIN_M, NEAR_M = 8, 500.0, 60.0
"""Transformers that are looked at, how far at most, and the distance at which one is a third as likely."""

OUT_FROM = 0.5
"""A transformer must be believed without power to be the likely one."""


class Doubt(NamedTuple):
    """The link of a premise (row) is wrong with a chance per 10,000; `likely`: row of the tree, -1 = none is known."""

    premise: int
    chance: int
    likely: int


def wrong_links(inference: Inference) -> tuple[Rows, Floats]:
    """(M) premises of whom anything was heard, and the chance that they hang elsewhere."""
    premises = inference.customers.special()
    leaf = inference.customers.leaf[premises]
    live = ~inference.below_known_open()[leaf]
    premises, leaf = premises[live], leaf[live]
    served, wrong = inference.served(premises)
    return premises, inference.posterior.since[-1, leaf] * served * wrong


class Nearby:
    """Where the transformers stand: in the middle of their customers. `x`, `y` (P): metres, NaN = nowhere."""

    def __init__(self, inference: Inference, x: Floats, y: Floats) -> None:
        self._inference = inference
        self._where = np.stack([x, y], axis=1)
        leaf = inference.customers.leaf
        known = np.flatnonzero((leaf >= 0) & np.isfinite(self._where).all(axis=1))
        count = np.bincount(leaf[known], minlength=len(inference.places))
        self._leaves = np.flatnonzero(count)
        middle = [
            np.bincount(leaf[known], self._where[known, axis], len(count))[self._leaves] / count[self._leaves]
            for axis in (0, 1)
        ]
        self._tree = cKDTree(np.stack(middle, axis=1)) if len(self._leaves) else None

    def likely(self, premises: Rows) -> Rows:
        """(M): the place that each of these premises likely hangs on, -1 = none near is believed without power."""
        found = np.full(len(premises), -1, np.intp)
        placed, place, out, near = self._around(premises)
        if len(placed):
            worth = np.where(out < OUT_FROM, 0.0, out * near)
            best = worth.argmax(axis=1)
            rows = np.arange(len(placed))
            found[placed] = np.where(worth[rows, best] > 0, place[rows, best], -1)
        return found

    def out(self, premises: Rows, else_: float) -> Floats:
        """(M): the chance that each of these premises is out if it hangs on another transformer near by.

        `else_` of those who have none, or stand nowhere known.
        """
        found = np.full(len(premises), else_)
        placed, _, out, near = self._around(premises)
        if len(placed):
            whole = near.sum(axis=1)
            found[placed] = np.divide((out * near).sum(axis=1), whole, out=found[placed], where=whole > 0)
        return found

    def _around(self, premises: Rows) -> tuple[Rows, Rows, Floats, Floats]:
        """Of the premises that stand somewhere: which; (M, NEAREST) places near by, their chance to be out, how near.

        How near is 1 at the spot and 0 for what is too far, or the premise's own.
        """
        placed = np.flatnonzero(np.isfinite(self._where[premises]).all(axis=1))
        if self._tree is None or not len(placed):
            none = np.empty((0, 0))
            return np.empty(0, np.intp), none.astype(np.intp), none, none
        count = min(NEAREST, len(self._leaves))
        asked = self._tree.query(self._where[premises[placed]], k=count, distance_upper_bound=WITHIN_M)
        metres, index = (np.asarray(column).reshape(-1, count) for column in asked)
        none = index == len(self._leaves)
        place = self._leaves[np.where(none, 0, index)]
        out = 1 - self._inference.posterior.since[-1, place]
        out[self._inference.below_known_open()[place]] = 1.0
        none |= place == self._inference.customers.leaf[premises[placed], None]
        return placed, place, out, np.where(none, 0.0, np.exp(-metres / NEAR_M))


def doubted(inference: Inference, nearby: Nearby) -> tuple[Rows, Floats]:
    """(M) premises whose links are doubted, and the chance that they hang elsewhere, by how it stands near by."""
    premises, chance = wrong_links(inference)
    share = inference.rates.share_out
    # Beside a transformer that is surely out the odds are so much larger: who would not be doubted there is left out.
    some = np.flatnonzero(chance > (1 - chance) * share * DOUBTED_FROM / (1 - DOUBTED_FROM))
    premises, chance = premises[some], chance[some]
    odds = chance * nearby.out(premises, share) / share
    chance = odds / (odds + 1 - chance)
    enough = chance > DOUBTED_FROM
    return premises[enough], chance[enough]


def doubts(inference: Inference, nearby: Nearby) -> list[Doubt]:
    """Links that are doubted now, by premise."""
    premises, chance = doubted(inference, nearby)
    likely = nearby.likely(premises)
    node = np.append(inference.places.node, -1)
    per = np.minimum(np.round(chance * 10_000), 9_999).astype(np.int64)
    return [Doubt(*one) for one in zip(premises.tolist(), per.tolist(), node[likely].tolist(), strict=True)]
