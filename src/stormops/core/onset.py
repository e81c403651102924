"""Since when: the slots of time in which a failure may have begun, fine for the last minutes, coarse before.

Ages count back from `as_of`, in quanta; what is older than the last slot belongs to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormops.core.forest import Rows
from stormops.core.network import Floats, Ints

QUANTUM_MS = 120_000
"""Times closer than this are not told apart; what is believed moves on with it when there is no news."""

WIDTHS = (1_080, 240, 120, 90, 60, 42, 30, 20, 13, 9, 6, 3, 1)
"""Widths of the slots in quanta, the earliest first: the last 2 minutes, … , the last 57 hours."""

AGES = sum(WIDTHS)
"""Ages told apart."""


HAZARD_MOST = 3.0
"""Hazard that no device goes beyond: by its prior alone none is surer to have opened than 95 %."""


class Profile(NamedTuple):
    """How much likelier failures are than was believed, as the storm goes: `times[k]` from `since_ms[k]` on.

    Ascending; before the first moment as after it.
    """

    since_ms: tuple[int, ...] = (0,)
    times: tuple[float, ...] = (1.0,)


EVEN = Profile()
"""As was believed, all along."""


class Onsets(NamedTuple):
    """Slots as seen at `as_of` (platform ms). `widths` in quanta, the earliest slot first."""

    as_of: int
    widths: tuple[int, ...] = WIDTHS

    @classmethod
    def at(cls, now_ms: int) -> Onsets:
        """The slots for a moment: all moments of one quantum have the same."""
        return cls((now_ms // QUANTUM_MS + 1) * QUANTUM_MS)

    @property
    def slots(self) -> int:
        """How many slots."""
        return len(self.widths)

    @property
    def edges(self) -> Ints:
        """(S + 1): ages between which each slot lies, the oldest first, down to 0."""
        widths = np.array(self.widths[::-1], np.int32)
        return np.append(0, np.cumsum(widths, dtype=np.int32))[::-1].astype(np.int32)

    def ages(self, at_ms: Rows) -> Rows:
        """Ages in quanta of moments; what is to come is now, what is too old as old as it gets."""
        age = (self.as_of - 1 - at_ms) // QUANTUM_MS
        return np.minimum(np.maximum(age, 0), sum(self.widths) - 1).astype(np.intp)

    def slot_of_age(self) -> Rows:
        """The slot of each age."""
        widths = np.array(self.widths[::-1])
        return np.repeat(np.arange(len(widths))[::-1], widths)

    def moments(self, each: int, begun_ms: int | None = None) -> Floats:
        """(S, each): ages evenly within each slot, to average over it; of a slot in which all began, since then."""
        older, newer = self._ends(begun_ms)
        part = (np.arange(each) + 0.5) / each
        return np.asarray(newer[:, None] + (older - newer)[:, None] * part)

    def _ends(self, begun_ms: int | None) -> tuple[Floats, Ints]:
        """(S), (S): ages between which each slot lies, or the part of it since all began."""
        older, newer = self.edges[:-1].astype(np.float64), self.edges[1:]
        if begun_ms is not None:
            begun = (self.as_of - begun_ms) / QUANTUM_MS
            older = np.where(newer < begun, np.minimum(older, begun), older)
        return older, newer

    def weights(self, horizon_ms: float, begun_ms: int | None = None, profile: Profile = EVEN) -> Floats:
        """(S): the hazard of each slot, as a share of what is believed of a storm, times the profile.

        Believed: the nearer the likelier, with a mean age of `horizon_ms`; or even over `horizon_ms` since `begun_ms`.
        """
        edges = self.edges * float(QUANTUM_MS)
        until = np.clip(self.as_of - np.array(profile.since_ms, np.float64), 0, None)
        until[0] = np.inf
        since = np.append(until[1:], 0.0)
        # By stretch of the profile and edge of a slot: what of the stretch is younger than the edge.
        inside = np.clip(edges, since[:, None], until[:, None])
        believed = _younger(inside, self.as_of, horizon_ms, begun_ms) - _younger(
            since[:, None], self.as_of, horizon_ms, begun_ms
        )
        return np.asarray(-np.diff(np.array(profile.times) @ believed))

    def younger(self, ages: float | Floats, begun_ms: int | None = None) -> Floats:
        """(S), or (M, S) of ages (M, 1) in quanta: share of each slot, or of it since all began, that is younger."""
        older, newer = self._ends(begun_ms)
        return np.asarray((np.clip(ages, newer, older) - newer) / (older - newer))

    def middles_ms(self) -> Floats:
        """(S): age of the middle of each slot."""
        return np.asarray((self.edges[:-1] + self.edges[1:]) * (QUANTUM_MS / 2))


def bounded(hazard: Floats) -> Floats:
    """(S, N): the hazards, of no device more in all than `HAZARD_MOST`."""
    return np.asarray(hazard * np.minimum(1, HAZARD_MOST / np.maximum(hazard.sum(axis=0), HAZARD_MOST)))


def openings(hazard: Floats) -> Floats:
    """(S, N): chance to open first in each slot, by the hazards (S, N)."""
    return np.asarray(np.exp(hazard - np.cumsum(hazard, axis=0)) * -np.expm1(-hazard))


def _younger(ages_ms: Floats, as_of: int, horizon_ms: float, begun_ms: int | None) -> Floats:
    """Share of a storm's hazard, as believed, that is younger than an age."""
    if begun_ms is None:
        return np.asarray(-np.expm1(-ages_ms / horizon_ms))
    return np.asarray(np.clip(ages_ms, 0, as_of - begun_ms) / horizon_ms)
