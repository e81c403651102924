"""Which transformers are near by: there a customer whom the records hang wrongly hangs in truth.

How likely who hangs elsewhere is out is how likely the transformers near by are, of which the nearer is the likelier.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from stormops.core.forest import Rows
from stormops.core.inference import Inference
from stormops.core.network import Floats
from stormops.core.standing import NEAR_M, NEAREST

WITHIN_M = 500.0
"""How far a transformer near by is at most."""

OUT_FROM = 0.5
"""A transformer must be believed without power to be the likely one."""


class Nearby:
    """Where the transformers stand: in the middle of their customers. `x`, `y` (P): metres, NaN = nowhere.

    O(transformers x log transformers), and again for `shares` the first time.
    """

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
        self._middle = np.stack(middle, axis=1)
        self._tree = cKDTree(self._middle) if len(self._leaves) else None
        self._beside: tuple[Rows, Rows, Floats] | None = None

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

    def out(self, premises: Rows, else_: Floats) -> Floats:
        """(M): the chance that each of these premises is out if it hangs on another transformer near by.

        `else_` of those who have none, or stand nowhere known.
        """
        found = else_.copy()
        placed, _, out, near = self._around(premises)
        if len(placed):
            whole = near.sum(axis=1)
            found[placed] = np.divide((out * near).sum(axis=1), whole, out=found[placed], where=whole > 0)
        return found

    def shares(self) -> tuple[Floats, Floats]:
        """(N, by place): chance that who is recorded right below a place, and hangs near by, is out while it has power.

        (N): and has power while it is out. NaN: no customers are right below, or none are near by. A device above both
        is closed if there is power here, so that whatever speaks for it says nothing of those near by.
        """
        out, apart = np.full((2, len(self._inference.places)), np.nan)
        place, common, near = self._neighbours()
        powered = np.append(self._inference.powered_below(), 1.0)
        here = powered[self._leaves, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            weight = near / near.sum(axis=1, keepdims=True)
            # What is below the lowest place above both fails by itself, here and there.
            lost_alone = np.where(here < 1, (1 - np.minimum(here / powered[common], 1.0)) / (1 - here), 1.0)
            both = np.where(powered[common] > 0, powered[place] * lost_alone, 0.0)
        out[self._leaves] = (self._out(place, common) * weight).sum(axis=1)
        apart[self._leaves] = (np.minimum(both, 1.0) * weight).sum(axis=1)
        return out, apart

    def _out(self, place: Rows, common: Rows) -> Floats:
        """Chance that these places are out while what is above them and others, `common`, has power."""
        powered = np.append(self._inference.powered_below(), 1.0)
        share = self._inference.rates.share_out  # who could tell, where all above is surely out?
        with np.errstate(invalid="ignore"):
            return np.where(powered[common] > 0, 1 - np.minimum(powered[place] / powered[common], 1.0), share)

    def _neighbours(self) -> tuple[Rows, Rows, Floats]:
        """(leaves, NEAREST): the places nearest by, the lowest place above both (the last of all: none), how near.

        However far: where transformers are a kilometre apart, the next one is near by.
        """
        if self._beside is None:
            metres, place = self._near(self._middle, np.inf)
            metres[place == self._leaves[:, None]] = np.inf
            nearest = metres.min(axis=1, initial=1e9, keepdims=True)
            self._beside = place, self._common(self._leaves, place), np.exp((nearest - metres) / NEAR_M)
        return self._beside

    def _common(self, leaf: Rows, place: Rows) -> Rows:
        """(M, K): the lowest place at or above both a leaf (M) and each of (M, K) places; -1 = none is."""
        parent = self._inference.places.parent
        one, other = np.repeat(leaf[:, None], place.shape[1], axis=1), place.copy()
        while (apart := one != other).any():
            # Parents come before their children: of two places the later is not above the other.
            later = apart & (one > other)
            one[later] = parent[one[later]]
            later = apart & ~later
            other[later] = parent[other[later]]
        return one

    def _near(self, where: Floats, within_m: float) -> tuple[Floats, Rows]:
        """(M, NEAREST): metres from these spots to the places near by, inf = none is; and the places."""
        if self._tree is None:
            return np.zeros((0, 0)), np.zeros((0, 0), np.intp)
        count = min(NEAREST, len(self._leaves))
        asked = self._tree.query(where, k=count, distance_upper_bound=within_m)
        metres, index = (np.asarray(column).reshape(-1, count) for column in asked)
        return metres, self._leaves[np.where(np.isfinite(metres), index, 0)]

    def _around(self, premises: Rows) -> tuple[Rows, Rows, Floats, Floats]:
        """Of the premises that stand somewhere: which; (M, NEAREST) places near by, their chance to be out, how near.

        Their chance is that while there is power where the records hang the premise (`shares`). How near is 1 at the
        spot and 0 for what is too far, or the premise's own.
        """
        placed = np.flatnonzero(np.isfinite(self._where[premises]).all(axis=1))
        if self._tree is None or not len(placed):
            none = np.empty((0, 0))
            return np.empty(0, np.intp), none.astype(np.intp), none, none
        metres, place = self._near(self._where[premises[placed]], WITHIN_M)
        leaf = self._inference.customers.leaf[premises[placed]].astype(np.intp)
        out = self._out(place, self._common(leaf, place))
        return placed, place, out, np.where(place == leaf[:, None], 0.0, np.exp(-metres / NEAR_M))
