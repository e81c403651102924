"""The open reports as columns: what must be at hand of a report while it is open.

What the customer said stays in the journal, at `position`; why it was matched (or not) at `verdict`.
About 60 bytes a report and its entry in one index; rows of reports that left are used again.
"""

from __future__ import annotations

from array import array
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stormops.core.report import SYMPTOMS, Channel, Symptom, Utility

Longs = npt.NDArray[np.int64]

SYMPTOM_LIST: tuple[Symptom, ...] = tuple(Symptom)
SYMPTOM_CODE = {symptom: code for code, symptom in enumerate(SYMPTOM_LIST)}
CHANNEL_LIST: tuple[Channel, ...] = tuple(Channel)
CHANNEL_CODE = {channel: code for code, channel in enumerate(CHANNEL_LIST)}
NOWHERE = -(2**31)
"""Coordinate of a report that gave none."""

SAFETY, MEDICAL, SHOWN, ANSWERED, MATCHED_ONCE, NOTED = 1, 2, 4, 8, 16, 32
"""Bits of the column `flags`. `NOTED`: it has a note."""

CHANNEL_SHIFT = 8
"""The bits of `flags` from here on are the channel's code."""


class Standing(IntEnum):
    """How far an open report has come."""

    RECEIVED = 0
    MATCHED = 1
    UNMATCHED = 2


RECEIVED, MATCHED, UNMATCHED = (int(standing) for standing in Standing)


class OpenReport(NamedTuple):
    """One open report. `premise` -1 = none; `incident` is a key, -1 = none; lon/lat as given, None = not given.

    `repeats`: how often it was heard again; `heard_ms`: when it was heard last; `noted`: where the journal has the
    newest of the reports that said it again and have a note, 0 = none has.
    """

    receipt: int
    position: int
    verdict: int
    received_ms: int
    symptom: Symptom
    utility: Utility
    standing: Standing
    premise: int
    incident: int
    penalty: int
    rule: str
    safety: bool
    medical: bool
    shown: bool
    answered: bool
    lon: float | None
    lat: float | None
    channel: Channel
    repeats: int
    heard_ms: int
    noted: int


COLUMNS: tuple[tuple[str, str], ...] = (
    ("receipt", "q"),
    ("position", "q"),
    ("verdict", "q"),
    ("received_ms", "q"),
    ("premise", "i"),
    ("incident", "i"),
    ("lon_e7", "i"),
    ("lat_e7", "i"),
    ("penalty", "h"),
    ("rule", "h"),
    ("symptom", "b"),
    ("standing", "b"),
    ("flags", "h"),
)
"""Column and its array type code, the snapshot's order."""


_FRESH: dict[str, Longs | list[int] | int] = {"premise": -1, "incident": -1, "lon_e7": NOWHERE, "lat_e7": NOWHERE}
"""Columns of a report of which nothing is known yet; all others are 0."""


def pack_pairs(pairs: dict[int, int]) -> tuple[bytes, bytes]:
    """A dictionary of 63-bit integers as two columns of bytes, ordered by key."""
    keys = np.fromiter(pairs.keys(), np.int64, len(pairs))
    values = np.fromiter(pairs.values(), np.int64, len(pairs))
    order = np.argsort(keys)
    return keys[order].tobytes(), values[order].tobytes()


def unpack_pairs(keys: bytes, values: bytes) -> dict[int, int]:
    """Back from `pack_pairs`."""
    return dict(zip(np.frombuffer(keys, np.int64).tolist(), np.frombuffer(values, np.int64).tolist(), strict=True))


class OpenReports:
    """Columns of open reports, found by receipt (an integer, the 14 digits)."""

    __slots__ = (
        *(name for name, _ in COLUMNS),
        "_appends",
        "_columns",
        "_free",
        "_rule_code",
        "again",
        "row_of",
        "rules",
    )

    receipt: array[int]
    position: array[int]
    verdict: array[int]
    received_ms: array[int]
    premise: array[int]
    incident: array[int]
    lon_e7: array[int]
    lat_e7: array[int]
    penalty: array[int]
    rule: array[int]
    symptom: array[int]
    standing: array[int]
    flags: array[int]

    def __init__(self) -> None:
        for name, code in COLUMNS:
            setattr(self, name, array(code))
        self._columns = [getattr(self, name) for name, _ in COLUMNS]
        self._appends = [column.append for column in self._columns]
        self.row_of: dict[int, int] = {}
        self.again: dict[int, tuple[int, int, int]] = {}
        self.rules: list[str] = [""]
        self._rule_code: dict[str, int] = {"": 0}
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self.row_of)

    def __contains__(self, receipt: int) -> bool:
        return receipt in self.row_of

    def add(
        self, receipt: int, position: int, at_ms: int, *, symptom: Symptom, flags: int, where: tuple[int, int]
    ) -> int:
        """A new report; gives its row."""
        values = (receipt, position, 0, at_ms, -1, -1, *where, 0, 0, SYMPTOM_CODE[symptom], RECEIVED, flags)
        if self._free:
            row = self._free.pop()
            for column, value in zip(self._columns, values, strict=True):
                column[row] = value
        else:
            row = len(self.receipt)
            for append, value in zip(self._appends, values, strict=True):
                append(value)
        self.row_of[receipt] = row
        return row

    def add_many(self, receipts: list[int], columns: dict[str, Longs | list[int] | int]) -> None:
        """New reports (N), as `add` for each. `columns`: what differs from `_FRESH`, (N) or the same of all."""
        count = len(receipts)
        given = {**_FRESH, **columns, "receipt": receipts}
        again = [self._free.pop() for _ in range(min(count, len(self._free)))]
        rows = [*again, *range(len(self.receipt), len(self.receipt) + count - len(again))]
        for name, code in COLUMNS:
            column, values = getattr(self, name), np.empty(count, code)
            values[:] = given.get(name, 0)
            if again:
                np.frombuffer(column, code)[again] = values[: len(again)]
            column.frombytes(values[len(again) :].tobytes())
        self.row_of.update(zip(receipts, rows, strict=True))

    def rows_where(self, *, flags: int = 0, without: int = 0, standing: Standing | None = None) -> list[int]:
        """Rows of open reports, meters' too, with all of these flags and none of those, in journal order."""
        found = np.asarray(self.receipt) != 0
        bits = np.asarray(self.flags)
        found &= (bits & flags == flags) & (bits & without == 0)
        if standing is not None:
            found &= np.asarray(self.standing) == standing
        rows = np.flatnonzero(found)
        # What meters say comes many to an entry: the receipt orders those.
        order = np.lexsort((np.asarray(self.receipt)[rows], np.asarray(self.position)[rows]))
        ordered: list[int] = rows[order].tolist()
        return ordered

    def drop(self, receipt: int) -> None:
        """The report leaves; its row may be used again."""
        row = self.row_of.pop(receipt)
        self.again.pop(receipt, None)
        self.receipt[row] = 0
        self._free.append(row)

    def heard_again(self, receipt: int, at_ms: int, noted: int) -> None:
        """The same was said once more, at `at_ms`, with a note at journal position `noted`, 0 = without one."""
        count, heard_ms, before = self.again.get(receipt, (0, self.received_ms[self.row_of[receipt]], 0))
        self.again[receipt] = count + 1, max(heard_ms, at_ms), max(before, noted)

    def heard_ms(self, row: int) -> int:
        """When the report of a row was last heard."""
        again = self.again.get(self.receipt[row])
        return self.received_ms[row] if again is None else again[1]

    def repeats(self, receipt: int) -> int:
        """How often a report was heard again."""
        return self.again[receipt][0] if receipt in self.again else 0

    def rule_code(self, rule: str) -> int:
        """The small number that stands for a matching rule's name."""
        code = self._rule_code.get(rule)
        if code is None:
            code = self._rule_code[rule] = len(self.rules)
            self.rules.append(rule)
        return code

    def get(self, receipt: int) -> OpenReport | None:
        """The report, or None when it is not open."""
        row = self.row_of.get(receipt)
        if row is None:
            return None
        symptom, flags = SYMPTOM_LIST[self.symptom[row]], self.flags[row]
        located = self.lon_e7[row] != NOWHERE
        received_ms = self.received_ms[row]
        repeats, heard_ms, noted = self.again.get(receipt, (0, received_ms, 0))
        return OpenReport(
            receipt=receipt,
            position=self.position[row],
            verdict=self.verdict[row],
            received_ms=received_ms,
            symptom=symptom,
            utility=SYMPTOMS[symptom].utility,
            standing=Standing(self.standing[row]),
            premise=self.premise[row],
            incident=self.incident[row],
            penalty=self.penalty[row],
            rule=self.rules[self.rule[row]],
            safety=bool(flags & SAFETY),
            medical=bool(flags & MEDICAL),
            shown=bool(flags & SHOWN),
            answered=bool(flags & ANSWERED),
            lon=self.lon_e7[row] / 1e7 if located else None,
            lat=self.lat_e7[row] / 1e7 if located else None,
            channel=CHANNEL_LIST[flags >> CHANNEL_SHIFT],
            repeats=repeats,
            heard_ms=heard_ms,
            noted=noted,
        )

    def copy_columns(self) -> dict[str, bytes]:
        """The columns as bytes, rows in journal order: the same reports give the same bytes."""
        columns = {name: np.frombuffer(getattr(self, name).tobytes(), code) for name, code in COLUMNS}
        used = np.flatnonzero(columns["receipt"])
        # What meters say comes many to an entry: the receipt orders those.
        order = used[np.lexsort((columns["receipt"][used], columns["position"][used]))]
        return {name: column[order].tobytes() for name, column in columns.items()}

    @classmethod
    def from_columns(cls, columns: dict[str, bytes], rules: list[str], again: list[list[int]]) -> OpenReports:
        """The reports back from `copy_columns`, `rules` and `again` (receipt, repeats, last heard, noted)."""
        self = cls()
        for name, _ in COLUMNS:
            getattr(self, name).frombytes(columns[name])
        self.row_of = {receipt: row for row, receipt in enumerate(self.receipt)}
        self.again = {receipt: (repeats, heard_ms, noted) for receipt, repeats, heard_ms, noted in again}
        self.rules = rules
        self._rule_code = {rule: code for code, rule in enumerate(rules)}
        return self
