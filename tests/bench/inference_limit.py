"""What could be known at best: our engine with the true rates and links of the storm, and nothing to learn.

Its posterior is Bayes' own where what a method is told is true, so that no Brier score is expected below its own, and
no device precision above its own at the same recall. A bar that it misses is one that the storms do not grant. Where
a row tells wrong rates, or records are wrong, it believes them and is no limit.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import beta

from stormops.core.onset import EVEN, Profile
from tests.bench.inference_method import Session, Told
from tests.bench.inference_ours import STARTS_MS, Playing
from tests.bench.inference_storm import MINUTE_MS

ONSET_MS = 180 * MINUTE_MS
"""Within which failures begin, in all rows that have times."""

STEP_MS = 2 * MINUTE_MS
NEVER = 1e-9
"""Chance that a meter gasps falsely in a storm, or falls silent for good: none does in these."""

AFTER = 1e-6
"""How likely failures are when the storm is over, of what is believed: never none, or nothing could be said of them."""


class Knowing(Playing):
    """One storm, played to who knows its rates."""

    def __init__(self, told: Told) -> None:
        super().__init__(told)
        rates = self._rates._replace(wrong_link=0.0, hush=0.0, false_gasp=NEVER, mute=NEVER)
        self.engine.believe(rates, self.engine.opens, EVEN if self._static else _course(told.storm_ms))

    def _learn(self, now: int) -> None:
        """There is nothing to learn."""


def _course(storm_ms: int) -> Profile:
    """The storm's hazard (beta 2, 3) over an even one."""
    edges = np.arange(0, ONSET_MS + STEP_MS, STEP_MS)
    times = np.diff(beta(2.0, 3.0).cdf(edges / ONSET_MS)) * (storm_ms / STEP_MS)
    return Profile(tuple((STARTS_MS + edges).tolist()), (*np.maximum(times, AFTER).tolist(), AFTER))


class Limit:
    """Who knows the rates."""

    name = "limit"

    def begin(self, told: Told) -> Session:
        return Knowing(told)
