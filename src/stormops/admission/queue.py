"""The one waiting line of a process: bounded in work, strictly by class, newest of the lowest out first.

Pure: seconds go in. What waits is any object with `lane`, `work_s` and `expires_at`.
"""

from __future__ import annotations

from collections import deque
from enum import IntEnum
from typing import Generic, Protocol, TypeVar

WORK_SECONDS_MAX = 0.25
"""Measured work that may wait; what comes beyond is refused or takes the place of something lower."""

AGEING_SHARE = 0.03
"""Of what is let in while P2 waits, so much is P2's, so that copies a few minutes old stay that."""


class Lane(IntEnum):
    """The lines inside the line, first to last. Safety goes before other P0 (invariant 12)."""

    SAFETY = 0
    P0 = 1
    P1 = 2
    P2 = 3
    P3 = 4


class Waits(Protocol):
    """What the queue needs to know of what waits. `work_s`: measured work; `expires_at`: when waiting is in vain."""

    lane: int
    work_s: float
    expires_at: float


T = TypeVar("T", bound=Waits)


class WorkQueue(Generic[T]):
    """Bounded priority queue with eviction, ageing for P2, and drop of what waited too long."""

    def __init__(self, work_seconds_max: float = WORK_SECONDS_MAX, ageing_share: float = AGEING_SHARE) -> None:
        self._lanes: tuple[deque[T], ...] = tuple(deque() for _ in Lane)
        self._most = self._bound = work_seconds_max
        self._ageing = ageing_share
        self._credit = 0.0
        self.work_s = 0.0
        self.length = 0

    def __len__(self) -> int:
        return self.length

    def narrow(self, serving: float) -> None:
        """So much of the process's time (0 to 1) is left for those that wait: fewer may, so that none waits longer."""
        self._bound = self._most * serving

    def waiting(self, lane: int) -> int:
        """How many wait in a lane."""
        return len(self._lanes[lane])

    @property
    def aged(self) -> bool:
        """Whether the next is P2's by its share, ahead of what is higher."""
        return self._credit >= 1.0 and bool(self._lanes[Lane.P2])

    def would_take(self, lane: int, work_s: float) -> bool:
        """Whether `offer` would take it: there is room, or enough of a lower lane to put out."""
        room = self._bound - self.work_s - work_s
        if room >= 0 or not self.length:
            return True
        for lower in range(Lane.P3, lane, -1):
            for item in self._lanes[lower]:
                room += item.work_s
                if room >= 0:
                    return True
        return False

    def offer(self, item: T) -> list[T] | None:
        """Let it wait. The items put out for it (newest of the lowest lane first), None when it was not taken."""
        if not self.would_take(item.lane, item.work_s):
            return None
        evicted: list[T] = []
        for lower in range(Lane.P3, item.lane, -1):
            line = self._lanes[lower]
            while line and self.work_s + item.work_s > self._bound:
                evicted.append(line.pop())
                self._gone(evicted[-1])
        self._lanes[item.lane].append(item)
        self.work_s += item.work_s
        self.length += 1
        return evicted

    def put_back(self, item: T) -> None:
        """Back to the head of its lane, whatever the bound: it had left the line only for a moment."""
        self._lanes[item.lane].appendleft(item)
        self.work_s += item.work_s
        self.length += 1

    def expire(self, now: float) -> list[T]:
        """Take out the heads that have waited in vain; a lane's deadlines are in the order of its items."""
        gone: list[T] = []
        for line in self._lanes:
            while line and line[0].expires_at <= now:
                gone.append(line.popleft())
                self._gone(gone[-1])
        return gone

    def head(self) -> T | None:
        """Who is next: the head of the highest lane, or of P2 when its share is due."""
        if self.aged:
            return self._lanes[Lane.P2][0]
        for line in self._lanes:
            if line:
                return line[0]
        return None

    def pop(self) -> T:
        """Take the next out. Raises IndexError when nobody waits."""
        item = self.head()
        if item is None:
            raise IndexError("nobody waits")
        if item.lane == Lane.P2:
            self._credit = 0.0
        elif self._lanes[Lane.P2] and item.lane < Lane.P2:
            self._credit += self._ageing
        self._lanes[item.lane].popleft()
        self._gone(item)
        return item

    def _gone(self, item: T) -> None:
        self.length -= 1
        # Rounding must not leave a rest of work in an empty queue.
        self.work_s = self.work_s - item.work_s if self.length else 0.0
