"""The idempotency keys of one door, in memory: hash to counter, bounded.

Bound `KEYS_MAX`: past it the older half is forgotten first. A report sent again after that many
keyed others gets a second receipt (and is joined to the first when `operations` sees both).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from stormops.journal.rows import all_keys

KEYS_MAX = 2_000_000
"""About 280 MB at the bound; two keyed reports from every customer of a city of a million."""


class Keys:
    """Two generations of hash to counter; the older goes when the newer is full."""

    def __init__(self, most: int = KEYS_MAX) -> None:
        self._half = max(1, most // 2)
        self._newer: dict[int, int] = {}
        self._older: dict[int, int] = {}
        self._loaded = 0

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def get(self, key: int) -> int | None:
        """The counter that a key stands for, if it is held."""
        found = self._newer.get(key)
        return self._older.get(key) if found is None else found

    def add(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Hold pairs of (key, counter), counters rising."""
        for key, counter in pairs:
            if len(self._newer) >= self._half:
                self._older, self._newer = self._newer, {}
            self._newer[key] = counter
            self._loaded = counter

    def load(self, connection: sqlite3.Connection) -> None:
        """Hold what the door's table has beyond what is held already."""
        for hashes, counters in all_keys(connection, self._loaded):
            if len(self._newer) + len(hashes) <= self._half:  # at once, not one by one
                self._newer.update(zip(hashes, counters, strict=True))
                self._loaded = counters[-1] if counters else self._loaded
            else:
                self.add(zip(hashes, counters, strict=True))
