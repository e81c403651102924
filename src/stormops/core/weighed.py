"""What was heard, weighed once: while the tables hold, the evidence of the same words is the same.

Reports come one by one from customers who heard the same as others did, below the same device or another; the tables
hold for a quantum of time, or until rates are learned.
"""

from __future__ import annotations

import numpy as np

from stormops.core.forest import Rows
from stormops.core.hearing import Heard, Hearing
from stormops.core.network import Floats

ROOM = 256
"""Kinds that there is room for at first; it doubles."""

ROWS_MOST = 1_024
"""Of more customers at once each kind is found by a sort, which is quicker, and nothing is kept."""

KINDS_MOST = 32_768
"""Kinds kept, of some 300 bytes each; when there are more, all are forgotten."""


class Weighed:
    """The evidence under `hearing` of what was heard since it was made, each kind once."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self._row: dict[bytes, int] = {}
        self._told = np.empty((ROOM, hearing.onsets.slots + 1))

    def evidence(self, heard: Heard) -> Floats:
        """(M, S + 1): as `Hearing.evidence`, to the bit."""
        if len(heard.report) > ROWS_MOST:
            return self.hearing.evidence(heard)
        keys = _keys(heard)
        known = self._row
        new = {key: at for at, key in enumerate(keys) if key not in known}
        if new:
            if len(known) + len(new) > KINDS_MOST:
                known.clear()
                new = {key: at for at, key in enumerate(keys)}
            self._weigh(heard, new)
        return self._told.take([known[key] for key in keys], axis=0)

    def _weigh(self, heard: Heard, new: dict[bytes, int]) -> None:
        """Weigh what was not heard before: `new` says in which rows."""
        rows: Rows = np.fromiter(new.values(), np.intp, len(new))
        told = self.hearing.evidence(heard if len(rows) == len(heard.report) else heard.only(rows))
        first = len(self._row)
        if first + len(rows) > len(self._told):
            more = np.empty((max(2 * len(self._told), first + len(rows)), self._told.shape[1]))
            more[:first] = self._told[:first]
            self._told = more
        self._told[first : first + len(rows)] = told
        self._row.update(zip(new, range(first, first + len(rows)), strict=True))


def _keys(heard: Heard) -> list[bytes]:
    """(M): the same bytes for the same words."""
    columns, neighbours = heard[:-1], heard.neighbours
    table = np.empty((len(neighbours), len(columns) + neighbours.shape[1]), np.int32)
    for at, column in enumerate(columns):
        table[:, at] = column
    table[:, len(columns) :] = neighbours
    keys: list[bytes] = table.view(f"V{table.itemsize * table.shape[1]}").ravel().tolist()
    return keys
