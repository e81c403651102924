"""Which stretches of a feeder are main line, and where its reclosers and fuses go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.feeders import Feeders
from stormops.core.network import Bools, Floats

MAIN_SHARE, MAIN_LEAST, MAIN_MOST = 0.06, 10, 62
"""A span is main line when more than this share of its feeder, within these bounds, is on or beyond it."""
SOLID_TAPS = 0.1
"""Share of the laterals that hang on the main line without a fuse of their own."""
SECTIONS = (0.48, 0.22)
"""A recloser goes where the share of the feeder beyond first falls below each of these."""
RECLOSERS = (1, 2, 2, 3, 3)
"""How many a feeder has at most, drawn by lot."""


@dataclass(slots=True)
class Protection:
    """One row a span: does it carry anything, is it main line, what stands at its fed end, is its far node used."""

    used: Bools
    main: Bools
    fuse: Bools
    recloser: Bools
    goes_on: Bools


def protect(feeders: Feeders, rng: np.random.Generator) -> Protection:
    """Mains, fused laterals, one to three reclosers a feeder."""
    spans = feeders.spans
    total = np.bincount(spans.feeder, weights=spans.load, minlength=len(feeders.head))
    used = spans.down > 0
    main = used & (spans.down > np.clip(MAIN_SHARE * total, MAIN_LEAST, MAIN_MOST)[spans.feeder])
    above = np.where(spans.head, -1, feeders.up[spans.feed])
    share = spans.down / np.maximum(total[spans.feeder], 1)
    share_above = np.where(above >= 0, share[above], 1.0)
    from_main = np.where(above >= 0, main[above], True)
    fuse = used & ~main & from_main & (rng.random(len(used)) >= SOLID_TAPS)
    crossing = np.zeros(len(used), np.bool_)
    for level in SECTIONS:
        crossing |= main & (share <= level) & (share_above > level) & (share > 0.1)
    most = rng.choice(RECLOSERS, len(total))
    recloser = _first_of_each(crossing, share, spans.feeder, most)
    bare = np.bincount(spans.feeder[recloser], minlength=len(total)) == 0
    somewhere = main & ~spans.head & bare[spans.feeder] & (share < 0.95)
    recloser |= _first_of_each(somewhere, share, spans.feeder, np.ones_like(most))
    return Protection(used, main, fuse, recloser, used & (spans.end >= 0) & (spans.down > spans.load))


def _first_of_each(rows: Bools, share: Floats, feeder: npt.NDArray[np.int32], most: npt.NDArray[np.int64]) -> Bools:
    """The rows of largest share of each feeder, at most so many a feeder."""
    chosen = np.zeros(len(rows), np.bool_)
    some = np.flatnonzero(rows)
    some = some[np.lexsort((some, -share[some], feeder[some]))]
    begins = np.flatnonzero(np.append(True, np.diff(feeder[some]) != 0)) if len(some) else some
    rank = np.arange(len(some)) - np.repeat(begins, np.diff(np.append(begins, len(some))))
    chosen[some[rank < most[feeder[some]]]] = True
    return chosen
