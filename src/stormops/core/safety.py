"""The clock of a safety report: who has not been told that somebody took it on is told louder.

Five minutes (platform time) after a report of danger or of a medical need was received, and every five
after that, its level rises until a person acknowledges it, or it is answered.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from stormops.core.entry import Entry, ReportReceived

if TYPE_CHECKING:
    from stormops.core.situation import Situation

ESCALATE_MS = 300_000
"""Platform milliseconds between two levels."""

ESCALATIONS_MAX = 500
"""Levels raised in one tick; the others are due at the next one, which comes at once."""


class SafetyClock(NamedTuple):
    """How loud an open safety report is (0 = nobody is late yet), and who took it on ("" = nobody)."""

    level: int = 0
    by: str = ""

    @property
    def state(self) -> str:
        """Waiting, escalated or acknowledged."""
        if self.by:
            return "acknowledged"
        return "escalated" if self.level else "waiting"


def due_ms(received_ms: int, level: int) -> int:
    """When the level after `level` is reached."""
    return received_ms + (level + 1) * ESCALATE_MS


def level_at(received_ms: int, now_ms: int) -> int:
    """The level of a report that nobody has acknowledged by now."""
    return max(0, (now_ms - received_ms) // ESCALATE_MS)


def safety_first(news: Sequence[Entry]) -> list[Entry]:
    """The news with reports of danger before all else; both parts in the journal's order."""
    return sorted(news, key=_not_safety)


def _not_safety(entry: Entry) -> bool:
    return not (isinstance(entry.fact, ReportReceived) and entry.fact.report.safety)


class Clocks:
    """When the next open safety report gets louder. Rebuilt from the situation; it decides nothing."""

    def __init__(self) -> None:
        self._due: list[tuple[int, int]] = []

    def watch(self, receipt: int, received_ms: int, level: int = 0) -> None:
        """This report waits for a person."""
        heapq.heappush(self._due, (due_ms(received_ms, level), receipt))

    @property
    def next_ms(self) -> int | None:
        """When the next one is due; it may have been acknowledged since. None = none waits."""
        return self._due[0][0] if self._due else None

    def raised(self, situation: Situation, now_ms: int) -> Iterator[tuple[int, int]]:
        """Receipts that reach a higher level by now, with that level, the earliest due first."""
        for _ in range(ESCALATIONS_MAX):
            if not self._due or self._due[0][0] > now_ms:
                return
            _, receipt = heapq.heappop(self._due)
            clock = situation.safety.get(receipt)
            if clock is None or clock.by:
                continue
            received_ms = situation.reports.received_ms[situation.reports.row_of[receipt]]
            level = level_at(received_ms, now_ms)
            if level > clock.level:
                self.watch(receipt, received_ms, level)
                yield receipt, level
