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
from stormops.journal.port import door_files
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

    def read(self, reached: dict[str, int], limit: int, *, safety: bool) -> list[News]:
        """The next news of one lane."""
        name = self.identity + SAFETY if safety else self.identity
        if safety and not self._has_safety():
            return []
        table, after = "safety" if safety else "facts", reached.get(name, 0)
        rows = self.connection.execute(
            f"SELECT counter, recorded_ms, body FROM {table} WHERE counter > ? ORDER BY counter",  # noqa: S608 - one of two names
            (after,),
        )
        news: list[News] = []
        for last, recorded_ms, body in rows:
            facts = unpack(body)
            first = last - len(facts) + 1
            news += [News(name, i, recorded_ms, fact) for i, fact in enumerate(facts, first) if i > after]
            if len(news) >= limit:
                rows.close()
                break
        return news[:limit]

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

    def drain(self, drained: dict[str, int], limit: int = 5_000) -> list[News]:
        """News after the given counters, each lane in its order, at most `limit`, safety lanes first.

        Each door gets an equal share first; what some leave goes to the others, another one first each time.
        """
        paths = door_files(self._folder)
        if not paths:
            return []
        self._turn = (self._turn + 1) % len(paths)
        turns = paths[self._turn :] + paths[: self._turn]
        reached = dict(drained)
        news = self._take(turns, reached, limit, safety=True)
        return news + self._take(turns, reached, limit - len(news), safety=False)

    def _take(self, turns: list[Path], reached: dict[str, int], limit: int, *, safety: bool) -> list[News]:
        """From one lane of every door, in turns."""
        news: list[News] = []
        share = max(1, limit // len(turns))
        while turns and len(news) < limit:
            more = []
            for path in turns:
                want = min(share, limit - len(news))
                page = self._read(path, reached, want, safety=safety) if want else []
                news += page
                if page:
                    reached[page[-1].door] = page[-1].counter
                if want and len(page) == want:
                    more.append(path)
            turns = more
        return news

    def close(self) -> None:
        """Close every door."""
        for path in list(self._open):
            self._drop(path)

    def _read(self, path: Path, reached: dict[str, int], limit: int, *, safety: bool) -> list[News]:
        try:
            door = self._open.get(path)
            if door is None or path.stat().st_ino != door.inode:
                self._drop(path)
                door = self._open[path] = _Open(path)
            page = door.read(reached, limit, safety=safety)
        except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
            self._drop(path)
            if not self._skipped & {(path, True), (path, False)}:
                self._unreadable(path.name, str(error))
            self._skipped.add((path, safety))
            return []
        self._skipped.discard((path, safety))
        return page

    def _drop(self, path: Path) -> None:
        door = self._open.pop(path, None)
        if door is not None:
            door.connection.close()
