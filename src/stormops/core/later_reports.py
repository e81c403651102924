"""Receipts that name another report, open or gone: those sent twice, and those that said again what was said.

Their words stay in the journal, at `position`. 21 bytes a report in columns, and its entry in one index: a
customer may call ten times, and a city a million.
"""

from __future__ import annotations

from array import array
from enum import IntEnum
from typing import NamedTuple

import numpy as np

COLUMNS: tuple[tuple[str, str], ...] = (("receipt", "q"), ("of", "q"), ("position", "I"), ("kind", "b"))
"""Column and its array type code, the snapshot's order."""


class Kind(IntEnum):
    """Why a receipt names another: the same request twice, or the same said again, without or with a note."""

    SENT_TWICE = 0
    SAID_AGAIN = 1
    NOTED = 2


class Later(NamedTuple):
    """A report that names another one, and its journal position."""

    receipt: int
    position: int
    kind: Kind


class LaterReports:
    """Columns, found by receipt (an integer, the 14 digits). Nothing leaves: a receipt is good for ever."""

    __slots__ = ("kind", "of", "position", "receipt", "row_of")

    receipt: array[int]
    of: array[int]
    position: array[int]
    kind: array[int]

    def __init__(self) -> None:
        for name, code in COLUMNS:
            setattr(self, name, array(code))
        self.row_of: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.row_of)

    def __contains__(self, receipt: int) -> bool:
        return receipt in self.row_of

    def first(self, receipt: int) -> int:
        """The receipt that this one names; of any other, itself."""
        row = self.row_of.get(receipt)
        return receipt if row is None else self.of[row]

    def add(self, receipt: int, of: int, position: int, kind: Kind) -> None:
        """The report at this journal position names `of`, which names none."""
        self.row_of[receipt] = len(self.receipt)
        self.receipt.append(receipt)
        self.of.append(of)
        self.position.append(position)
        self.kind.append(kind)

    def naming(self, first: int) -> list[Later]:
        """All that name this report, newest first. O(all), in C: 1 ms of a million."""
        rows = np.flatnonzero(np.asarray(self.of) == first).tolist() if self.row_of else []
        found = (Later(self.receipt[row], self.position[row], Kind(self.kind[row])) for row in rows)
        return sorted(found, key=lambda later: -later.position)

    def copy_columns(self) -> dict[str, bytes]:
        """The columns as bytes, ordered by receipt: the same reports give the same bytes."""
        columns = {name: np.frombuffer(getattr(self, name).tobytes(), code) for name, code in COLUMNS}
        order = np.argsort(columns["receipt"])
        return {name: column[order].tobytes() for name, column in columns.items()}

    @classmethod
    def from_columns(cls, columns: dict[str, bytes]) -> LaterReports:
        """Back from `copy_columns`."""
        self = cls()
        for name, _ in COLUMNS:
            getattr(self, name).frombytes(columns[name])
        self.row_of = {receipt: row for row, receipt in enumerate(self.receipt)}
        return self
