"""Where in the journal a moment is, and where something changed. Reads only, a bounded page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stormops.core import entry as facts
from stormops.core.entry import Decided, Entry, IncidentChanged, Tick
from stormops.journal.port import Journal

PAGE_LEAST, PAGE_MAX = 250, 4_000
"""Entries read at a time: few first, for what is looked for is mostly near."""

LOOK_ENTRIES_MAX = 200_000
"""Entries looked through for a change; beyond, the last decided position on the way is as good as one."""

_CHANGES = (
    facts.IncidentOpened,
    facts.IncidentStepped,
    facts.IncidentAbsorbed,
    facts.IncidentClosed,
    facts.SafetyEscalated,
    facts.SafetyClockStopped,
    facts.ModeChanged,
)


def is_change(fact: facts.AnyFact) -> bool:
    """Whether people see that something happened: an incident came, moved, took a step or went; danger; the mode."""
    return isinstance(fact, _CHANGES) or (isinstance(fact, IncidentChanged) and fact.devices is not None)


def backwards(journal: Journal, n: int) -> Iterator[Entry]:
    """The entries from position `n` down to the first. Raises JournalUnavailable, as all of these do."""
    size = PAGE_LEAST
    while n > 0:
        after = max(0, n - size)
        yield from reversed(journal.read(after, n - after))
        n, size = after, min(PAGE_MAX, size * 2)


def forwards(journal: Journal, n: int) -> Iterator[Entry]:
    """The entries after position `n`."""
    size = PAGE_LEAST
    while page := journal.read(n, size):
        yield from page
        n, size = page[-1].position, min(PAGE_MAX, size * 2)


def shown(journal: Journal, n: int) -> int:
    """The last position up to `n` that may be shown: a tick's facts belong together (`feed.follow`)."""
    n = max(0, min(n, journal.last()))
    for entry in backwards(journal, n):
        if isinstance(entry.fact, Decided):
            return n
        if isinstance(entry.fact, Tick):
            return entry.position - 1
    return n


def at(journal: Journal, at_ms: int, near: tuple[int, int] = (0, 0)) -> int:
    """The position that the last tick up to a moment (platform ms) led to, 0 before the first.

    `near`: a decided position and its time; from there on it is found fast.
    """
    low, high = (near[0] if near[1] <= at_ms else 0), journal.last()
    step = PAGE_MAX  # what is near is looked for near
    while low + step < high:
        tick = _tick_after(journal, low + step, high)
        if tick is None or tick[1] > at_ms:
            high = low + step
            break
        low, step = tick[0], step * 2
    while low < high:
        middle = (low + high) // 2
        tick = _tick_after(journal, middle, high)
        if tick is None or tick[1] > at_ms:
            high = middle
        else:
            low = tick[0]
    return _decided(journal, low)


def _tick_after(journal: Journal, n: int, most: int) -> tuple[int, int] | None:
    """Position and time of the first tick after `n` and up to `most`."""
    for entry in forwards(journal, n):
        if entry.position > most:
            return None
        if isinstance(entry.fact, Tick):
            return entry.position, entry.fact.at_ms
    return None


def _decided(journal: Journal, n: int) -> int:
    """The end of the tick that begins at `n`; `n` itself when none does."""
    for entry in forwards(journal, n - 1) if n else ():
        if entry.position == n and not isinstance(entry.fact, Tick):
            return n
        if isinstance(entry.fact, Decided):
            return entry.position
    return n


def next_change(journal: Journal, n: int) -> int | None:
    """The first decided position after `n` at which something had changed; None when nothing has since."""
    changed, last = False, None
    for entry in forwards(journal, n):
        changed = changed or is_change(entry.fact)
        if isinstance(entry.fact, Decided):
            if changed or entry.position - n > LOOK_ENTRIES_MAX:
                return entry.position
            last = entry.position
    return last


def changes_before(journal: Journal, n: int, count: int, entries: int = LOOK_ENTRIES_MAX) -> Sequence[int]:
    """Up to `count` decided positions before `n` at which something had changed, the latest first."""
    found: list[int] = []
    decided = 0
    for entry in backwards(journal, n - 1):
        if len(found) == count or n - entry.position > entries:
            break
        if isinstance(entry.fact, Decided):
            decided = entry.position
        elif decided and is_change(entry.fact):
            found.append(decided)
            decided = 0
    return found
