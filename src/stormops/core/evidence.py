"""How well a cause explains reports: log-likelihoods as whole numbers, and the best choice of causes.

The model. A node of a hierarchy may fail in a time slot. From then on every customer below it reports
with one unknown chance (Beta distributed, so that a storm in which few call is as well understood as a
day on which many do), soon rather than late; a share of that has been heard by now. What happened
below it before that slot had causes of its own. A customer below no failure reports with a small
chance at any time. The most probable set of failures is found exactly, bottom-up, from the counts of
reporting premises by slot alone.

All values are whole numbers (1/`UNIT` nat) held in float64, far below 2**53: sums and products are
exact, so the answer cannot depend on the order in which reports came.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from stormops.core.beliefs import SPAN, Beliefs, Floats

Choices = npt.NDArray[np.int8]
Counts = npt.NDArray[np.integer]

UNIT = 4096
"""Whole-number steps in one nat; rounding moves no decision that evidence could make."""

IMPOSSIBLE = -1e13
"""Below every value that evidence can reach."""

SMALL = 127
"""Customers of a node up to which likelihoods are looked up, not worked out."""

_CODE = 64
"""Room for a slot number below a value; slots must be fewer."""


class Table:
    """The log-likelihoods of one set of beliefs, for all pairs of (first slot, slot after the last)."""

    def __init__(self, beliefs: Beliefs, customers_max: int) -> None:
        widths = beliefs.widths()
        slots = self.slots = len(widths)
        if slots >= _CODE:
            raise ValueError(f"at most {_CODE - 1} slots")
        self.rounds = beliefs.again
        self._fewest = beliefs.fewest
        ends = np.arange(1, slots + 1)
        self._start = np.concatenate([np.arange(end) for end in ends])
        self._end = np.repeat(ends, ends)
        self._begin = ends * (ends - 1) // 2
        self._code = (_CODE - 1 - self._start).astype(np.float64)
        # A failure may fall into any slot, the likelier the wider it is.
        self._when = whole(np.log(widths[self._start] / SPAN))
        slot = np.arange(slots)[:, None]
        inside = (slot >= self._start) & (slot < self._end)
        recent = self._start >= slots - beliefs.recent
        age = np.minimum(self._end - self._start, beliefs.recent) - 1
        heard = np.where(recent, beliefs.heard()[age], 1.0)
        arriving = np.minimum(1.0, beliefs.arriving()[self._start, slot] / heard)
        density = np.where(inside, arriving, 1.0) * SPAN / widths[slot]
        self._lags = np.where(inside, whole(np.log(density / beliefs.false_rate)), 0.0)
        self._rates(beliefs, customers_max)
        true = beliefs.single * beliefs.rate_least
        self.single = float(whole(math.log1p(true / beliefs.false_rate)))
        self.single_probability = round(10_000 * true / (true + beliefs.false_rate))

    def _rates(self, beliefs: Beliefs, customers_max: int) -> None:
        """Logarithms for the likelihood of k reporting and s silent customers.

        By age in slots less one; from where most have been heard, all counts as heard.
        """
        heard = beliefs.heard()
        ages = min(len(heard), int(np.searchsorted(heard, 0.8)) + 1)
        age = np.minimum(self._end - self._start, ages)
        self._age = (np.where(self._start < self.slots - beliefs.recent, ages, age) - 1).astype(np.int32)
        counts = np.arange(customers_max + 1, dtype=np.float64)
        self._itself = whole(counts * np.log(np.maximum(counts, 1)))
        with_service = math.log1p(-beliefs.false_rate)
        self._with_service = float(whole(with_service))
        self._least, self._most = beliefs.rate_least * heard[:ages], beliefs.rate_most * heard[:ages]
        self._least_log = whole(np.log(self._least)), whole(np.log1p(-self._least) - with_service)
        self._most_log = whole(np.log(self._most)), whole(np.log1p(-self._most) - with_service)
        # Most nodes are small: their likelihoods are looked up.
        side = self._side = min(SMALL, customers_max) + 1
        age, k, silent = np.ix_(np.arange(ages), np.arange(side), np.arange(side))
        within = np.minimum(silent, customers_max - k)
        self._small = self._likelihood(k, within, age).ravel()
        self._small_age = self._age * (side * side)

    def _likelihood(self, k: Counts, silent: Counts, age: Counts) -> Floats:
        """Log-likelihood of k reporting and some silent at the best rate allowed, against silence with service."""
        asked = k + silent
        best = self._itself[k] + self._itself[silent] - self._itself[asked] - silent * self._with_service
        least = k * self._least_log[0][age] + silent * self._least_log[1][age]
        most = k * self._most_log[0][age] + silent * self._most_log[1][age]
        value = np.where(k > self._most[age] * asked, most, best)
        value = np.where(k < self._least[age] * asked, least, value)
        return np.where(k < self._fewest, IMPOSSIBLE, value)

    def _causes(self, counts: Floats, customers: npt.NDArray[np.int64]) -> Floats:
        """(M, pairs): how much better a failure in each pair of slots explains its reports than chance does."""
        sums = np.zeros((len(counts), self.slots + 1), np.int32)
        np.cumsum(counts, axis=1, out=sums[:, 1:], dtype=np.int32)
        silent = (customers[:, None] - sums).astype(np.int32)[:, self._end]
        k = sums[:, self._end] - sums[:, self._start]
        # Not `@`: for so little work BLAS would wake its threads, and they spin on the other cores.
        own: Floats = np.einsum("ns,sp->np", counts, self._lags)
        if customers.max() < self._side:
            k *= self._side
            k += silent
            k += self._small_age
            own += self._small[k]
        else:
            own += self._likelihood(k, silent, self._age)
        return own

    def explain(
        self, counts: Floats, customers: npt.NDArray[np.int64], prior: Floats, below: Floats
    ) -> tuple[Floats, Choices]:
        """The best explanation at M nodes, for every slot at which it may be cut off from above.

        `counts` (M, slots) reporting premises by slot; `customers` (M); `prior` (M, whole); `below`
        (M, slots + 1): the best without these nodes. Gives the best value (M, slots + 1) and, per round
        (rounds, M, slots + 1), the slot in which the node's last failure before the cut began, -1 for none.
        Fastest when large nodes (more than `SMALL` customers) are not mixed with small ones.
        """
        own = self._causes(counts, customers)
        own += prior[:, None] + self._when
        best = below.copy()
        choices = np.full((self.rounds, *below.shape), -1, np.int8)
        again = np.arange(len(own))
        for r in range(self.rounds):
            # One maximum finds the value and, in its last digits, the earliest slot that reaches it.
            coded = own[again] + best[again][:, self._start]
            coded *= _CODE
            coded += self._code
            top = np.maximum.reduceat(coded, self._begin, axis=1)
            value = np.floor(top / _CODE)
            chosen = value > below[again, 1:]
            choices[r, again, 1:] = np.where(chosen, _CODE - 1 - (top - value * _CODE), -1)
            best[again, 1:] = np.where(chosen, value, below[again, 1:])
            # Where nothing failed once, nothing failed again.
            some = chosen.any(axis=1)
            again = again[some]
        return best, choices


def whole(nats: Floats | float) -> Floats:
    """Nats as whole numbers of 1/UNIT nat."""
    return np.round(np.asarray(nats) * UNIT)


def chances(margin: Floats) -> npt.NDArray[np.int32]:
    """Posterior chances, per 10,000, of choices that lead their best alternatives by `margin` (whole)."""
    nats = np.clip(margin / UNIT, -50.0, 50.0)
    return np.clip(np.round(10_000 / (1 + np.exp(-nats))), 1, 9_999).astype(np.int32)
