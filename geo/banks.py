"""Distribution transformers: which premises share one, and where it hangs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.feeders import Spans
from geo.lots import Lots
from geo.plan import Use
from stormops.core.network import Floats, Ints

MOST_ON_TRANSFORMER = 19
GROUP_OF_USE = np.array([1.0, 5.0, 4.5, 2.0, 1.6, 12.0, 7.0, 5.0, 1.0, 1.6])
"""Customers that share a transformer, on average, by `Use`."""
BIG_BUILDING = 8


@dataclass(slots=True)
class Banks:
    """Distribution transformers: span and metres from its fed end; transformer and lot of every premise."""

    span: Ints
    away: Floats
    premise: Ints


def hang_banks(spans: Spans, lot_span: Ints, lots: Lots, rng: np.random.Generator) -> Banks:
    """Neighbours along a span share a transformer; a big building has its own, several when it must."""
    away = np.abs(lots.at - spans.near[lot_span])
    order = np.lexsort((lots.side, away, lot_span))
    group = _groups(lots, lot_span, order, np.exp(rng.normal(0, 0.45, len(spans.edge))))
    # Premises of a group, in order along the span, cut where a transformer would be too big.
    place = np.empty(len(lots), np.int64)
    place[order] = np.arange(len(order))
    lot_of = np.repeat(np.arange(len(lots)), lots.units)
    row = np.lexsort((np.arange(len(lot_of)), place[lot_of], group[lot_of]))
    keys = group[lot_of][row]
    begin = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    sizes = np.diff(np.append(begin, len(keys)))
    rank, size = np.arange(len(keys)) - np.repeat(begin, sizes), np.repeat(sizes, sizes)
    piece = rank * -(-size // MOST_ON_TRANSFORMER) // size
    _, number = np.unique(keys * np.int64(1000) + piece, return_inverse=True)
    premise = np.empty(len(lot_of), np.int32)
    premise[row] = number
    weight = np.bincount(premise)
    span = np.zeros(len(weight), np.int32)
    span[premise] = lot_span[lot_of]
    # Pieces of one building stand a few metres apart.
    where = (np.bincount(premise, away[lot_of]) + 3.0 * np.bincount(number, piece)) / weight
    reach = np.abs(spans.far - spans.near)[span]
    return Banks(span, np.clip(where, 4.0, np.maximum(reach - 1.0, 4.0)), premise)


def _groups(lots: Lots, lot_span: Ints, order: npt.NDArray[np.int64], taste: Floats) -> npt.NDArray[np.int64]:
    """Group of every lot: a running count along its span, cut at the span's goal; big buildings by themselves."""
    big = (lots.units >= BIG_BUILDING) | (lots.use == Use.INDUSTRIAL)
    goal = np.clip(GROUP_OF_USE[lots.use] * taste[lot_span], 1.0, MOST_ON_TRANSFORMER - BIG_BUILDING + 1)
    share = np.where(big, 0.0, lots.units / goal)[order]
    running = np.cumsum(share) - share
    span = lot_span[order]
    begin = np.flatnonzero(np.append(True, span[1:] != span[:-1]))
    running -= np.repeat(running[begin], np.diff(np.append(begin, len(order))))
    group = np.empty(len(lots), np.int64)
    group[order] = np.floor(running + 1e-9)
    group[big] = 1_000_000 + np.flatnonzero(big)
    found: npt.NDArray[np.int64] = np.unique(lot_span * np.int64(100_000_000) + group, return_inverse=True)[1]
    return found
