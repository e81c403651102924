"""A bound on bytes that are on their way at once: who finds no room waits, first come first served."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

W = TypeVar("W", bound=Hashable)


class Budget(Generic[W]):
    """At most `most` bytes taken at any moment. `granted` tells who waited what it was given."""

    def __init__(self, most: int, granted: Callable[[W, int], None]) -> None:
        self._most = most
        self._granted = granted
        self._waiting: dict[W, int] = {}  # in order of coming
        self.used = 0

    def take(self, size: int, who: W) -> int:
        """Room at once: gives what was taken (`size`, or all there is when that is less); or 0, and `who` waits."""
        want = min(size, self._most)
        if who in self._waiting:
            return 0
        if self._waiting or self.used + want > self._most:
            self._waiting[who] = want
            return 0
        self.used += want
        return want

    def give(self, size: int) -> None:
        """Give back what was taken."""
        self.used -= size
        self._serve()

    def forget(self, who: W) -> None:
        """It does not wait any more."""
        if self._waiting.pop(who, None) is not None:
            self._serve()

    def _serve(self) -> None:
        while self._waiting:
            who, want = next(iter(self._waiting.items()))
            if self.used + want > self._most:
                return
            del self._waiting[who]
            self.used += want
            self._granted(who, want)
