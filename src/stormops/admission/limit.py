"""How many handlers may run at once, found by watching how long they take. Pure: seconds go in.

Two rules from Netflix's concurrency-limits, as read there: `Gradient2` (the default) compares each
round trip with a long average of its own function, `Vegas` with the shortest. Vegas takes the wait
for a group commit for a queue and holds the door to small batches; Gradient2 does not, because that
wait does not grow (docs/results/overload.md has both measured).
"""

from __future__ import annotations

from typing import Protocol

LIMIT_LEAST = 4.0
"""The floor. Two cores cannot use fewer, and with fewer one stuck handler would be half the platform."""

LIMIT_MOST = 1024.0
"""The ceiling: a whole batch of the door's group commit."""

TOLERANCE = 1.5
"""A round trip may be so much longer than the long average before the limit shrinks."""

QUEUE_ALLOWED = 4.0
"""Requests that may wait inside, so that the limit can be tried upwards."""

SMOOTHING = 0.2
"""Weight of one new limit against the last."""

LONG_SAMPLES = 600
"""Round trips that the long average looks back on; the first ten are a plain mean."""

WARM_UP_SAMPLES = 10

DRIFT = 2.0
"""When the long average is so much longer than a round trip, the load has gone: it is let down by 5 % a sample."""

ALPHA, BETA = 3.0, 6.0
"""Vegas grows below ALPHA waiting requests and shrinks above BETA."""

SHORTEST_SAMPLES = 1000
"""The shortest round trip is that of the last one to two thousand."""


class RoundTrips:
    """What is remembered of one function's round trips, in seconds."""

    __slots__ = ("_count", "_older", "_recent", "_since", "long_s")

    def __init__(self) -> None:
        self.long_s = 0.0
        self._count = 0
        self._since = 0
        self._recent = self._older = float("inf")

    def add(self, rtt_s: float) -> None:
        """One more."""
        self._count += 1
        weight = 1 / self._count if self._count <= WARM_UP_SAMPLES else 2 / (LONG_SAMPLES + 1)
        self.long_s += weight * (rtt_s - self.long_s)
        if self.long_s > DRIFT * rtt_s:
            self.long_s *= 0.95
        self._since += 1
        if self._since > SHORTEST_SAMPLES:
            self._older, self._recent, self._since = self._recent, float("inf"), 0
        self._recent = min(self._recent, rtt_s)

    @property
    def shortest_s(self) -> float:
        """The shortest, infinite before the first."""
        return min(self._recent, self._older)


class Limit(Protocol):
    """An adaptive limit. `value` is between the floor and the ceiling."""

    value: float

    def sample(self, of: RoundTrips, rtt_s: float, in_flight: int) -> None: ...


def gradient2(limit: float, long_s: float, short_s: float) -> float:
    """The next limit after a round trip of `short_s` where the long average is `long_s`, without floor and ceiling."""
    gradient = max(0.5, min(1.0, TOLERANCE * long_s / short_s))
    return limit * (1 - SMOOTHING) + SMOOTHING * (limit * gradient + QUEUE_ALLOWED)


def vegas_queue(limit: float, shortest_s: float, rtt_s: float) -> float:
    """How many of `limit` requests were waiting, judged by how much longer than the shortest this one took."""
    return limit * (1 - shortest_s / rtt_s)


class Gradient2:
    """The limit follows the gradient of each function's own long average."""

    def __init__(self, initial: float = 20.0, least: float = LIMIT_LEAST, most: float = LIMIT_MOST) -> None:
        self.value = initial
        self._least, self._most = least, most

    def sample(self, of: RoundTrips, rtt_s: float, in_flight: int) -> None:
        """One answered request: it took `rtt_s`, with `in_flight` running when it ended (itself included)."""
        of.add(rtt_s)
        moved = gradient2(self.value, of.long_s, max(rtt_s, 1e-9))
        if moved > self.value and in_flight < self.value / 2:
            return  # the limit was not what held anything back
        self.value = max(self._least, min(self._most, moved))


class Vegas:
    """The limit keeps between ALPHA and BETA requests waiting."""

    def __init__(self, initial: float = 20.0, least: float = LIMIT_LEAST, most: float = LIMIT_MOST) -> None:
        self.value = initial
        self._least, self._most = least, most

    def sample(self, of: RoundTrips, rtt_s: float, in_flight: int) -> None:
        """As for Gradient2."""
        of.add(rtt_s)
        queue = vegas_queue(self.value, of.shortest_s, max(rtt_s, 1e-9))
        if queue < ALPHA and in_flight >= self.value / 2:
            self.value = min(self._most, self.value + 1)
        elif queue > BETA:
            self.value = max(self._least, self.value - 1)
