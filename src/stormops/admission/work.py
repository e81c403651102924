"""Measured work: how much of the process's time each function's requests take. Pure: seconds go in.

Requests that run at the same time share the process, so in a stretch of time with n of them running
each is charged 1/n of it (processor sharing). The charges of all add up to the time in which anything
ran, whatever they did with it: computing, or waiting for one group commit together. Time that the process
spends on refusing others is nobody's work: charged to those that run it would make each look dear, so that
fewer were let in and more refused, until the process did nothing else.
"""

from __future__ import annotations

WEIGHT = 1 / 24
"""Weight of one measured request against the estimate so far."""

FIRST_GUESS_SECONDS = 0.001
"""What a request costs before the first has been measured."""


class Estimate:
    """The measured work of one function's requests, in seconds."""

    __slots__ = ("work_s",)

    def __init__(self) -> None:
        self.work_s = FIRST_GUESS_SECONDS

    def add(self, work_s: float) -> None:
        """One more measured request."""
        self.work_s += WEIGHT * (work_s - self.work_s)


class SharedTime:
    """The clock that runs at 1/n while n requests run, and stands while none does or others are refused."""

    __slots__ = ("_at", "_refused_at", "_shared", "refusing_s", "running")

    def __init__(self) -> None:
        self._at = 0.0
        self._shared = 0.0
        self._refused_at: float | None = None  # nobody came or left since
        self.running = 0
        self.refusing_s = 0.0
        """Time spent on refusing, so far."""

    def enter(self, now: float) -> float:
        """One more runs; gives the shared time, in seconds."""
        running = self.running
        if running:
            self._shared += (now - self._at) / running
        self._at = now
        self._refused_at = None
        self.running = running + 1
        return self._shared

    def leave(self, now: float) -> float:
        """One less; gives the shared time: its difference to `enter`'s is the request's work."""
        self._shared += (now - self._at) / self.running
        self._at = now
        self._refused_at = None
        self.running -= 1
        return self._shared

    def refused(self, began: float, now: float) -> None:
        """A request was refused meanwhile. Of several in a row each began, with its reading, where the last ended."""
        if self._refused_at is not None:
            began = self._refused_at
        self.refusing_s += now - began
        self._at = min(now, self._at + now - began)
        self._refused_at = now
