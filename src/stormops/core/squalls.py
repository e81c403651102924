"""Failures come together: any part of the network may have had a squall in the last minutes.

Two failures of one minute below one substation are far likelier than two of one day, so that they need not be the one
device above both. While rates are learned, their course says so for the whole city; before that, too little is heard.
The model: below each top of the forest there was a squall in the last `WITHIN_MS`, or none, each with its hazards, so
that as many failures are expected as without squalls, but over-dispersed. Given which it was all is as in
`core.posterior`; the likelihood of all evidence below a top says how sure that is. Exact, at twice the cost.
"""

from __future__ import annotations

import numpy as np

from stormops.core.forest import Forest, Rows
from stormops.core.network import Floats
from stormops.core.onset import bounded, openings
from stormops.core.posterior import Posterior

WITHIN_MS = 1_200_000
"""A squall lasts no longer."""

TIMES, SHARE = 100.0, 0.5
"""How many times likelier failures are in a squall than on average, and the share of all that come in one. Priors of
our own: two failures in squalls are fifty times likelier than if they were independent."""

CHANCE = SHARE / TIMES
"""Chance that there was a squall."""


class Squalls(Posterior):
    """Outcomes as of `Posterior`; of its `message`, only those of tops."""

    def __init__(self, places: Forest, slots: int) -> None:
        super().__init__(places, slots)
        self._calm, self._squall = Posterior(places, slots), Posterior(places, slots)
        self._calm.evidence = self._squall.evidence = self.evidence
        self._tops = np.flatnonzero(places.parent < 0)
        self._top_of = places.topmost(places.parent < 0)
        self._weight = np.zeros(len(places))

    def expect(self, hazard: Floats, recent: Floats) -> None:
        """Hazards (S, N) on average of both; `recent` (S): share of each slot in which a squall can have been."""
        self.prior, recent = openings(hazard), recent[:, None]
        self._calm.believe(openings(hazard * (1 - recent + recent * (1 - SHARE) / (1 - CHANCE))))
        self._squall.believe(openings(bounded(hazard * (1 - recent + recent * TIMES))))

    def settle(self, places: Rows, *, afresh: bool = False) -> Rows:
        """As of `Posterior`: where a squall is likelier or less, all below the top changes."""
        parts = (self._calm, self._squall)
        changed = np.zeros(len(self.places), np.bool_)
        for part in parts:
            changed[part.settle(places, afresh=afresh)] = True
        before, self._weight = self._weight, self._weights()
        changed |= self._weight != before
        rows: Rows = np.flatnonzero(changed)
        weight = self._weight[rows]
        for name in ("cause", "since", "first", "top"):
            calm, squall = (getattr(part, name)[..., rows] for part in parts)
            getattr(self, name)[..., rows] = (1 - weight) * calm + weight * squall
        return rows

    def weigh(self, places: Rows) -> float:
        """As of `Posterior`."""
        self._calm.weigh(places)
        self._squall.weigh(places)
        self._weights()
        return self.likelihood()

    def _weights(self) -> Floats:
        """(N): how sure it is that there was a squall; leaves the likelihood of all evidence at the tops."""
        calm, squall = (part.message[-1, self._tops] for part in (self._calm, self._squall))
        calm, squall = calm + np.log1p(-CHANCE), squall + np.log(CHANCE)
        self.message[-1, self._tops] = both = np.logaddexp(calm, squall)
        weight = np.zeros(len(self.places))
        weight[self._tops] = np.exp(squall - both)
        return weight[self._top_of]
