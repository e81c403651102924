"""Metrics of outage inference, each on plain arrays: worked by hand in `test_inference_scores.py`.

N devices, P premises; services are numbered N + premise. Flat figures compare the topmost predicted devices with the
topmost truly open ones, the exact device; what people or telemetry know open is scored for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from stormops.core.network import Tree
from tests.bench.inference_method import Bools, Floats, Ints
from tests.bench.inference_tree import NEVER, below_open, customers_out, mask_of, topmost

FROM, TO = 0.02, 0.98
"""Probabilities between these are items of calibration."""
BINS, BIN_ITEMS = 10, 200
"""At most so many bins of equal mass, each with at least so many items (2 bins in any case)."""


class Flat(NamedTuple):
    """Counts of one moment: devices predicted, right, true; customers shown out, right, truly out.

    `nested` counts predictions of devices that are open below one that is open too (neither right nor wrong as causes,
    but counted in `predicted`); `closed` predictions of devices that telemetry knows closed; `above` predictions above
    the service.
    """

    predicted: int
    right: int
    true: int
    shown: int
    shown_right: int
    out: int
    nested: int
    closed: int
    above: int

    def ratios(self) -> tuple[float, float, float, float]:
        """Device precision, recall, customer precision, recall; NaN where there is nothing to divide by."""
        return (
            _ratio(self.right, self.predicted),
            _ratio(self.right, self.true),
            _ratio(self.shown_right, self.shown),
            _ratio(self.shown_right, self.out),
        )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def flat(trees: tuple[Tree, Tree], opened: Bools, predicted: Ints, known: tuple[Bools, Bools]) -> Flat:
    """Score predictions. `trees`: the true one, the records' one; `opened` (N + P) truly open; `known` open, closed.

    Predictions of what is known open, or below it, and true causes known open are left out.
    """
    true_tree, records = trees
    known_open, known_closed = known
    n = len(true_tree)
    top_true = topmost(true_tree, opened) & ~known_open
    said = mask_of(records, predicted)
    excused_by_records, excused = customers_out(records, known_open), customers_out(true_tree, known_open)
    below_known = np.concatenate([below_open(records, known_open[:n]), excused_by_records])
    top_said = topmost(records, said & ~known_open & ~below_known)
    shown = customers_out(records, top_said) & ~excused
    out = customers_out(true_tree, opened) & ~excused
    right = top_said & top_true
    return Flat(
        predicted=int(top_said.sum()),
        right=int(right.sum()),
        true=int(top_true.sum()),
        shown=int(shown.sum()),
        shown_right=int((shown & out).sum()),
        out=int(out.sum()),
        nested=int((top_said & opened & ~top_true).sum()),
        closed=int((said & known_closed).sum()),
        above=int(top_said[:n].sum()),
    )


class Calibration(NamedTuple):
    """Of items with FROM < p < TO: how many, Brier score, that of their base rate, expected calibration error, bins.

    A row of `bins` is mean probability, observed share, items.
    """

    items: int
    brier: float
    base: float
    error: float
    bins: tuple[tuple[float, float, int], ...]


def calibration(p: Floats, true: Bools) -> Calibration:
    """Equal-mass bins over the items; ties of probability may fall into two bins."""
    inside = (p > FROM) & (p < TO)
    p, y = p[inside], true[inside].astype(np.float64)
    if not len(p):
        nan = float("nan")
        return Calibration(0, nan, nan, nan, ())
    order = np.argsort(p, kind="stable")
    parts = np.array_split(order, min(BINS, max(2, len(p) // BIN_ITEMS), len(p)))
    bins = tuple((float(p[part].mean()), float(y[part].mean()), len(part)) for part in parts)
    error = sum(abs(said - seen) * items for said, seen, items in bins) / len(p)
    base = float(y.mean())
    return Calibration(len(p), float(((p - y) ** 2).mean()), base * (1 - base), float(error), bins)


def sweep(p: Floats, true: Bools, positives: int) -> list[tuple[float, float]]:
    """Recall and precision as the threshold on probability falls, at most 200 points; `positives`: all true ones."""
    if not len(p) or not positives:
        return []
    order = np.argsort(-p, kind="stable")
    right = np.cumsum(true[order])
    pick = np.unique(np.linspace(0, len(p) - 1, 200).astype(int))
    return [(float(right[i] / positives), float(right[i] / (i + 1))) for i in pick]


def recall_at(p: Floats, true: Bools, precision: float) -> float:
    """The highest recall of a threshold on probability at which that precision holds; NaN = nobody is true."""
    if not true.any():
        return float("nan")
    order = np.argsort(-p, kind="stable")
    right = np.cumsum(true[order])
    shown = np.arange(1, len(p) + 1)
    # Those of one probability are shown together or not at all.
    last = np.append(np.diff(p[order]) != 0, True)
    enough = last & (right >= precision * shown)
    return float(right[enough].max(initial=0) / right[-1])


class Clock:
    """How soon the right device is predicted: minutes from its opening to the first look that shows it."""

    def __init__(self) -> None:
        self._since: dict[int, int] = {}
        self.minutes: list[float] = []

    def look(self, now_ms: int, right: Ints, begin: Ints) -> None:
        """At each look: the causes predicted rightly, and when each device opened (N + P)."""
        for device in right.tolist():
            if device in self._since or begin[device] >= NEVER:
                continue
            self._since[device] = now_ms
            self.minutes.append((now_ms - int(begin[device])) / 60_000)

    def median(self) -> float:
        """Over the devices that were found."""
        return float(np.median(self.minutes)) if self.minutes else float("nan")


@dataclass
class Dispatches:
    """A crew is sent to a prediction that stands at two looks in a row, once; wrong when nothing is open there."""

    sent: int = 0
    wrong: int = 0
    _last: set[int] = field(default_factory=set)
    _sent: set[int] = field(default_factory=set)

    def look(self, predicted: Ints, opened: Bools, known_open: Bools) -> None:
        """At each look: topmost predictions; what is open (N + P); what is known open (no news to a crew)."""
        now = {device for device in predicted.tolist() if not known_open[device]}
        for device in sorted((now & self._last) - self._sent):
            self.sent += 1
            self.wrong += not opened[device]
        self._sent |= now & self._last
        self._last = now


@dataclass
class Churn:
    """Predictions above the service that come or go from look to look, other than by what became known."""

    changed: int = 0
    looks: int = 0
    _last: set[int] | None = None

    def look(self, predicted: Ints, devices: int, known_open: Bools) -> None:
        """At each look: topmost predictions."""
        now = {device for device in predicted.tolist() if device < devices and not known_open[device]}
        if self._last is not None:
            self.changed += len({device for device in now ^ self._last if not known_open[device]})
            self.looks += 1
        self._last = now

    def an_hour(self, look_min: float) -> float:
        """Changes an hour."""
        return _ratio(self.changed, self.looks * look_min / 60)


def hits(flagged: Ints, wrong: Bools) -> tuple[int, int, int]:
    """Flagged mislinks: how many, how many rightly, how many there are."""
    return len(flagged), int(wrong[flagged].sum()), int(wrong.sum())
