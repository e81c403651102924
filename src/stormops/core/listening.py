"""Which areas of the meter network are heard: an area that falls silent is *unknown*, whatever its meters said last.

Every meter of an area is read once in an interval. When reads that are due stay away from meters that are believed
to have power, it is not the power that is missing, it is the ear: from a share of 30 % missing on, in areas of at
least 100 meters, until a whole interval's reads are within 5 % of the norm again (the published settings of Oracle's
outage storm mode). Silence never shows anybody restored (invariant 10).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stormops.core.forest import Rows
from stormops.core.network import Bools, Ints

MISSING_FROM, RESUMED_WITHIN, METERS_LEAST = 0.3, 0.05, 100

WINDOW_MS = 180_000
"""Reads that were due in so short a time tell whether an area is heard now."""

REGULAR_WITHIN, REGULAR_SHARE = 0.2, 0.8
"""Reads are expected where so many of the intervals seen are so near to the middle one."""


class Listening:
    """`area` (P): the collector that hears each premise's meter, -1 = no meter; reads come `every_ms` (0 = none do).

    `silent` (areas, 2): since and until when each area was last not heard, 0 = never, or not over; none is given at
    the start.
    """

    def __init__(self, area: Ints, every_ms: int, silent: Sequence[tuple[int, int]] = ()) -> None:
        self._area, self._every_ms = area, every_ms
        areas = len(silent) or int(area.max(initial=-1)) + 1
        self._meters = np.bincount(area[area >= 0], minlength=areas)
        self.silent = np.array(silent, np.int64) if len(silent) else np.zeros((areas, 2), np.int64)

    def update(self, now_ms: int, read_ms: Rows, out: Bools, heard_ms: Rows) -> bool:
        """Judge all areas by when each meter was read last (P, 0 = never) and who is believed out. True = news.

        An area that falls silent is so since its last word of any kind (`heard_ms`, P). O(P), so not at every tick; a
        minute apart is soon enough.
        """
        if not self._every_ms or not len(self.silent):
            return False
        on = (self._area >= 0) & ~out & (read_ms > 0)
        due = now_ms - self._every_ms
        missing = self._count(on & (read_ms <= due) & (read_ms > due - WINDOW_MS))
        came = self._count(on & (read_ms > now_ms - WINDOW_MS))
        heard = self._count(on & (read_ms > due))
        expected = self._count(on)
        silent_now = self.is_silent()
        large = self._meters >= METERS_LEAST
        falls = large & ~silent_now & (missing > 0) & (missing >= MISSING_FROM * (missing + came))
        rises = silent_now & (heard >= (1 - RESUMED_WITHIN) * expected)
        if falls.any():
            last = np.ones(len(self.silent), np.int64)
            metered = self._area >= 0
            np.maximum.at(last, self._area[metered], heard_ms[metered])
            self.silent[falls, 0], self.silent[falls, 1] = last[falls], 0
        self.silent[rises, 1] = due
        return bool(falls.any() or rises.any())

    def is_silent(self) -> Bools:
        """(areas): which are not heard now."""
        return np.asarray((self.silent[:, 0] > 0) & (self.silent[:, 1] == 0))

    def unknown(self) -> Bools:
        """(P): premises of whose meters nothing can be known now."""
        return np.append(self.is_silent(), False)[self._area]

    def deaf(self) -> tuple[Ints, Rows]:
        """What `Inference.deafen` asks: rows of silences by premise, and each silence from and until (0 = not over).

        Areas that were silent at the same time are one row. Row 0 is no silence.
        """
        spans, row = np.unique(np.vstack([np.zeros((1, 2), np.int64), self.silent]), axis=0, return_inverse=True)
        return np.append(row[1:], -1)[self._area].astype(np.int32), spans

    def _count(self, premises: Bools) -> Rows:
        return np.bincount(self._area[premises], minlength=len(self.silent))


def pace(read_ms: Rows, gap_ms: Rows) -> int:
    """The interval of reads, as their own arrivals show it; 0 = there is none to rely on.

    `read_ms` (P): when each meter was read last, `gap_ms` (P): how long after the read before; 0 = never.
    """
    gaps = gap_ms[gap_ms > 0]
    if len(gaps) < max(METERS_LEAST, np.count_nonzero(read_ms) / 2):
        return 0
    middle = float(np.median(gaps))
    regular = np.count_nonzero(np.abs(gaps - middle) <= REGULAR_WITHIN * middle)
    return round(middle) if regular >= REGULAR_SHARE * len(gaps) else 0
