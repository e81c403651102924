"""Journal and snapshots in memory: for tests, and for a situation that need not outlive its process."""

from __future__ import annotations

from collections.abc import Sequence

from stormops.core.entry import AnyFact, Entry, News, decode, encode
from stormops.journal.port import Beat, Fenced


class MemoryJournal:
    """See `port.Journal`."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._news: set[tuple[str, int]] = set()
        self._ticks: dict[int, list[bytes]] = {}
        self._epoch = 0
        self._beat: Beat | None = None

    def append_news(self, news: Sequence[News], epoch: int) -> list[Entry]:
        """See `port.Journal.append_news`."""
        self._led_by(epoch)
        made = []
        for item in news:
            if (item.door, item.counter) in self._news:
                continue
            self._news.add((item.door, item.counter))
            fact = decode(encode(item.fact))  # what cannot be written to disk must not work here either
            made.append(Entry(len(self._entries) + 1, item.recorded_ms, item.door, item.counter, 0, 0, fact))
            self._entries.append(made[-1])
        return made

    def append_facts(self, tick: int, facts: Sequence[AnyFact], recorded_ms: int, epoch: int) -> list[Entry]:
        """See `port.Journal.append_facts`."""
        self._led_by(epoch)
        bodies = [encode(fact) for fact in facts]
        if tick in self._ticks:
            if self._ticks[tick] != bodies:
                raise ValueError(f"tick {tick} is in the journal with other facts")
            return []
        if bodies:
            self._ticks[tick] = bodies
        after = len(self._entries)
        made = [Entry(after + i, recorded_ms, "", 0, tick, i, decode(body)) for i, body in enumerate(bodies, 1)]
        self._entries += made
        return made

    def read(self, after: int, limit: int = 10_000) -> list[Entry]:
        """See `port.Journal.read`."""
        return self._entries[after : after + limit]

    def last(self) -> int:
        """See `port.Journal.last`."""
        return len(self._entries)

    def drained(self) -> dict[str, int]:
        """See `port.Journal.drained`."""
        reached: dict[str, int] = {}
        for door, counter in self._news:
            reached[door] = max(counter, reached.get(door, 0))
        return reached

    def lead(self) -> int:
        """See `port.Journal.lead`."""
        self._epoch += 1
        return self._epoch

    def beat(self, beat: Beat, epoch: int) -> None:
        """See `port.Journal.beat`."""
        self._led_by(epoch)
        self._beat = beat

    def heard(self) -> Beat | None:
        """See `port.Journal.heard`."""
        return self._beat

    def close(self) -> None:
        """Nothing to close."""

    def _led_by(self, epoch: int) -> None:
        if epoch != self._epoch:
            raise Fenced(f"epoch {epoch} is over; {self._epoch} leads")
