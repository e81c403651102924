"""Which journal positions are shown: the first decided one in each stretch of platform time. Pure.

Every process that follows the journal finds the same points, whenever it started, so a client that
was told a position by one is at a position of the others as well (`session`), and may go on there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stormops.core.entry import Decided, Entry, Tick


class Point(NamedTuple):
    """A decided position: how many of the entries given lead to it, its time and that of the one before."""

    entries: int
    at_ms: int
    before_ms: int

    def crosses(self, cadence_ms: int) -> bool:
        """Whether a new stretch of so many platform milliseconds has begun since the one before."""
        return self.at_ms // max(1, cadence_ms) != self.before_ms // max(1, cadence_ms)


class Points:
    """Looks through the entries, in order."""

    def __init__(self) -> None:
        self._tick_ms = 0
        self._decided_ms = 0
        self.inside_tick = False
        """Whether a tick has begun that is not decided: its facts belong together, nothing is shown."""

    def find(self, entries: Sequence[Entry]) -> Iterator[Point]:
        """The decided positions among these entries."""
        for number, entry in enumerate(entries, 1):
            if isinstance(entry.fact, Tick):
                self._tick_ms, self.inside_tick = entry.fact.at_ms, True
            elif isinstance(entry.fact, Decided):
                before, self._decided_ms, self.inside_tick = self._decided_ms, self._tick_ms, False
                yield Point(number, self._decided_ms, before)
