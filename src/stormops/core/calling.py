"""How fast the clock runs by which customers come to report: slower while they sleep, or cannot get through.

Somebody without service who would report after twenty minutes of a busy afternoon does so after twenty minutes
of this clock, so that nobody is lost who only comes later. It is a function of the local hour and of which
ways to report are open, both of which are known: the likelihood of what was heard stays exact (a time-rescaled
point process; Brown, Barbieri, Ventura, Kass and Frank 2002).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormops.core.network import Floats
from stormops.core.onset import QUANTUM_MS, Onsets

HOUR_MS = 3_600_000

AWAKE = (0.25, 0.15, 0.1, 0.1, 0.1, 0.18, 0.4, 0.6, 0.8, 0.9, 0.95, 0.95) + (0.95,) * 8 + (0.9, 0.85, 0.65, 0.42)
"""Share of the people awake at each local hour, from midnight on. A prior: our own round figures, in the shape of the
American Time Use Survey (94 % asleep at 3, the most of the day) but never below a tenth: a storm wakes people."""

CALL, TEXT, WEB = 0, 1, 2
"""Ways to report, as rows of what is by way: the telephone (who types for a caller, too), texts, pages and apps."""

WAYS = 3

SHARE = (0.5, 0.15, 0.35)
"""Share of the customers who report by each way, before anything is learned of it. A prior of our own."""

ELSEWHERE = 0.3
"""How fast the clock of those runs whose way is shut: so many at once try another. A prior of our own."""


class LocalTime(NamedTuple):
    """What is added to UTC (`offset_ms`) from each moment (`since_ms`, platform time, ascending) on."""

    since_ms: tuple[int, ...]
    offset_ms: tuple[int, ...]


class Shut(NamedTuple):
    """Nothing came by a way from one moment until another (platform ms; 0 = it still is shut)."""

    way: int
    from_ms: int
    until_ms: int


class Calling(NamedTuple):
    """What is known of when customers can report. `local` None: hours are not known, and all are alike."""

    local: LocalTime | None = None
    share: tuple[float, ...] = SHARE
    shut: tuple[Shut, ...] = ()

    def clocks(self, onsets: Onsets) -> tuple[Floats, Floats]:
        """(C, ages + 1): how much of its time (quanta) each clock has run since each age; (C): whose share it is."""
        ages = sum(onsets.widths)
        middle = np.asarray(onsets.as_of - (np.arange(ages) + 0.5) * QUANTUM_MS, np.float64)
        pace = np.ones(ages) if self.local is None else _awake(self.local, middle)
        paces, shares = [pace], [1.0]
        for way in sorted({one.way for one in self.shut}):
            shut = np.zeros(ages, np.bool_)
            for _, since, until in (one for one in self.shut if one.way == way):
                shut |= (middle >= since) & ((middle < until) | (until == 0))
            if shut.any():
                paces.append(np.where(shut, ELSEWHERE * pace, pace))
                shares.append(self.share[way])
                shares[0] -= self.share[way]
        run = np.zeros((len(paces), ages + 1))
        np.cumsum(paces, axis=1, out=run[:, 1:])
        return run, np.array(shares)


ALWAYS = Calling()
"""All hours are alike, and every way is open."""


def _awake(local: LocalTime, at_ms: Floats) -> Floats:
    """Share of the people awake at each of these moments, over what it is at most."""
    row = np.clip(np.searchsorted(local.since_ms, at_ms, side="right") - 1, 0, None)
    hour = (at_ms + np.array(local.offset_ms)[row]) / HOUR_MS % 24
    return np.asarray(np.interp(hour, np.arange(24), AWAKE, period=24) / max(AWAKE))
