"""Which areas of the meter network are heard: an area that falls silent is *unknown*, whatever its meters said last.

Every meter of an area is read once in an interval. When reads that are due stay away from meters that are believed
to have power, it is not the power that is missing, it is the ear: from a share of 30 % missing on, in areas of at
least 100 meters, until a whole interval's reads are within 5 % of the norm again (the published settings of Oracle's
outage storm mode). Silence never shows anybody restored (invariant 10).
"""

from __future__ import annotations

import numpy as np

from stormops.core.forest import Rows
from stormops.core.network import Bools, Ints

MISSING_FROM, RESUMED_WITHIN, METERS_LEAST = 0.3, 0.05, 100

WINDOW_MS = 180_000
"""Reads that were due in so short a time tell whether an area is heard now."""


class Listening:
    """`area` (P): the collector that hears each premise's meter, -1 = no meter; reads come `every_ms` (0 = none do).

    `silent` (areas, 2): since and until when each area was last not heard, 0 = never, or not over.
    """

    def __init__(self, area: Ints, every_ms: int) -> None:
        self._area, self._every_ms = area, every_ms
        areas = int(area.max(initial=-1)) + 1
        self._meters = np.bincount(area[area >= 0], minlength=areas)
        self.silent = np.zeros((areas, 2), np.int64)

    def update(self, now_ms: int, read_ms: Rows, out: Bools) -> bool:
        """Judge all areas by when each meter was read last (P, 0 = never) and who is believed out. True = news.

        O(P), so not at every tick; a minute apart is soon enough.
        """
        if not self._every_ms or not len(self.silent):
            return False
        on = (self._area >= 0) & ~out & (read_ms > 0)
        due = now_ms - self._every_ms
        missing = self._count(on & (read_ms <= due) & (read_ms > due - WINDOW_MS))
        came = self._count(on & (read_ms > now_ms - WINDOW_MS))
        heard = self._count(on & (read_ms > due))
        expected = self._count((self._area >= 0) & ~out)
        silent_now = self.is_silent()
        large = self._meters >= METERS_LEAST
        falls = large & ~silent_now & (missing > 0) & (missing >= MISSING_FROM * (missing + came))
        rises = silent_now & (heard >= (1 - RESUMED_WITHIN) * expected)
        self.silent[falls, 0], self.silent[falls, 1] = now_ms - WINDOW_MS, 0
        self.silent[rises, 1] = due
        return bool(falls.any() or rises.any())

    def is_silent(self) -> Bools:
        """(areas): which are not heard now."""
        return np.asarray((self.silent[:, 0] > 0) & (self.silent[:, 1] == 0))

    def unknown(self) -> Bools:
        """(P): premises of whose meters nothing can be known now."""
        return np.append(self.is_silent(), False)[self._area]

    def deaf(self, now_ms: int) -> tuple[Ints, Rows]:
        """What `Inference.deafen` asks: rows of areas by premise, and their silence from and until."""
        some = np.flatnonzero(self.silent[:, 0])
        row_of = np.append(np.zeros(len(self.silent), np.int32), -1)
        row_of[some] = np.arange(1, len(some) + 1)
        until = np.where(self.silent[some, 1] > 0, self.silent[some, 1], now_ms)
        windows = np.vstack([np.zeros((1, 2), np.int64), np.stack([self.silent[some, 0], until], axis=1)])
        return row_of[self._area].astype(np.int32), windows

    def _count(self, premises: Bools) -> Rows:
        return np.bincount(self._area[premises], minlength=len(self.silent))
