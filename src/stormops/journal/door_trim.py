"""Deleting from a door what nobody needs there any more, a little at a time.

A row leaves when the journal has all of it and it is older than the door keeps; a row of idempotency
keys, when they are past their window. Never the last row of a lane, which says how far its counter is,
so that no receipt is given twice; and never what a person said of being texted (`ContactPreference`):
intake fills `contacts.sqlite` from the doors. The room is used again by what comes: a door is at most as
large as the busiest days that it keeps.

Each step is one transaction of bounded size, between two commits: whatever is killed, it was made or not.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

ROWS_MAX = 1_000
BYTES_MAX = 2 * 1024 * 1024
"""Looked at in one step of one table, at least one row: milliseconds of work for the writer."""

_KEPT_FOR_EVER = b"contact_preference"

ALL = 2**63 - 1
"""Beyond every counter."""


class Old(NamedTuple):
    """What of one table is done with: rows up to `counter`, recorded before `before_ms`, at `now_ms`."""

    table: str
    counter: int
    before_ms: int
    now_ms: int


class Trimmer:
    """Trims one open door file, step by step. Made anew with each opening; it remembers only where it was."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._after: dict[str, int] = {}

    def step(self, olds: list[Old]) -> int:
        """Delete a little of each table; gives the number of rows. Raises sqlite3.Error: nothing was deleted."""
        found = {old.table: self._find(old) for old in olds}
        if any(counters for counters, _ in found.values()):
            self._connection.execute("BEGIN IMMEDIATE")
            for table, (counters, _) in found.items():
                self._connection.executemany(
                    f"DELETE FROM {table} WHERE counter = ?",  # noqa: S608 - one of three names
                    [(counter,) for counter in counters],
                )
            self._connection.execute("COMMIT")
        for table, (_, after) in found.items():
            self._after[table] = after
        return sum(len(counters) for counters, _ in found.values())

    def _find(self, old: Old) -> tuple[list[int], int]:
        """The rows to delete, and the counter up to which everything was looked at."""
        keys = old.table == "key_rows"
        last = ALL if keys else self._last(old.table)
        after, seen, counters = self._after.get(old.table, 0), 0, list[int]()
        rows = self._connection.execute(
            f"SELECT counter, recorded_ms, body FROM {old.table} WHERE counter > ? ORDER BY counter LIMIT {ROWS_MAX}",  # noqa: S608 - one of three names
            (after,),
        )
        for counter, recorded_ms, body in rows:
            future = recorded_ms > old.now_ms  # by a clock that was wrong: it holds up nothing
            if counter > old.counter or counter >= last or (recorded_ms >= old.before_ms and not future):
                break
            after = counter
            if not future and (keys or _KEPT_FOR_EVER not in body):
                counters.append(counter)
            seen += len(body)
            if seen >= BYTES_MAX:
                break
        rows.close()
        return counters, after

    def _last(self, table: str) -> int:
        last: int = self._connection.execute(f"SELECT ifnull(max(counter), 0) FROM {table}").fetchone()[0]  # noqa: S608 - one of three names
        return last
