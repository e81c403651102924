"""The doors of several machines in the shared database: each relay puts its own there, operations drains them all.

Each door has a row of its own that its relay locks while it copies: what one relay holds, however
long, no other relay and no reader waits for. What the journal has is removed by who drains.

Bound: `AHEAD_MAX` news of one door wait here for operations; the rest wait in their machine's door.
Safety news are always let in (invariant 12).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from stormops.core.entry import News, decode, encode
from stormops.journal.door_files import SAFETY
from stormops.journal.port import DRAIN_BYTES_MAX, Beat
from stormops.journal.postgres_database import PostgresDatabase

AHEAD_MAX = 50_000
REMOVE_EVERY_S = 5.0

_OWN = """SELECT relay_doors.name, relay_doors.id, relay_doors.counter, coalesce(doors.counter, 0)
          FROM relay_doors LEFT JOIN doors ON doors.name = relay_doors.name
          WHERE relay_doors.name = ANY(%b) ORDER BY relay_doors.id FOR UPDATE OF relay_doors"""
_INSERT = "INSERT INTO relayed SELECT * FROM unnest(%b::int[], %b::bigint[], %b::bigint[], %b::bytea[])"
_REACHED = """UPDATE relay_doors SET counter = reached.counter
              FROM unnest(%b::text[], %b::bigint[]) AS reached (name, counter) WHERE relay_doors.name = reached.name"""
_WAITING = """
SELECT name, counter, recorded_ms, body FROM (
SELECT door.name, waiting.counter, waiting.recorded_ms, waiting.body,
    sum(length(waiting.body)) OVER inorder - length(waiting.body) AS before, row_number() OVER inorder AS place
FROM relay_doors AS door
LEFT JOIN unnest(%b::text[], %b::bigint[]) AS drained (name, counter) ON drained.name = door.name
CROSS JOIN LATERAL (
    SELECT counter, recorded_ms, body, row_number() OVER (ORDER BY counter) AS turn FROM relayed
    WHERE relayed.door = door.id AND relayed.counter > coalesce(drained.counter, 0) ORDER BY counter LIMIT %b
) AS waiting
WINDOW inorder AS (ORDER BY door.name NOT LIKE %b, waiting.turn, door.name ROWS UNBOUNDED PRECEDING)
) AS inorder WHERE before < %b AND place <= %b ORDER BY place"""
_REMOVE = """DELETE FROM relayed USING relay_doors, unnest(%b::text[], %b::bigint[]) AS drained (name, counter)
             WHERE relay_doors.name = drained.name AND relayed.door = relay_doors.id
             AND relayed.counter <= drained.counter"""


def _nothing(door: str, sentence: str) -> None:
    """The default of `unreadable`."""


class RelayedDoors:
    """See `port.DoorReader`, which `operations` uses; and `put`, which relays use.

    `unreadable(door, sentence)` is called when a door begins to be skipped: it holds what this version
    cannot read. It is tried again at every `drain`.
    """

    def __init__(self, url: str, unreadable: Callable[[str, str], object] = _nothing) -> None:
        self._database = PostgresDatabase(url)
        self._unreadable = unreadable
        self._skipped: set[str] = set()
        self._removed = float("-inf")
        self.cut = False

    # --- relays -----------------------------------------------------------------------------------

    def reached(self) -> dict[str, int]:
        """For every door, the highest counter that was put here. Raises JournalUnavailable."""
        with self._database.reading() as cursor:
            rows = [] if cursor is None else cursor.execute("SELECT name, counter FROM relay_doors").fetchall()
            return dict(rows)

    def heard(self) -> Beat | None:
        """The last word of who leads (`port.Journal.heard`). Raises JournalUnavailable."""
        return self._database.heard()

    def put(self, news: Sequence[News]) -> dict[str, int]:
        """Put what is not here yet, in one transaction, each door in its order as far as its bound allows.

        Gives what these doors have reached. Raises JournalUnavailable: nothing was put.
        """
        names = sorted({item.door for item in news})
        with self._database.writing() as cursor:
            cursor.execute(
                "INSERT INTO relay_doors (name, counter) SELECT name, 0 FROM unnest(%b::text[]) AS asked (name)"
                " WHERE name NOT IN (SELECT name FROM relay_doors) ON CONFLICT DO NOTHING",
                (names,),
            )
            doors = cursor.execute(_OWN, (names,)).fetchall()
            number = {name: door for name, door, _, _ in doors}
            reached = {name: counter for name, _, counter, _ in doors}
            bound = {name: journaled + AHEAD_MAX for name, _, _, journaled in doors}
            rows: list[tuple[int, int, int, bytes]] = []
            for item in news:
                allowed = item.door.endswith(SAFETY) or item.counter <= bound[item.door]
                if allowed and item.counter > reached[item.door]:
                    rows.append((number[item.door], item.counter, item.recorded_ms, encode(item.fact)))
                    reached[item.door] = item.counter
            if rows:
                cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
                cursor.execute(_REACHED, (list(reached), list(reached.values())))
        return reached

    # --- operations -------------------------------------------------------------------------------

    def drain(self, drained: dict[str, int], limit: int = 5_000) -> list[News]:
        """See `port.DoorReader.drain`: safety first, then a turn for each door. Raises JournalUnavailable."""
        counters = list(drained), list(drained.values())
        self.cut = False
        with self._database.reading() as cursor:
            if cursor is None:
                return []
            rows = cursor.execute(_WAITING, (*counters, limit, f"%{SAFETY}", DRAIN_BYTES_MAX, limit)).fetchall()
            self.cut = len(rows) >= limit or sum(len(body) for *_, body in rows) >= DRAIN_BYTES_MAX
            if drained and time.monotonic() - self._removed > REMOVE_EVERY_S:
                cursor.execute(_REMOVE, counters)
                self._removed = time.monotonic()
        return self._readable(rows)

    def _readable(self, rows: Sequence[tuple[str, int, int, bytes]]) -> list[News]:
        """The news, of each door as far as it can be read: nothing is passed over."""
        news: list[News] = []
        skipped: dict[str, str] = {}
        for door, counter, recorded_ms, body in rows:
            if door in skipped:
                continue
            try:
                news.append(News(door, counter, recorded_ms, decode(body)))
            except msgspec.DecodeError as error:
                skipped[door] = str(error)
        for door in skipped.keys() - self._skipped:
            self._unreadable(door, skipped[door])
        self._skipped = set(skipped)
        return news

    def close(self) -> None:
        """Close the connection."""
        self._database.close()
