"""The reading side of all doors: what each has that the journal does not, a fair share from each.

Safety lanes come first, whatever waits in the others (invariant 12). To the journal a safety lane is a
door of its own: the door's identity and `.safety`, with that lane's counter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec

from stormops.core.entry import News
from stormops.journal.port import DRAIN_BYTES_MAX, door_files
from stormops.journal.rows import unpack

SAFETY = ".safety"
"""What the name of a safety lane ends in."""


def _nothing(door: str, sentence: str) -> None:
    """The default of `unreadable`."""


class _Open:
    """One door, open for reading. `inode` tells when the file behind the path is another one."""

    def __init__(self, path: Path) -> None:
        self.inode = path.stat().st_ino
        # Read-only, and never `immutable`: the writer is at work, or was killed and left a log to recover.
        self.connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=1.0, check_same_thread=False
        )
        try:
            (self.identity,) = self.connection.execute("SELECT value FROM meta WHERE name = 'door'").fetchone()
        except (sqlite3.Error, TypeError) as error:
            self.connection.close()
            raise sqlite3.DatabaseError(f"not a door: {error}") from error
        self._laned = False

    def read(self, reached: dict[str, int], limit: int, room: int, *, safety: bool) -> tuple[list[News], int]:
        """The next news of one lane, and their bytes: no more than `room` of them, or a single fact."""
        name = self.identity + SAFETY if safety else self.identity
        if safety and not self._has_safety():
            return [], 0
        table, after = "safety" if safety else "facts", reached.get(name, 0)
        rows = self.connection.execute(
            f"SELECT counter, recorded_ms, body FROM {table} WHERE counter > ? ORDER BY counter",  # noqa: S608 - one of two names
            (after,),
        )
        news: list[News] = []
        size = 0
        for last, recorded_ms, body in rows:
            if news and size + len(body) > room:
                break
            facts = unpack(body)
            first = last - len(facts) + 1
            news += [News(name, i, recorded_ms, fact) for i, fact in enumerate(facts, first) if i > after]
            if size == 0 and len(body) > room:  # one commit of much: a part of it, at least one fact
                news = news[: max(1, len(facts) * room // len(body))]
                size = len(body) * len(news) // len(facts)
                break
            size += len(body)
            if len(news) >= limit:
                break
        rows.close()
        return news[:limit], size

    def _has_safety(self) -> bool:
        """Whether its writer has given this door a safety lane yet; one of schema 1 gets it when next opened."""
        if not self._laned:
            found = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'safety'").fetchone()
            self._laned = found is not None
        return self._laned


class DoorFiles:
    """The doors of a data folder. `unreadable(file name, sentence)` is called when one begins to be skipped.

    An unreadable door is tried again at every `drain`; nothing of it is passed over.
    """

    def __init__(self, folder: Path, unreadable: Callable[[str, str], object] = _nothing) -> None:
        self._folder = folder
        self._unreadable = unreadable
        self._open: dict[Path, _Open] = {}
        self._skipped: set[tuple[Path, bool]] = set()  # lanes: the door, and whether it is its safety lane
        self._turn = 0
        self.cut = False

    def drain(self, drained: dict[str, int], limit: int = 5_000) -> list[News]:
        """News after the given counters, each lane in its order, safety lanes first. See `port.DoorReader`.

        Each door gets an equal share first; what some leave goes to the others, another one first each time.
        """
        self.cut = False
        paths = door_files(self._folder)
        if not paths:
            return []
        self._turn = (self._turn + 1) % len(paths)
        turns = paths[self._turn :] + paths[: self._turn]
        reached = dict(drained)
        news, size = self._take(turns, reached, limit, DRAIN_BYTES_MAX, safety=True)
        more, rest = self._take(turns, reached, limit - len(news), DRAIN_BYTES_MAX - size, safety=False)
        self.cut = len(news) + len(more) >= limit or size + rest >= DRAIN_BYTES_MAX
        return news + more

    def _take(
        self, turns: list[Path], reached: dict[str, int], limit: int, room: int, *, safety: bool
    ) -> tuple[list[News], int]:
        """From one lane of every door, in turns; and their bytes."""
        news: list[News] = []
        size = 0
        share, room_share = max(1, limit // len(turns)), max(1, room // len(turns))
        while turns:
            more = []
            for path in turns:
                want = min(share, limit - len(news))
                if want <= 0 or size >= room:
                    return news, size
                page, taken = self._read(path, reached, want, min(room_share, room - size), safety=safety)
                size += taken
                if page:
                    news += page
                    reached[page[-1].door] = page[-1].counter
                    more.append(path)
            turns = more
        return news, size

    def close(self) -> None:
        """Close every door."""
        for path in list(self._open):
            self._drop(path)

    def _read(
        self, path: Path, reached: dict[str, int], limit: int, room: int, *, safety: bool
    ) -> tuple[list[News], int]:
        try:
            door = self._open.get(path)
            if door is None or path.stat().st_ino != door.inode:
                self._drop(path)
                door = self._open[path] = _Open(path)
            page = door.read(reached, limit, room, safety=safety)
        except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
            self._drop(path)
            if not self._skipped & {(path, True), (path, False)}:
                self._unreadable(path.name, str(error))
            self._skipped.add((path, safety))
            return [], 0
        self._skipped.discard((path, safety))
        return page

    def _drop(self, path: Path) -> None:
        door = self._open.pop(path, None)
        if door is not None:
            door.connection.close()
