"""So many a second and no more: a token bucket. Pure; seconds go in."""

from __future__ import annotations


class Pace:
    """At most `per_second` over any time, and a second's worth at once (one at least)."""

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second)
        self._left, self._at = self._most, now

    def take(self, wanted: int, now: float) -> int:
        """How many of these may go now."""
        self._left = min(self._most, self._left + (now - self._at) * self._per_second)
        self._at = now
        taken = min(wanted, int(self._left))
        self._left -= taken
        return taken
