"""What stands out in a storm, for the track of a scrubber: changes of mode and the largest incidents, with positions.

Beside it what was out where, for bills (`outages`).

Read from the journal's facts alone, a piece at a time, and remembered in a file: it is the journal's and can be made
again at any time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from stormops.core import entry as facts
from stormops.core.entry import Entry
from stormops.feed.past.outages import Extents, take
from stormops.journal.port import Journal
from stormops.journal.whole_file import leave

LARGEST = 40
"""Incidents marked: those with the most customers out at once."""

MODES_MAX = 500
"""Changes of mode remembered; beyond, the oldest go."""

ENTRIES = 2_000
"""Entries looked at before somebody else may have a turn."""

VERSION = 2


class Open(msgspec.Struct):
    """An incident on its way through the journal. `n`: the end of the tick in which it came."""

    at_ms: int
    n: int
    below: int = 0
    premises: int = 0
    most: int = 0


class Seen(msgspec.Struct):
    """All that is remembered, up to position `through`. `over`: (customers at most, time, position, id)."""

    city: str
    version: int = VERSION
    through: int = 0
    tick_ms: int = 0
    first_ms: int = 0
    modes: list[dict[str, Any]] = []
    open: dict[str, Open] = {}
    over: list[tuple[int, int, int, str]] = []
    outages: Extents = {}
    fresh: list[str] = []
    new_modes: list[dict[str, Any]] = []


class Marks:
    """`customers`: how many are below each device (by id); `city`: the pack's hash, whose figures those are."""

    def __init__(self, journal: Journal, customers: Mapping[str, int], city: str, file: Path) -> None:
        self._journal = journal
        self._customers = customers
        self._file = file
        self.seen = _load(file, city)
        if self.seen.through > journal.last():  # of another journal
            self.seen = Seen(city)
        self._saved = self.seen.through
        self.whole = False
        """Whether the journal's end was reached."""

    def look(self, until: Callable[[], bool]) -> None:
        """Go on through the journal until its end, or until told. Raises JournalUnavailable."""
        seen = self.seen
        while page := self._journal.read(seen.through, ENTRIES):
            for entry in page:
                self._take(entry)
            seen.through = page[-1].position
            self.whole = len(page) < ENTRIES
            if self.whole or until():
                return
        self.whole = True

    def _take(self, entry: Entry) -> None:
        seen, fact = self.seen, entry.fact
        take(seen.outages, fact)
        if isinstance(fact, facts.Decided):
            _decided(seen, entry.position)
        elif isinstance(fact, facts.IncidentChanged):
            if (one := seen.open.get(fact.incident)) is not None:
                _grown(one, fact, self._customers)
        elif (step := _TAKES.get(type(fact))) is not None:
            step(seen, fact)

    def save(self) -> None:
        """Remember, if there is something new; a disk that refuses costs the next process some seconds."""
        if self._saved == self.seen.through:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            leave(self._file, msgspec.msgpack.encode(self.seen))
        except OSError:
            return
        self._saved = self.seen.through

    def answer(self) -> dict[str, Any]:
        """The marks in order of time."""
        seen = self.seen
        now = [(one.most, one.at_ms, one.n, name) for name, one in seen.open.items() if one.n]
        largest = [
            {"kind": "incident", "at_ms": at_ms, "n": n, "incident": name, "customers": most}
            for most, at_ms, n, name in heapq.nlargest(LARGEST, [*seen.over, *now])
            if most
        ]
        marks = sorted([*seen.modes, *largest], key=lambda mark: (mark["at_ms"], mark["n"]))
        return {"through": seen.through, "whole": self.whole, "first_ms": seen.first_ms, "marks": marks}


def _tick(seen: Seen, fact: facts.Tick) -> None:
    seen.tick_ms = fact.at_ms
    seen.first_ms = seen.first_ms or fact.at_ms


def _opened(seen: Seen, fact: facts.IncidentOpened) -> None:
    seen.open[fact.incident] = Open(seen.tick_ms, 0)
    seen.fresh.append(fact.incident)


def _closed(seen: Seen, fact: facts.IncidentClosed) -> None:
    one = seen.open.pop(fact.incident, None)
    if one is not None and one.n and fact.outcome != "withdrawn":
        heapq.heappush(seen.over, (one.most, one.at_ms, one.n, fact.incident))
        if len(seen.over) > LARGEST:
            heapq.heappop(seen.over)


def _absorbed(seen: Seen, fact: facts.IncidentAbsorbed) -> None:
    seen.open.pop(fact.incident, None)


def _mode(seen: Seen, fact: facts.ModeChanged) -> None:
    mark = {"kind": "mode", "at_ms": seen.tick_ms, "mode": fact.mode.value, "was": fact.was.value, "cause": fact.cause}
    seen.new_modes.append(mark)


_TAKES: dict[type[facts.Fact], Callable[[Seen, Any], None]] = {
    facts.Tick: _tick,
    facts.IncidentOpened: _opened,
    facts.IncidentClosed: _closed,
    facts.IncidentAbsorbed: _absorbed,
    facts.ModeChanged: _mode,
}


def _decided(seen: Seen, position: int) -> None:
    """What the tick brought is seen at its end."""
    for name in seen.fresh:
        if name in seen.open:
            seen.open[name].n = position
    marks = [mark | {"n": position} for mark in seen.new_modes]
    seen.modes = [*seen.modes, *marks][-MODES_MAX:]
    seen.fresh, seen.new_modes = [], []


def _grown(one: Open, fact: facts.IncidentChanged, customers: Mapping[str, int]) -> None:
    if fact.devices is not None:
        one.below = sum(customers.get(device, 0) for device in fact.devices)
    one.premises += len(fact.premises_added) - len(fact.premises_dropped)
    one.most = max(one.most, one.below + one.premises)


def _load(file: Path, city: str) -> Seen:
    """What was remembered; nothing when there is none, or it is of another city or release."""
    try:
        seen = msgspec.msgpack.decode(file.read_bytes(), type=Seen)
    except (OSError, msgspec.MsgspecError):
        return Seen(city)
    return seen if (seen.city, seen.version) == (city, VERSION) else Seen(city)
