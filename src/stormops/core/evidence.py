"""How well a cause explains reports: log-likelihoods as whole numbers, and the best choice of causes.

The model. A node of a hierarchy may fail in a time slot. From then on each customer below it reports
with one chance out of `rates`, of which a share has been heard by now; reports come soon after the
failure rather than late. What happened below it before that slot had causes of its own. A customer
below no failure reports with chance `false_rate`. The most probable set of failures is found exactly,
bottom-up, from counts of reporting premises by slot alone.

All values are whole numbers (1/`UNIT` nat) held in float64, far below 2**53: sums and products are
exact, so the answer cannot depend on the order in which reports came or on the processor.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Choices = npt.NDArray[np.int8]

UNIT = 4096
"""Whole-number steps in one nat; rounding moves no decision that evidence could make."""

IMPOSSIBLE = -1e13
"""Below every value that evidence can reach."""

_CODE = 64
"""Room for a slot number below a value; slots must be fewer."""


class Beliefs(NamedTuple):
    """What is assumed of how people report. Data: a city may differ.

    `slot_ms` and `slots`: how finely and how far back time is told apart (older is one slot).
    `false_rate`: chance that a customer with service reports. `rates`: possible chances that a customer
    without service reports in the end. `heard_ms`: time constant of reporting. `lag`: nats lost per slot
    by which a report lags the failure, never more than `lag_max`. `single`: chance that a customer's own
    service fails. `again`: how many failures of one node at different times are told apart.
    """

    slot_ms: int = 1_800_000
    slots: int = 24
    false_rate: float = 2e-4
    rates: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4)
    heard_ms: int = 3_600_000
    lag: float = 0.25
    lag_max: float = 3.0
    single: float = 1e-3
    again: int = 1


class Table:
    """The log-likelihoods of one set of beliefs, for all pairs of (first slot, slot after the last)."""

    def __init__(self, beliefs: Beliefs) -> None:
        slots = beliefs.slots
        if not 0 < slots < _CODE:
            raise ValueError(f"slots must be 1 to {_CODE - 1}")
        self.slots = slots
        self.rounds = beliefs.again
        self.start = np.concatenate([np.arange(end) for end in range(1, slots + 1)])
        self._begin = np.array([end * (end - 1) // 2 for end in range(1, slots + 1)])
        pairs = len(self.start)
        rates = len(beliefs.rates)
        self._weights = np.zeros((slots, rates * pairs))
        self._silence = np.zeros(rates * pairs)
        self._shape = (-1, rates, pairs)
        for r, rate in enumerate(beliefs.rates):
            for end in range(1, slots + 1):
                for start in range(end):
                    column = r * pairs + end * (end - 1) // 2 + start
                    self._fill(beliefs, column, rate, start, end)
        heard = beliefs.rates[len(beliefs.rates) // 2]
        true = beliefs.single * heard
        self.single = _whole(math.log1p(true / beliefs.false_rate))
        self.single_probability = round(10_000 * true / (true + beliefs.false_rate))
        self._code = (_CODE - 1 - self.start).astype(np.float64)

    def _fill(self, beliefs: Beliefs, column: int, rate: float, start: int, end: int) -> None:
        age_ms = (end - start - 0.5) * beliefs.slot_ms
        chance = rate * -math.expm1(-age_ms / beliefs.heard_ms)
        silence = _whole(math.log((1 - chance) / (1 - beliefs.false_rate)))
        report = _whole(math.log(chance / beliefs.false_rate))
        self._silence[column] = silence
        for slot in range(end):
            late = -_whole(min(beliefs.lag_max, beliefs.lag * (slot - start)))
            self._weights[slot, column] = (report + late if slot >= start else 0) - silence

    def explain(
        self, counts: Floats, customers: Floats, prior: Floats, below: Floats
    ) -> tuple[Floats, npt.NDArray[np.int8]]:
        """The best explanation at M nodes, for every slot at which it may be cut off from above.

        `counts` (M, slots) reporting premises by slot; `customers` (M); `prior` (M, whole nats/UNIT);
        `below` (M, slots + 1): the best without these nodes. Gives the best value (M, slots + 1) and,
        per round (rounds, M, slots + 1), the slot in which the node's last failure before the cut
        began, -1 for none.
        """
        own = (counts @ self._weights + customers[:, None] * self._silence).reshape(self._shape).max(axis=1)
        own += prior[:, None]
        own[counts[:, self.start] == 0] = IMPOSSIBLE
        best = below
        choices = np.empty((self.rounds, *below.shape), np.int8)
        for r in range(self.rounds):
            coded = (own + best[:, self.start]) * _CODE + self._code
            top = np.maximum.reduceat(coded, self._begin, axis=1)
            value = np.floor(top / _CODE)
            chosen = value > below[:, 1:]
            better = below.copy()
            better[:, 1:][chosen] = value[chosen]
            choices[r, :, 0] = -1
            choices[r, :, 1:] = np.where(chosen, _CODE - 1 - (top - value * _CODE), -1)
            best = better
        return best, choices

    def whole(self, nats: Floats) -> Floats:
        """Natural logarithms as whole numbers of 1/UNIT nat."""
        return np.round(nats * UNIT)


def _whole(nats: float) -> int:
    return round(nats * UNIT)


def per_ten_thousand(margin: float) -> int:
    """Posterior chance, per 10,000, of a choice that leads its best alternative by `margin` (whole nats/UNIT)."""
    nats = max(-50.0, min(50.0, margin / UNIT))
    return max(1, min(9_999, round(10_000 / (1 + math.exp(-nats)))))
