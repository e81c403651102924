"""Bulkheads: a slow part may hold so many handlers and no more, whatever else happens. Pure."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

SIZES: dict[str, tuple[int, int]] = {
    "premises_search": (2, 16),
    "sign_in": (2, 20),
    "own_sign_in": (4, 64),
    "own_arrangement": (2, 32),
    "own_requests": (2, 32),
    "telephony": (32, 256),
    "exports": (1, 4),
    "time_travel": (4, 16),
    "situation_reports": (2, 16),
    "open311_reads": (4, 32),
}
"""By function: handlers that may run at once, and requests that may wait for one of them.

Search and sign-in hold a thread and a core each (there are two); what customers do with their accounts shares a
process with staff's counter, and must leave it places; telephony look-ups wait for other
processes, so more may run; the past is worked out by a process of its own, one question at a time; the
rest read files that are large and in no hurry.
"""

T = TypeVar("T")


class Bulkhead(Generic[T]):
    """One slow part's places, and who waits for one of them."""

    __slots__ = ("line", "size", "used", "waiting", "waiting_max")

    def __init__(self, size: int, waiting_max: int) -> None:
        self.size = size
        self.waiting_max = waiting_max
        self.used = 0
        self.waiting = 0  # in the line here and in the process's queue
        self.line: deque[T] = deque()

    @property
    def full(self) -> bool:
        """No handler may start."""
        return self.used >= self.size

    @property
    def closed(self) -> bool:
        """No handler may start and nobody may wait."""
        return self.full and self.waiting >= self.waiting_max
