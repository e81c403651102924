"""What is assumed of how people report, and how finely time is told apart. Data: a city may differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int64]

SPAN = 12
"""Hours (slots) that chances of false reports and of failures are given for: a storm."""


class Beliefs(NamedTuple):
    """How people report, and what fails.

    Time is told apart in `recent` slots of `slot_ms` and before them, oldest first, in slots `coarse`
    times as wide; all that is older is one slot. In a storm of `SPAN` slots a customer with service
    reports with chance `false_rate`, and a customer's own service fails with chance `single`. Of the
    customers without service a share between `rate_least` and `rate_most` report in the end, after
    `heard_ms` on average, but a share `late` of them at any time. `again`: how many failures of one node
    are told apart in time. `fewest`: reporting premises below which no failure of a node is believed.
    """

    slot_ms: int = 3_600_000
    recent: int = 12
    coarse: tuple[int, ...] = (24, 6, 6, 6, 2, 2, 2)
    false_rate: float = 2e-4
    rate_least: float = 0.07
    rate_most: float = 0.9
    heard_ms: int = 2_400_000
    late: float = 0.05
    single: float = 1e-3
    again: int = 1
    fewest: int = 1

    @property
    def step(self) -> int:
        """Slots by which the window of time moves at once: seldom, since all is counted afresh then."""
        return max(1, self.recent // 3)

    def widths(self) -> Slots:
        """Width of each slot in `slot_ms`, oldest first; what is older counts as wide as the widest."""
        return np.array([max(self.coarse, default=1), *self.coarse, *[1] * self.recent], np.int64)

    def by_age(self) -> Slots:
        """The slot of each age, from 0 for the window's last `slot_ms`; the last entry is for all that is older."""
        widths = self.widths()
        return np.append(np.repeat(np.arange(1, len(widths)), widths[1:])[::-1], 0)

    def arriving(self) -> Floats:
        """(slots, slots): share of the reports of a failure in one slot that come in another, at most.

        Each entry is for the moment within the slot of the failure that suits it best: a failure is not
        taken for two because it came early or late in its slot.
        """
        edges, latest = self._edges(), self._edges()[1:, None]
        within = -np.expm1(-np.diff(edges))
        later = np.exp(-np.maximum(0, edges[None, :] - latest))
        shares = np.triu(-np.diff(later, axis=1), 1) + np.diag(within)
        any_time = np.triu(np.broadcast_to(np.diff(edges) / edges[-1], shares.shape))
        most: Floats = (1 - self.late) * shares + self.late * any_time
        return most

    def heard(self) -> Floats:
        """Share of its reports that a failure in the middle of a recent slot has brought by the end of each."""
        ages = np.arange(1, self.recent + 1) - 0.5
        soon = -np.expm1(-ages * self.slot_ms / self.heard_ms)
        heard: Floats = (1 - self.late) * soon + self.late * ages / self.widths().sum()
        return heard

    def _edges(self) -> Floats:
        """Where slots begin and end, in mean times to a report."""
        edges: Floats = np.append(0, np.cumsum(self.widths())) * (self.slot_ms / self.heard_ms)
        return edges
