"""The journal and the doors as the rest of the platform sees them (ports).

One contract suite (`tests/contract/`) runs on every implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from stormops.core.entry import AnyFact, Entry, News
from stormops.core.report import Channel, Report


class JournalUnavailable(Exception):
    """The journal or a door cannot be read or written now; nothing was half-done. Try again."""


class Fenced(Exception):
    """Another leader has taken the journal over; this process must stop deciding."""


class DoorBusy(Exception):
    """More facts wait for the disk than the door's bound allows; nothing was kept. Try again later."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"the door is busy; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Kept(NamedTuple):
    """The promise: the fact is on disk. `repeated`: it was there before, under the same sender and key."""

    receipt: str
    counter: int
    recorded_ms: int
    repeated: bool


class KeyReused(NamedTuple):
    """A refusal: the sender used this key within seven days for something else. Nothing was kept.

    `place`: which of several that were to be kept together, from 0.
    """

    receipt: str
    code: str = "key_reused"
    place: int = 0


class Offer(NamedTuple):
    """What is to be kept. `make` gives the fact for its receipt; `content` is what `key` stands for."""

    make: Callable[[str], AnyFact]
    sender: str = ""
    key: str = ""
    content: bytes = b""
    safety: bool = False


class Bundle(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Reports of one sender that came in one body: kept together or not at all, each with a receipt of its own.

    `keys` and `contents` (see `Offer`) are one for each report, an empty key for none; both empty when no
    report has a key. `dangers`: the places of the safety reports, from 0.
    """

    channel: Channel
    reports: Sequence[Report]
    sender: str = ""
    keys: list[str] = []
    contents: list[bytes] = []
    dangers: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.reports)


class KeptBundle(NamedTuple):
    """The promise for a bundle: a receipt for each report in their order. `new`: so many were not there before."""

    receipts: list[str]
    new: int


Group = Sequence[Offer] | Bundle
"""What is kept together or not at all."""

Answer = list[Kept] | KeptBundle | KeyReused
"""For a group of offers, for a bundle, and for either when one key stands for something else."""

Settle = Callable[[Answer | JournalUnavailable], object]
"""Who waits for the answer to a group. Called once, on the event loop; must be quick and must not raise."""


class Beat(NamedTuple):
    """The leader's last word: at `at_ms` all that was in the doors was in the journal, which ended at `position`.

    And the mode in force, since `since_ms`. Times are platform milliseconds. It is no entry: only the last is kept.
    """

    position: int
    at_ms: int
    mode: str
    since_ms: int


class Door(Protocol):
    """The writing side of one door: what a process that takes something in may do."""

    def offer(self, group: Group, settle: Settle, *, safety: bool = False) -> None:
        """Have a group kept; `settle` is told when it is on disk. Raises as `keep`, and is then not told.

        `safety`: it waits with the safety facts. The one way in: what follows is the same for who awaits.
        """

    async def keep(
        self,
        make: Callable[[str], AnyFact],
        *,
        safety: bool = False,
        sender: str = "",
        key: str = "",
        content: bytes = b"",
    ) -> Kept | KeyReused:
        """Put on disk the fact that `make` gives for a new receipt; return once it is there.

        The same `sender` and `key` within seven days give the earlier receipt again when `content`
        is the same, else a refusal. Raises DoorBusy, JournalUnavailable: nothing was acknowledged.
        """

    async def check(self) -> None:
        """Write something of no meaning, to see that the door can. Raises as `keep`."""


class Journal(Protocol):
    """Append-only, one order, positions from 1 without gaps."""

    def append_news(self, news: Sequence[News], epoch: int) -> list[Entry]:
        """Append what is not there yet ((door, counter) is unique); gives the entries made.

        Raises Fenced, JournalUnavailable.
        """

    def append_facts(self, tick: int, facts: Sequence[AnyFact], recorded_ms: int, epoch: int) -> list[Entry]:
        """Append one tick's facts as one transaction, unique on (tick, ordinal). Raises as above."""

    def read(self, after: int, limit: int = 10_000) -> list[Entry]:
        """Entries after a position, in order. Raises JournalUnavailable."""

    def last(self) -> int:
        """The newest position, 0 when empty."""

    def drained(self) -> dict[str, int]:
        """For every door, the highest counter already in the journal."""

    def lead(self) -> int:
        """Become the leader: a new epoch, which fences every older one."""

    def beat(self, beat: Beat, epoch: int) -> None:
        """Leave the leader's word in the place of the one before. Raises Fenced, JournalUnavailable."""

    def heard(self) -> Beat | None:
        """The last word of a leader, if there was one. Raises JournalUnavailable."""

    def close(self) -> None: ...


DRAIN_BYTES_MAX = 2 * 1024 * 1024
"""Bytes of news, as the doors hold them, that one drain gives: ten thousand small ones, or one large body of meters."""


class DoorReader(Protocol):
    """The reading side of all doors: used by `operations` alone."""

    @property
    def cut(self) -> bool:
        """Whether the last drain ended at one of its bounds: most likely more waits."""

    def drain(self, drained: dict[str, int], limit: int = 5_000) -> list[News]:
        """News after the given counters, each door in its order. An unreadable door is skipped this time.

        At most `limit` of them, and at most about `DRAIN_BYTES_MAX` together (one at least): there may be more.
        """


class Snapshots(Protocol):
    """Snapshots of the situation, by position. Another schema's snapshots are as good as none."""

    def save(self, position: int, schema: str, body: bytes) -> None: ...

    def newest(self, schema: str, at_most: int | None = None) -> tuple[int, bytes] | None: ...


class Keyframes(Snapshots, Protocol):
    """Snapshots from which any past position is near (`snapshots.kept`)."""

    def positions(self, schema: str) -> list[int]:
        """Where there are snapshots of this schema, in order; each may turn out to be damaged."""


class Hints(Protocol):
    """Wake-up calls between processes: may be lost, late or doubled without harm."""

    def wake(self, topic: str) -> None:
        """Say that there is news on a topic ("doors", "journal"). Never raises, never blocks for long."""

    def wait(self, topic: str, timeout_s: float) -> bool:
        """Block until a wake-up or the time-out; True when woken."""


def follow(journal: Journal, after: int, until: int | None = None) -> Iterator[Entry]:
    """Every entry after a position, in order, in pages, up to the newest (or `until`)."""
    while page := journal.read(after):
        for entry in page:
            if until is not None and entry.position > until:
                return
            yield entry
        after = page[-1].position


def door_files(folder: Path) -> list[Path]:
    """The doors of a data folder, in name order."""
    return sorted(folder.glob("*.door"))
