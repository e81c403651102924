"""What the meters say: which are off, since when, and what was made of it. Columns, one row a premise.

A meter's last word is the event that *happened* last, whenever it arrived: the newest time of power on
and the newest time of power off are kept, and the later one holds. So duplicates change nothing, and a
restoration that arrives before its last gasp is not undone by it. At the same instant "on" wins: a meter
that came back within its clock's resolution is back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stormops.core.address import compact
from stormops.core.distinct import distinct
from stormops.core.network import Bools, Ints

Longs = npt.NDArray[np.int64]

HOLD_MS = 20_000
"""A loss shorter than this (platform time) is momentary and is no evidence.

A recloser that clears a fault has done so within its reclosing sequence, a few seconds to about fifteen;
and what a whole city's meters say must be known within 30 s.
"""

WINDOW_MS = 7 * 86_400_000
"""An event is taken to have happened at most this long before it was received, and never after that."""

READ_AGAIN_MS = 60_000
"""A read so soon after another is the same one by another way: it shows no interval."""

_FAR = np.iinfo(np.int64).max
_COLUMNS = ("on_ms", "off_ms", "since_ms", "told_ms", "read_ms", "gap_ms")


class Turned(NamedTuple):
    """Premises whose meters turned: `on` and `off`, each with its time, ascending; `waiting` become due at `due`."""

    on: Ints
    on_ms: Longs
    off: Ints
    off_ms: Longs
    waiting: Ints
    due: Longs


def meter_receipt(premise: int) -> int:
    """The number under which a premise's meter is among the open reports: below zero, no door gives it out."""
    return -premise - 1


def rows_of(premises_meter: Sequence[str]) -> dict[str, int]:
    """Premise by meter number in its normal form; the first premise has a number that several have."""
    found: dict[str, int] = {}
    for row, meter in enumerate(premises_meter):
        key = _normal(meter)
        if key:
            found.setdefault(key, row)
    return found


def _normal(meter: str) -> str:
    """Digits are their own normal form; letters, spaces and hyphens are compared as matching does."""
    return meter if meter.isdigit() and meter.isascii() else compact(meter)


class Meters:
    """The columns. Times in platform ms, 0 = never; made with the first event.

    `on_ms`, `off_ms`: the newest event of each; `since_ms`: the first loss known since power was last on
    (0 = on, or never heard of); `told_ms`: the loss that is evidence now (0 = none). `read_ms`: when the last
    check that found it with power was received, `gap_ms`: how long after the one before, nothing having stood in
    between. `heard` counts events, `repeated` those known already by meter, kind and time, `strangers` those of
    meters that no premise has; `told` premises with `told_ms`.
    """

    def __init__(self, premises_meter: Sequence[str]) -> None:
        self._numbers = premises_meter
        self._row_of: dict[str, int] | None = None
        self.on_ms = self.off_ms = self.since_ms = self.told_ms = np.zeros(0, np.int64)
        self.read_ms = self.gap_ms = self.on_ms
        self.heard = self.repeated = self.strangers = self.told = 0

    def rows(self, meters: Sequence[str]) -> Ints:
        """The premise of each meter number, -1 = not known here."""
        if self._row_of is None:
            self._row_of = rows_of(self._numbers)
        get = self._row_of.get
        rows = list(map(get, meters))  # most are written as they are compared
        if None in rows:
            rows = [get(_normal(meter), -1) if row is None else row for row, meter in zip(rows, meters, strict=True)]
        return np.array(rows, np.int32)

    def hear(self, premises: Ints, off: Bools, at_ms: Longs) -> None:
        """Events, in any order: `premises` (N) rows or -1, whether each says off (N), and when (N). O(N log N)."""
        if not len(premises):
            return
        if not len(self.on_ms):
            for name in _COLUMNS:
                setattr(self, name, np.zeros(len(self._numbers), np.int64))
        self.heard += len(premises)
        known = premises >= 0
        self.strangers += len(premises) - int(np.count_nonzero(known))
        row, off, at = self._news(premises[known], off[known], at_ms[known])
        touched = distinct(row)
        np.maximum.at(self.on_ms, row[~off], at[~off])
        on = self.on_ms[touched]
        since, last = self.since_ms[touched], self.off_ms[touched]
        self.since_ms[touched] = np.where(since > on, since, np.where(last > on, last, _FAR))
        lost = off & (at > self.on_ms[row])
        np.minimum.at(self.since_ms, row[lost], at[lost])
        np.maximum.at(self.off_ms, row[off], at[off])
        since = self.since_ms[touched]
        self.since_ms[touched] = np.where(since == _FAR, 0, since)

    def read(self, premises: Ints, at_ms: int, silent_ms: Longs | None = None) -> None:
        """Checks that found power, received at one moment: `premises` (N) rows or -1. After `hear`.

        `silent_ms` (P): until when each meter could not be heard, which shows no interval; nor does an outage.
        """
        row = distinct(premises[premises >= 0])
        if not len(row):
            return
        before = self.read_ms[row]
        gap = at_ms - before
        sound = (before > 0) & (gap >= READ_AGAIN_MS) & (self.off_ms[row] < before)
        if silent_ms is not None:
            sound &= silent_ms[row] < before
        self.gap_ms[row[sound]] = gap[sound]
        self.read_ms[row] = np.maximum(before, at_ms)

    def _news(self, row: Ints, off: Bools, at: Longs) -> tuple[Ints, Bools, Longs]:
        """The events without those known already by meter, kind and time."""
        known = np.where(off, (at == self.off_ms[row]) | (at == self.since_ms[row]), at == self.on_ms[row])
        row, off, at = row[~known], off[~known], at[~known]
        order = np.lexsort((off, at, row))
        row, off, at = row[order], off[order], at[order]
        new = np.ones(len(row), bool)
        new[1:] = (row[1:] != row[:-1]) | (at[1:] != at[:-1]) | (off[1:] != off[:-1])
        self.repeated += len(known) - int(np.count_nonzero(new))
        return row[new], off[new], at[new]

    def turned(self, premises: Ints, answered_ms: Longs | None, now_ms: int, hold_ms: int) -> Turned:
        """What is to be told now of these premises (ascending, each once).

        `answered_ms` (P): when people last said that a premise has service again. A meter told off that
        says so again after that is told anew: people were wrong, or it is another outage (a nested one).
        """
        if not len(self.on_ms):
            premises = premises[:0]
            return Turned(premises, _none(), premises, _none(), premises, _none())
        on, last = self.on_ms[premises], self.off_ms[premises]
        since, told = self.since_ms[premises], self.told_ms[premises]
        answered = np.zeros(len(premises), np.int64) if answered_ms is None else answered_ms[premises]
        back = (told > 0) & (on >= told)
        still = (told > 0) & ~back & (since > 0) & (answered >= told) & (last > answered)
        lost = (since > 0) & ((told == 0) | back | still)
        # Of losses before and after a restoration that people told of, it answers the earlier ones.
        at = np.where((since <= answered) & (last > answered), last, since)
        sure = lost & (at + hold_ms <= now_ms)
        waits = lost & ~sure
        return Turned(premises[back], on[back], premises[sure], at[sure], premises[waits], at[waits] + hold_ms)

    def unheard(self, premises: Ints, answered_ms: Longs | None) -> Longs:
        """(N): since when each is said to have service again without a word of its meter, which was off; 0 = it is not.

        `answered_ms` (P): when people last said that a premise has service again. What they say of a loss that was
        presumed, not said by the meter, holds until the meter speaks.
        """
        if not len(self.on_ms) or answered_ms is None:
            return np.zeros(len(premises), np.int64)
        told, answered = self.told_ms[premises], answered_ms[premises]
        silent = (told > 0) & (self.since_ms[premises] > 0) & (answered >= told) & (told <= self.off_ms[premises])
        return np.where(silent, answered, 0)

    def presumed(self, premise: int) -> bool:
        """Whether the loss that is told of a premise is one that its meter did not say."""
        return len(self.told_ms) > 0 and bool(self.told_ms[premise] > self.off_ms[premise])

    def says(self, premise: int) -> str:
        """The last word of a premise's meter: off or on; unknown when it never had one (silence is not "on")."""
        if not len(self.on_ms):
            return "unknown"
        if self.since_ms[premise]:
            return "off"
        return "on" if self.on_ms[premise] else "unknown"

    def tell(self, premises: Sequence[int], at_ms: Sequence[int]) -> None:
        """These losses are evidence now; 0 = the meter is on again. Of one told twice the last holds."""
        if not len(self.told_ms) or not premises:
            return
        row = np.array(premises, np.intp)
        each = distinct(row)
        self.told -= int(np.count_nonzero(self.told_ms[each]))
        self.told_ms[row] = at_ms
        self.told += int(np.count_nonzero(self.told_ms[each]))

    def forget_told(self) -> None:
        """Nothing was told: the premises have other numbers now."""
        self.told_ms[:] = 0
        self.told = 0

    def state(self) -> dict[str, Any]:
        """Everything as plain values: rows with anything in them, column by column."""
        columns = np.stack([getattr(self, name) for name in _COLUMNS])
        used = np.flatnonzero(columns.any(axis=0)).astype(np.int32)
        counts = (self.heard, self.repeated, self.strangers, self.told)
        return {"rows": used.tobytes(), "columns": columns[:, used].tobytes(), "counts": counts}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave, made with the same city."""
        self.heard, self.repeated, self.strangers, self.told = state["counts"]
        rows = np.frombuffer(state["rows"], np.int32)
        columns = np.zeros((len(_COLUMNS), len(self._numbers) if self.heard else 0), np.int64)
        columns[:, rows] = np.frombuffer(state["columns"], np.int64).reshape(len(_COLUMNS), len(rows))
        for name, column in zip(_COLUMNS, columns, strict=True):
            setattr(self, name, column)


def _none() -> Longs:
    return np.empty(0, np.int64)
