"""The journal in a PostgreSQL database that several machines share: one leader at a time, any number of followers.

The leader alone gives positions, inside the transaction that appends, and every such transaction
begins by taking the leader's row: so positions become visible in their order and without gaps, and
who no longer leads appends nothing. (A serial or identity column would be given out before the commit
and seen out of order: a follower would skip.)

Who leads renews its lease with everything it reads and appends. Another machine may lead only
`LEASE_S` after the last sign of the one before, by the database's clock; the same machine (`holder`) at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from stormops.core.entry import AnyFact, Entry, News, decode, encode
from stormops.journal.port import Beat, Fenced, JournalUnavailable
from stormops.journal.postgres_database import Cursor, PostgresDatabase

LEASE_S = 15
"""How long a leader may be silent: longer than any tick and any part of a start. Doors keep what comes meanwhile."""

_SETTLE = "SELECT epoch FROM leader FOR UPDATE"
"""A commit whose answer was lost may yet happen. It holds this row: who gets the row has waited for it."""

_INSERT = """INSERT INTO entries
    SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::int[], %b::bigint[], %b::bigint[], %b::int[], %b::bytea[])"""
_READ = """SELECT position, recorded_ms, door, counter, tick, ordinal, body FROM entries
           WHERE position > %b ORDER BY position LIMIT %b"""
_LEAD = """UPDATE leader SET epoch = epoch + 1, holder = %(holder)s, heard = clock_timestamp()
           WHERE holder = %(holder)s OR heard < clock_timestamp() - make_interval(secs => %(lease)s) RETURNING epoch"""
_RENEW = "UPDATE leader SET heard = clock_timestamp() WHERE epoch = %b"
_RELEASE = "UPDATE leader SET heard = '-infinity' WHERE epoch = %b"
_THERE = """SELECT door, counter FROM entries JOIN unnest(%b::int[], %b::bigint[]) AS asked (door, counter)
            USING (door, counter) WHERE door > 0"""
_REACHED = """UPDATE doors SET counter = reached.counter FROM unnest(%b::int[], %b::bigint[]) AS reached (id, counter)
              WHERE doors.id = reached.id"""

_BEAT = """INSERT INTO beat VALUES (1, %b, %b, %b, %b) ON CONFLICT (one) DO UPDATE SET
           position = excluded.position, at_ms = excluded.at_ms, mode = excluded.mode, since_ms = excluded.since_ms"""

_Row = tuple[int, int, int, int, int, int, bytes]


class PostgresJournal:
    """See `port.Journal`. With `read_only` nothing is ever made: until a leader made it, the journal is empty.

    `holder` names the machine, for the lease. Usable from several threads, one call at a time.
    """

    def __init__(self, url: str, *, holder: str = "", read_only: bool = False) -> None:
        self._database = PostgresDatabase(url, read_only=read_only, settle=_SETTLE)
        self._holder = holder
        self._epoch = 0
        self._doors: dict[int, str] = {0: ""}

    def append_news(self, news: Sequence[News], epoch: int) -> list[Entry]:
        """See `port.Journal.append_news`."""
        with self._leading(epoch) as cursor:
            reached, ids = _doors(cursor, sorted({item.door for item in news}))
            there = _there(cursor, [(ids[i.door], i.counter) for i in news if i.counter <= reached[i.door]])
            after = _last(cursor)
            entries: list[Entry] = []
            rows: list[_Row] = []
            for item in news:
                place = ids[item.door], item.counter
                if place in there:
                    continue
                there.add(place)
                position = after + len(rows) + 1
                entries.append(Entry(position, item.recorded_ms, item.door, item.counter, 0, 0, item.fact))
                rows.append((position, item.recorded_ms, *place, 0, 0, encode(item.fact)))
                reached[item.door] = max(item.counter, reached[item.door])
            _insert(cursor, rows)
            cursor.execute(_REACHED, (list(ids.values()), [reached[name] for name in ids]))
            return entries

    def append_facts(self, tick: int, facts: Sequence[AnyFact], recorded_ms: int, epoch: int) -> list[Entry]:
        """See `port.Journal.append_facts`."""
        bodies = [encode(fact) for fact in facts]
        with self._leading(epoch) as cursor:
            there = cursor.execute(
                "SELECT body FROM entries WHERE door = 0 AND tick = %b ORDER BY ordinal", (tick,)
            ).fetchall()
            if there:
                if [body for (body,) in there] != bodies:
                    raise ValueError(f"tick {tick} is in the journal with other facts")
                return []
            after = _last(cursor)
            _insert(cursor, [(after + i, recorded_ms, 0, 0, tick, i, body) for i, body in enumerate(bodies, 1)])
            return [Entry(after + i, recorded_ms, "", 0, tick, i, fact) for i, fact in enumerate(facts, 1)]

    def read(self, after: int, limit: int = 10_000) -> list[Entry]:
        """See `port.Journal.read`."""
        with self._database.reading() as cursor:
            if cursor is None:
                return []
            if self._epoch:
                cursor.execute(_RENEW, (self._epoch,))
            rows = cursor.execute(_READ, (after, limit)).fetchall()
            doors = self._doors
            if any(row[2] not in doors for row in rows):
                doors = self._doors = {0: "", **dict(cursor.execute("SELECT id, name FROM doors").fetchall())}
            return [Entry(p, ms, doors[d], c, t, o, decode(body)) for p, ms, d, c, t, o, body in rows]

    def last(self) -> int:
        """See `port.Journal.last`."""
        with self._database.reading() as cursor:
            return 0 if cursor is None else _last(cursor)

    def drained(self) -> dict[str, int]:
        """See `port.Journal.drained`."""
        with self._database.reading() as cursor:
            return {} if cursor is None else dict(cursor.execute("SELECT name, counter FROM doors").fetchall())

    def lead(self) -> int:
        """See `port.Journal.lead`. Raises JournalUnavailable as well while another machine leads: stand by."""
        with self._database.writing() as cursor:
            row = cursor.execute(_LEAD, {"holder": self._holder, "lease": LEASE_S}).fetchone()
            if row is None:
                (holder,) = cursor.execute("SELECT holder FROM leader").fetchone() or ("another",)
                raise JournalUnavailable(f"{holder} leads; this one stands by")
            self._epoch = int(row[0])
            return self._epoch

    def beat(self, beat: Beat, epoch: int) -> None:
        """See `port.Journal.beat`. It renews the lease."""
        with self._leading(epoch) as cursor:
            cursor.execute(_BEAT, beat)

    def heard(self) -> Beat | None:
        """See `port.Journal.heard`."""
        return self._database.heard()

    def close(self) -> None:
        """Let another lead at once, and close the connection."""
        if self._epoch:
            with contextlib.suppress(JournalUnavailable), self._database.writing() as cursor:
                cursor.execute(_RELEASE, (self._epoch,))
            self._epoch = 0
        self._database.close()

    @contextlib.contextmanager
    def _leading(self, epoch: int) -> Iterator[Cursor]:
        """A transaction that only the leader of this epoch has. Raises Fenced, JournalUnavailable."""
        with self._database.writing() as cursor:
            if cursor.execute(_RENEW, (epoch,)).rowcount != 1:
                raise Fenced(f"epoch {epoch} is over")
            yield cursor


def _last(cursor: Cursor) -> int:
    row = cursor.execute("SELECT coalesce(max(position), 0) FROM entries").fetchone()
    return int(row[0]) if row else 0


def _doors(cursor: Cursor, names: list[str]) -> tuple[dict[str, int], dict[str, int]]:
    """What each of these doors has reached, and its number; a door that is new is made."""
    cursor.execute(
        "INSERT INTO doors (name, counter) SELECT name, 0 FROM unnest(%b::text[]) AS asked (name)"
        " WHERE name NOT IN (SELECT name FROM doors)",
        (names,),
    )
    rows = cursor.execute("SELECT name, counter, id FROM doors WHERE name = ANY(%b)", (names,)).fetchall()
    return {name: counter for name, counter, _ in rows}, {name: number for name, _, number in rows}


def _there(cursor: Cursor, asked: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these (door, counter) are in the journal."""
    if not asked:
        return set()
    doors, counters = zip(*asked, strict=True)
    return {(door, counter) for door, counter in cursor.execute(_THERE, (list(doors), list(counters))).fetchall()}


def _insert(cursor: Cursor, rows: Sequence[_Row]) -> None:
    if rows:
        cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
