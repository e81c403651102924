"""A client's own brake: requests that would be refused anyway are not sent.

For calls that the platform itself makes. Each client counts what it wanted to send and what was
accepted in the last two minutes, and refuses locally with probability
max(0, (requests - K·accepts) / (requests + 1)), K = 2 (Site Reliability Engineering, chapter 21).
Pure: the clock and chance are given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

K = 2.0
"""Requests allowed for each accepted one before the brake begins."""

WINDOW_SECONDS = 120.0
"""How far back requests and accepts count."""

SLOT_SECONDS = 1.0
"""Requests are counted together for so long: the window is at most 120 pairs of numbers."""


def refusal_probability(requests: float, accepts: float, k: float = K) -> float:
    """The share of requests to refuse locally, 0 to 1."""
    return max(0.0, (requests - k * accepts) / (requests + 1))


class Throttle:
    """The brake of one client towards one service. `now` is in monotonic seconds, `chance` uniform in [0, 1)."""

    def __init__(self, now: Callable[[], float], chance: Callable[[], float], k: float = K) -> None:
        self._now = now
        self._chance = chance
        self._k = k
        self._slots: deque[list[float]] = deque()  # [begin, requests, accepts]
        self.requests = 0.0
        self.accepts = 0.0

    @property
    def probability(self) -> float:
        """What share is refused locally just now."""
        self._forget(self._now())
        return refusal_probability(self.requests, self.accepts, self._k)

    def may_send(self) -> bool:
        """Whether to send the next request; asking counts as a request, whatever the answer."""
        refused = self._chance() < self.probability
        self._slot()[1] += 1
        self.requests += 1
        return not refused

    def accepted(self) -> None:
        """The service took the request (answered, and not by refusing for load)."""
        self._slot()[2] += 1
        self.accepts += 1

    def _slot(self) -> list[float]:
        now = self._now()
        self._forget(now)
        if not self._slots or now - self._slots[-1][0] >= SLOT_SECONDS:
            self._slots.append([now, 0.0, 0.0])
        return self._slots[-1]

    def _forget(self, now: float) -> None:
        while self._slots and now - self._slots[0][0] >= WINDOW_SECONDS:
            _, requests, accepts = self._slots.popleft()
            self.requests -= requests
            self.accepts -= accepts
