"""Reports that may be placed at the wrong house: how much a report owes to others that came from near by before it.

Some of those who report give, or are matched to, a house near their own. Where many report, a few such reports come
from houses that have service, long before false reports of other kinds do. How many have reported near by is known,
so that the rate of such strays is a function of what was heard before (a self-exciting point process; Hawkes 1971)
and the likelihood of what was heard stays exact.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from stormops.core.forest import Rows, ranges
from stormops.core.network import Floats, Ints
from stormops.core.onset import QUANTUM_MS

NEAR = 7
"""Houses near by that a report may be placed at instead."""

SOUGHT = 32
"""Of so many nearest premises those below another device count: what is below the same fares alike."""

LASTS_MS = 900_000.0
"""For so long, on average, after a report others like it come from the same houses."""

STEPS, LEAST = 2, 20
"""Rates are told apart by this part of an octave, down to so many octaves below one in a quantum."""


class Vicinity:
    """Which premises are near which. `x`, `y` (P): metres, NaN = nowhere.

    Switching moves devices, and no houses: those near by are sought again only when others are on the network.
    """

    def __init__(self, x: Floats, y: Floats) -> None:
        self._where = np.stack([x, y], axis=1)
        self._placed = np.isfinite(self._where).all(axis=1)
        self._some: Rows = np.empty(0, np.intp)
        self._row: Rows = np.empty((0, 0), np.intp)

    def near(self, leaf: Ints) -> Ints:
        """(P, NEAR): the premises nearest to each that are below another device; -1 = no more are.

        `leaf` (P): the device right above, -1 = none.
        """
        found = np.full((len(leaf), NEAR), -1, np.int32)
        some = np.flatnonzero((leaf >= 0) & self._placed)
        if not len(some):
            return found
        if not np.array_equal(some, self._some):
            self._some, self._row = some, self._sought(self._where[some])
        same = leaf[some][self._row] == leaf[some][:, None]
        nearest = np.argsort(same, axis=1, kind="stable")[:, :NEAR]
        other = np.take_along_axis(self._row, nearest, axis=1)
        found[some, : other.shape[1]] = np.where(np.take_along_axis(same, nearest, axis=1), -1, some[other])
        return found

    @staticmethod
    def _sought(where: Floats) -> Rows:
        count = min(SOUGHT, len(where))
        return np.asarray(cKDTree(where).query(where, k=count)[1]).reshape(-1, count)


class Strays:
    """`near` (P, K): as `Vicinity` gives it."""

    def __init__(self, near: Ints) -> None:
        self._near = near
        flat = near.ravel()
        named = np.flatnonzero(flat >= 0)
        order = named[np.argsort(flat[named], kind="stable")]
        self._namer = (order // max(near.shape[1], 1)).astype(np.int32)
        self._first = np.searchsorted(flat[order], np.arange(len(near) + 1))

    def owing(self, premises: Rows) -> Rows:
        """The premises to which what comes from any of these matters, some of them more than once."""
        return np.asarray(self._namer[ranges(self._first[premises], self._first[premises + 1])], np.intp)

    def rates(self, premises: Rows, report_ms: Rows) -> Rows:
        """(M): steps below one stray in a quantum for each misplaced report near by, at these premises' own reports.

        -1 = none before speaks for it, or nothing was reported here. `report_ms` (P), 0 = never. Of two reports of one
        moment that of the lower premise came first.
        """
        steps = np.full(len(premises), -1)
        some = np.flatnonzero(report_ms[premises])
        near = self._near[premises[some]]
        there_ms = np.where(near >= 0, report_ms[near], 0)
        if not there_ms.any():
            return steps
        at_ms = report_ms[premises[some]][:, None]
        after_ms = at_ms - there_ms
        before = (there_ms > 0) & ((after_ms > 0) | ((after_ms == 0) & (near < premises[some][:, None])))
        each = np.where(before, np.exp(-np.abs(after_ms) / LASTS_MS), 0.0) * (QUANTUM_MS / LASTS_MS / NEAR)
        rate = each.sum(axis=1)
        enough = rate >= 2.0**-LEAST
        steps[some[enough]] = np.rint(-STEPS * np.log2(rate[enough])).astype(np.intp)
        return steps


def rate(steps: Rows) -> Floats:
    """Strays in a quantum, for each misplaced report (`Strays.rates`); of -1, none."""
    return np.where(steps >= 0, np.exp2(-steps / STEPS), 0.0)
