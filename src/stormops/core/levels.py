"""The words of modes: the ladder's rungs, service levels, criticality, and one function's row.

Source of the levels and classes: degraded-mode practice of card networks (stand-in processing) and of
site reliability engineering (criticality classes), as a city's utility needs them.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple


class Mode(StrEnum):
    """A rung of the ladder, ordered from the quiet day to the machine on its own."""

    NORMAL = "normal"
    WATCH = "watch"
    STORM = "storm"
    SURGE = "surge"
    ISLAND = "island"

    @property
    def rank(self) -> int:
        """0 for normal, to 4 for island."""
        return _RANK[self.value]

    def __lt__(self, other: str) -> bool:
        return self.rank < Mode(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Mode(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Mode(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Mode(other).rank


_RANK = {mode.value: rank for rank, mode in enumerate(Mode)}


class Level(StrEnum):
    """How a function is served, from whole to not at all."""

    FULL = "full"
    """As on a quiet day."""
    LEAN = "lean"
    """The same function by a cheaper path: nothing optional."""
    SNAPSHOT = "snapshot"
    """Read from the last good copy, its age shown."""
    STAND_IN = "stand_in"
    """Decided within limits set beforehand, binding on the city, posted later."""
    QUEUE = "queue"
    """Taken with a receipt, done later and in order."""
    SUSPEND = "suspend"
    """Refused politely, with the reason and when to come back."""
    HOLD = "hold"
    """The city must not act, whoever asks: a stop by law or policy."""

    @property
    def rank(self) -> int:
        """0 for full, to 6 for hold."""
        return _LEVELS.index(self)


_LEVELS = tuple(Level)


class Criticality(IntEnum):
    """Who is served first when not all can be. P0 is never suspended in any mode."""

    P0 = 0
    """Life and the line itself: reports, hazards, what staff decide, health."""
    P1 = 1
    """What people need to know or to give so that the storm is worked: status, contacts, meters."""
    P2 = 2
    """What can be a few minutes old."""
    P3 = 3
    """What can wait for the next day."""


class Function(NamedTuple):
    """One function of the platform: its class, and its level in each mode (by `Mode.rank`).

    `sentence` tells staff what the levels mean here.
    """

    name: str
    title: str
    criticality: Criticality
    levels: tuple[Level, ...]
    sentence: str


def row(name: str, title: str, criticality: Criticality, levels: str, sentence: str) -> Function:
    """A row of the table. `levels` has five words, one a mode, or fewer: the last holds for the harsher ones.

    Raises ValueError when a word is no level, or there are none or more than five.
    """
    words = levels.split()
    if not 0 < len(words) <= len(Mode):
        raise ValueError(f"{name}: {len(words)} levels for {len(Mode)} modes")
    words += words[-1:] * (len(Mode) - len(words))
    return Function(name, title, criticality, tuple(Level(word) for word in words), sentence)
