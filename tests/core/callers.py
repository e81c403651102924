"""What was heard of a customer, worked out in small steps of time and without tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from stormops.core.calling import AWAKE, ELSEWHERE, Calling
from stormops.core.hearing import MOMENTS, NEIGHBOURS, PROMPT_MS, Rates
from stormops.core.onset import QUANTUM_MS, Onsets

STEPS = 12
"""Steps of a quantum: the moments of a slot of whole quanta lie on them."""


class Caller(NamedTuple):
    """Ages in quanta: of the customer's own report (-1 = none), of those of neighbours, and strays in a quantum."""

    report: int
    neighbours: tuple[int, ...] = ()
    strays: float = 0.0


class Callers:
    """Who calls when, at one moment."""

    def __init__(self, onsets: Onsets, rates: Rates, calling: Calling) -> None:
        self._onsets, self._rates, self._calling = onsets, rates, calling

    def ratios(self, caller: Caller) -> list[float]:
        """By slot of the loss, to the same of a customer with service."""
        return [
            float(np.mean([self._ratio(caller, loss) for loss in moments])) for moments in self._onsets.moments(MOMENTS)
        ]

    def _ratio(self, caller: Caller, loss: float) -> float:
        rates = self._rates
        if caller.report < 0:
            return 1 - rates.report * self._came(caller, loss, 0)
        report = caller.report
        true = rates.report * (self._came(caller, loss, report) - self._came(caller, loss, report + 1))
        quantum = sum(self._pace(way, report) * share for way, share in enumerate(self._calling.share))
        return 1 + true / (rates.false * quantum * QUANTUM_MS / rates.span_ms + caller.strays * rates.misplaced)

    def _came(self, caller: Caller, loss: float, until: int) -> float:
        """Chance that who reports after a loss has done so until an age."""
        first = caller.report + 1 if caller.report >= 0 else 0
        heard = sorted((age for age in caller.neighbours if age >= first), reverse=True)[:NEIGHBOURS]
        chance = 0.0
        for way, share in enumerate(self._calling.share):
            ran = 0.0
            for step in range(until * STEPS, round(loss * STEPS)):
                age = step // STEPS
                known = sum(neighbour > age for neighbour in heard)
                ran += self._pace(way, age) * (1 - self._rates.hush) ** known / STEPS
            chance += share * self._by(ran * QUANTUM_MS)
        return chance

    def _by(self, ran_ms: float) -> float:
        if ran_ms <= 0:
            return 0.0
        rates = self._rates
        late = ndtr(np.log(ran_ms / rates.delay_ms) / rates.delay_sigma)
        return float((1 - rates.prompt) * late + rates.prompt * -np.expm1(-ran_ms / PROMPT_MS))

    def _pace(self, way: int, age: int) -> float:
        at_ms = self._onsets.as_of - (age + 0.5) * QUANTUM_MS
        pace = 1.0
        if self._calling.local is not None:
            row = max(k for k, since in enumerate(self._calling.local.since_ms) if k == 0 or since <= at_ms)
            hour = (at_ms + self._calling.local.offset_ms[row]) / 3_600_000 % 24
            low = int(hour)
            pace = (AWAKE[low] * (low + 1 - hour) + AWAKE[(low + 1) % 24] * (hour - low)) / max(AWAKE)
        for one, since, until in self._calling.shut:
            if one == way and since <= at_ms and (until == 0 or at_ms < until):
                pace *= ELSEWHERE
        return pace
