"""The follower: reads the journal, folds it on a thread of its own, and shows what is due.

The picture (situation and views) is touched by that one thread only. It works in short turns, so
that the event loop, which shares the interpreter with it, is never kept from its sockets for long;
between turns the thread answers questions (`ask`), each at one journal position. The journal is
polled: at `POLL_SECONDS` that costs less than being told would, and it works with Redis away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, NamedTuple, Protocol, TypeVar

from stormops.core.entry import Entry
from stormops.feed.points import Point, Points
from stormops.feed.views import Audience
from stormops.journal.port import Beat, Journal, JournalUnavailable
from stormops.telemetry import Log

POLL_SECONDS = 0.02
"""Pause between two looks into the journal when there was nothing new."""

TURN_ENTRIES = 1_000
"""Entries read and folded before publishing, questions and sockets get their turn."""

ASKS_MAX = 2_000
"""Questions waiting for the follower; one more is refused (503) and should come back."""

HEAR_SECONDS = 0.5
"""Pause between two looks at the leader's last word (`port.Beat`): how old the picture is when nothing is new."""

RETRY_SECONDS = 1.0
"""Pause after the journal could not be read."""

OVERDUE = 1.5
"""What no point has shown (`points`: nothing came after it) is shown after so many times the cadence."""

READY_SECONDS = 5.0
"""The feed is ready while it has seen the journal's end within this time."""

T = TypeVar("T")

Show = Callable[[], None]


class NotReady(Exception):
    """The feed has not caught up yet, or has too many questions waiting."""


class Picture(Protocol):
    """What is folded: the situation with its views, and what of them is yet to be published."""

    @property
    def position(self) -> int:
        """Journal position of the newest entry folded."""

    def take(self, entries: Sequence[Entry]) -> None:
        """Fold entries, in order, without gaps."""

    def heard(self, beat: Beat) -> Show | None:
        """The leader's last word; what the event loop must run when the picture is as new as that."""

    def publish(self, audience: Audience) -> Show | None:
        """What the event loop must run to show the present position; None when nothing changed."""

    def stretch(self, audience: Audience) -> int:
        """How many times rarer than by its cadence this audience is shown something just now."""


P = TypeVar("P", bound=Picture)


class _Turn(NamedTuple):
    """What one turn of the thread found: pictures to show, and whether the journal's end was reached."""

    shows: list[Show]
    at_end: bool


class Follower(Generic[P]):
    """Follows the journal into a picture. `run`, `ask` and `ready` are called on the event loop.

    `load` makes the picture (from the newest snapshot), on the follower's thread, which is also the only
    one to read the journal. `cadence`: seconds between two publications, of the wall; `speed`: platform seconds in one.
    """

    def __init__(
        self, load: Callable[[], P], journal: Journal, cadence: dict[Audience, float], log: Log, speed: float = 1.0
    ) -> None:
        self._load = load
        self._journal = journal
        self._cadence = cadence
        self._speed = speed
        self._log = log
        self._thread = ThreadPoolExecutor(1, "follower")
        self._picture: P | None = None
        self._due: dict[Audience, float] = dict.fromkeys(cadence, 0.0)
        self._points = Points()
        self._caught_up = False
        self._end_seen = float("-inf")
        self._hear_due = float("-inf")
        self._asks = 0

    async def run(self) -> None:
        """Follow until cancelled. Anything but a journal that is away for a while is a bug and raised."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                turn = await loop.run_in_executor(self._thread, self._turn)
            except JournalUnavailable:
                self._log.warning("journal_unavailable")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for show in turn.shows:
                show()
            if turn.at_end:
                self._caught_up = True
                self._end_seen = time.monotonic()
                await asyncio.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Stop the thread. The journal is closed by who opened it."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    @property
    def ready(self) -> bool:
        """Whether the journal's end was seen lately."""
        return time.monotonic() - self._end_seen < READY_SECONDS

    async def ask(self, question: Callable[[P, Journal], T], *, whole: bool = False) -> T:
        """The answer to a question about the picture, between two turns. Raises NotReady, JournalUnavailable.

        `whole`: not in the middle of a tick, whose facts belong together.
        """
        if not self._caught_up or self._asks >= ASKS_MAX:
            raise NotReady
        self._asks += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question, whole)
        finally:
            self._asks -= 1

    def _answer(self, question: Callable[[P, Journal], T], whole: bool) -> T:
        if self._picture is None or (whole and self._points.inside_tick):
            raise NotReady
        return question(self._picture, self._journal)

    def _turn(self) -> _Turn:
        """Read and fold a little, and gather what is due."""
        if self._picture is None:
            self._picture = self._load()
        picture, page = self._picture, self._journal.read(self._picture.position, TURN_ENTRIES)
        at_end = len(page) < TURN_ENTRIES
        shows: list[Show] = []
        taken = 0
        for point in self._points.find(page):
            if at_end and self._caught_up and any(point.crosses(self._cadence_ms(each)) for each in self._cadence):
                picture.take(page[taken : point.entries])
                taken = point.entries
                shows += self._publish(picture, point)
        picture.take(page[taken:])
        if not self._points.inside_tick and (at_end or self._caught_up):
            shows += self._publish(picture)
        if not page and time.monotonic() >= self._hear_due:
            self._hear_due = time.monotonic() + HEAR_SECONDS
            beat = self._journal.heard()
            show = None if beat is None else picture.heard(beat)
            shows += [show] if show else []
        return _Turn(shows, at_end)

    def _cadence_ms(self, audience: Audience, stretch: int = 1) -> int:
        return round(self._cadence[audience] * stretch * self._speed * 1000)

    def _publish(self, picture: P, point: Point | None = None) -> list[Show]:
        """What is to be shown at a point; without one, what should have been by now but found none."""
        now = time.monotonic()
        shows: list[Show] = []
        for audience, due in self._due.items():
            stretch = picture.stretch(audience)
            if now < due if point is None else not point.crosses(self._cadence_ms(audience, stretch)):
                continue
            show = picture.publish(audience)
            if show is not None:
                self._due[audience] = now + self._cadence[audience] * stretch * OVERDUE
                shows.append(show)
        return shows
