"""Since when: the slots of time in which a failure may have begun, fine for the last minutes, coarse before.

Ages count back from `as_of`, in quanta; what is older than the last slot belongs to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormops.core.forest import Rows
from stormops.core.network import Floats, Ints

QUANTUM_MS = 120_000
"""Times closer than this are not told apart; what is believed moves on with it when there is no news."""

WIDTHS = (1_080, 360, 120, 60, 30, 15, 8, 5, 3, 2, 1)
"""Widths of the slots in quanta, the earliest first: the last 2 minutes, … , the last 56 hours."""

AGES = sum(WIDTHS)
"""Ages told apart."""


class Onsets(NamedTuple):
    """Slots as seen at `as_of` (platform ms). `widths` in quanta, the earliest slot first."""

    as_of: int
    widths: tuple[int, ...] = WIDTHS

    @classmethod
    def at(cls, now_ms: int) -> Onsets:
        """The slots for a moment: all moments of one quantum have the same."""
        return cls((now_ms // QUANTUM_MS + 1) * QUANTUM_MS)

    @property
    def slots(self) -> int:
        """How many slots."""
        return len(self.widths)

    @property
    def edges(self) -> Ints:
        """(S + 1): ages between which each slot lies, the oldest first, down to 0."""
        widths = np.array(self.widths[::-1], np.int32)
        return np.append(0, np.cumsum(widths, dtype=np.int32))[::-1].astype(np.int32)

    def ages(self, at_ms: Rows) -> Rows:
        """Ages in quanta of moments; what is to come is now, what is too old as old as it gets."""
        age = (self.as_of - 1 - at_ms) // QUANTUM_MS
        return np.clip(age, 0, sum(self.widths) - 1).astype(np.intp)

    def slot_of_age(self) -> Rows:
        """The slot of each age."""
        widths = np.array(self.widths[::-1])
        return np.repeat(np.arange(len(widths))[::-1], widths)

    def moments(self, each: int) -> Floats:
        """(S, each): ages evenly within each slot, to average over it."""
        older, newer = self.edges[:-1, None], self.edges[1:, None]
        part = (np.arange(each) + 0.5) / each
        return np.asarray(newer + (older - newer) * part)

    def weights(self, horizon_ms: float, begun_ms: int | None = None) -> Floats:
        """(S): how the chance of a failure spreads over the slots; sums to at most 1.

        The nearer the likelier, with a mean age of `horizon_ms`; or evenly over `horizon_ms` since `begun_ms`.
        """
        edges = self.edges * float(QUANTUM_MS)
        if begun_ms is None:
            return np.asarray(-np.diff(-np.expm1(-edges / horizon_ms)))
        inside = np.clip(edges, 0, self.as_of - begun_ms)
        return np.asarray(-np.diff(inside) / horizon_ms)
