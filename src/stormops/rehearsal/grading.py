"""How well the screen knows who is out, over the whole storm: each moment's grade, and their sums."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]


class Grade(NamedTuple):
    """One moment. Counts of customers: out in truth, shown as out, and both."""

    hour: float
    truth: int
    shown: int
    both: int

    @property
    def precision(self) -> float | None:
        """Share of those shown as out who are; None when none is shown."""
        return self.both / self.shown if self.shown else None

    @property
    def recall(self) -> float | None:
        """Share of those out who are shown; None when nobody is out."""
        return self.both / self.truth if self.truth else None

    def told(self) -> dict[str, Any]:
        """The moment for the rehearsal's result."""
        return {
            "hour": round(self.hour, 2),
            "truth": self.truth,
            "shown": self.shown,
            "precision": _rounded(self.precision),
            "recall": _rounded(self.recall),
        }


def grade(hour: float, truth: Bools, shown: Bools) -> Grade:
    """The grade of one moment: for every premise, whether it is out and whether it is shown as out."""
    return Grade(hour, int(truth.sum()), int(shown.sum()), int((truth & shown).sum()))


def over_time(grades: list[Grade]) -> dict[str, Any]:
    """The whole storm, from moments a fixed time apart.

    `precision` and `recall` are shares of customer-hours: of those shown as out, and of those that were out.
    `mean_precision` and `mean_recall` weigh every moment alike, however few are out.
    """
    shown, truth, both = (sum(getattr(g, name) for g in grades) for name in ("shown", "truth", "both"))
    return {
        "moments": len(grades),
        "precision": _rounded(both / shown if shown else None),
        "recall": _rounded(both / truth if truth else None),
        "mean_precision": _mean([g.precision for g in grades]),
        "mean_recall": _mean([g.recall for g in grades]),
        "curve": [[round(g.hour, 2), g.truth, g.shown, g.both] for g in grades],
    }


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _rounded(float(np.mean(known)) if known else None)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
