"""House numbers and the names of units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.lots import Lots, Style
from geo.plan import Use
from geo.streets import Streets
from stormops.core.network import Ints

BASE_EVERY_M = 160.0
"""A street's numbers begin with a hundred for each such distance from the middle of the city."""


def ranks(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rank of each row among the rows of equal key before it; `keys` need no order."""
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(keys[order]) != 0)) if len(keys) else order
    found = np.empty(len(keys), np.int64)
    found[order] = np.arange(len(keys)) - np.repeat(begins, np.diff(np.append(begins, len(keys))))
    return found


def number(streets: Streets, lots: Lots, rng: np.random.Generator) -> None:
    """Set `number`: a hundred or more a block, odd on the left, counted from the start of the street.

    Lots must be in order of edge and metres, edges in order along their street. In about half of the
    mobile home parks (`rank`, `style`) all homes share one number and have a lot each.
    """
    edges = len(streets.length)
    street = streets.chain_street[streets.chain]
    per_side = np.zeros((edges, 2), np.int64)
    np.add.at(per_side, (lots.edge, lots.side), 1)
    most = per_side.max(axis=1)
    step = np.clip(2 * (98 // np.maximum(2 * most, 1)), 2, 8)
    hundreds = np.where(most > 0, np.ceil((4 + most * step) / 100), streets.length > 60).astype(np.int64)
    block = _blocks(streets, street, hundreds)
    place = ranks(lots.edge.astype(np.int64) * 2 + lots.side)
    lots.number = (block[lots.edge] * 100 + 2 + place * step[lots.edge] + (lots.side == 0)).astype(np.int32)
    chain = streets.chain[lots.edge]
    parks = rng.random(int(streets.chain.max()) + 1) < 0.5
    rows = np.flatnonzero((lots.use == Use.MOBILE) & (lots.units == 1) & parks[chain] & ~lots.fixed)
    lots.rank[rows] = ranks(chain[rows].astype(np.int64)) + 1
    lots.style[rows] = Style.LOT
    lowest = np.full(len(parks), np.iinfo(np.int32).max, np.int32)
    np.minimum.at(lowest, chain[rows], lots.number[rows])
    lots.number[rows] = lowest[chain[rows]]


def _blocks(streets: Streets, street: Ints, hundreds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Hundred at which each edge begins."""
    edges = len(street)
    order = np.argsort(street, kind="stable")
    running = np.cumsum(hundreds[order]) - hundreds[order]
    begins = np.flatnonzero(np.append(True, np.diff(street[order]) != 0))
    sizes = np.diff(np.append(begins, edges))
    from_centre = np.hypot(*streets.node_xy[streets.start[order[begins]]].T)
    base = 1 + (from_centre // BASE_EVERY_M).astype(np.int64)
    block = np.empty(edges, np.int64)
    block[order] = running + np.repeat(base - running[begins], sizes)
    return block


def unit_names(lots: Lots) -> list[str]:
    """Unit of every premise: Apt 1.., Unit A.., Ste 101.., Lot 1.."""
    found: list[str] = []
    for count, style, rank in zip(lots.units.tolist(), lots.style.tolist(), lots.rank.tolist(), strict=True):
        if style == Style.LOT:
            found.append(f"Lot {rank}")
        elif style == Style.NONE or count == 1:
            found.extend([""] * count)
        elif style == Style.UNIT:
            found.extend(f"Unit {'ABCDEFGHIJKL'[k]}" for k in range(count))
        else:
            first, word = (101, "Ste") if style == Style.SUITE else (1, "Apt")
            found.extend(f"{word} {k}" for k in range(first, first + count))
    return found
