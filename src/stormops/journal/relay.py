"""The relay: carries what this machine's doors keep to the shared database, in order, each once.

It remembers nothing: where it stopped is in the database, in the transaction that copied, so it may
be killed at any moment and another run may start meanwhile. Bounds, each with its behaviour:

- `NEWS_MAX` news in one transaction, and no more bytes than a drain gives; what is left follows at once.
- `POLL_S` without a hint: the doors are looked at.
- `BACK_OFF_S` after the database refused, or when it holds as many news as it may: tried again, as
  often as it takes. Everything waits in the doors meanwhile.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import Protocol

from stormops.core.entry import News
from stormops.core.levels import Mode
from stormops.journal.port import Beat, DoorReader, Hints, JournalUnavailable
from stormops.telemetry import Log, Metrics

NEWS_MAX = 1_000
POLL_S = 0.02
BACK_OFF_S = 0.5

READY_S = 10.0
"""The relay is ready while it reached the shared database within this time."""

LOOK_EVERY_S = 2.0
"""The database is asked this often whether it is there, and what the mode is."""


class SharedDoors(Protocol):
    """Where the relay puts what it carries (`relayed_doors.RelayedDoors`)."""

    def reached(self) -> dict[str, int]: ...

    def put(self, news: Sequence[News]) -> dict[str, int]: ...

    def heard(self) -> Beat | None: ...


class Relay:
    """`run` until told to stop, or `step` by step in tests."""

    def __init__(
        self,
        doors: DoorReader,
        shared: SharedDoors,
        hints: Hints,
        log: Log,
        metrics: Metrics,
        *,
        leave_mode: Callable[[Mode, int], None],
        leave_drained: Callable[[Mapping[str, int]], None],
    ) -> None:
        """The last two leave on this machine the mode that the leader said, and how far doors are in the database.

        They may raise OSError.
        """
        self._doors = doors
        self._shared = shared
        self._hints = hints
        self._log = log
        self._metrics = metrics
        self._reached: dict[str, int] | None = None
        self._seen = self._looked = float("-inf")
        self._away = False
        self._leave_mode, self._leave_drained = leave_mode, leave_drained
        self._mode: tuple[str, int] | None = None

    @property
    def ready(self) -> bool:
        """Whether the shared database was reached lately."""
        return time.monotonic() - self._seen < READY_S

    def run(self, stop: Event) -> None:
        """Carry until told to stop."""
        while not stop.is_set():
            try:
                carried, left = self.step()
            except JournalUnavailable as error:
                self._reached = None
                if not self._away:  # said once, tried as often as it takes
                    self._log.warning("journal_unavailable", sentence=str(error))
                self._away = True
                stop.wait(BACK_OFF_S)
                continue
            self._away = False
            if left and not carried:
                stop.wait(BACK_OFF_S)
            elif not left:
                self._hints.wait("doors", POLL_S)

    def step(self) -> tuple[int, bool]:
        """Carry one page; how many news went over, and whether there are more. Raises JournalUnavailable."""
        now = time.monotonic()
        if self._reached is None or now - self._looked > LOOK_EVERY_S:
            self._reached = self._shared.reached()
            self._seen = self._looked = now
            self._leave()
        news = self._doors.drain(self._reached, NEWS_MAX)
        self._metrics.gauge("relay_backlog", len(news))
        if not news:
            return 0, False
        reached = self._shared.put(news)
        self._seen = time.monotonic()
        carried = sum(self._reached.get(n.door, 0) < n.counter <= reached[n.door] for n in news)
        self._reached.update(reached)
        if carried:
            self._metrics.count("relay_news_total", carried)
            self._metrics.observe("relay_copy_seconds", self._seen - now)
            self._hints.wake("doors")
        return carried, True  # there may be more

    def _leave(self) -> None:
        """For this machine's intake: how far its doors are in the database, and the mode. Raises JournalUnavailable."""
        beat = self._shared.heard()
        # A full disk, or a mode of a newer version: the last mode known holds, doors keep more.
        with contextlib.suppress(OSError, ValueError):
            self._leave_drained(self._reached or {})
            if beat is not None and beat[2:] != self._mode:
                self._leave_mode(Mode(beat.mode), beat.since_ms)
                self._mode = beat[2:]
