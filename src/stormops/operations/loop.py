"""The one writer of the journal: drain the doors, decide at ticks, append, wake who follows.

Whatever happens to this process, nothing is lost and nothing is decided twice: news has its (door,
counter) in the journal, a tick's facts are one append that ends in `Decided`, and a new leader's
epoch fences this one. Bounds, each with its behaviour:

- `NEWS_MAX` news in one tick, and no more bytes than a drain gives; what is left is drained at once after it.
  Fewer while ticks take longer than `TICK_MOST_S`: who is behind still shows where it is, and does not take at
  one go all that came while it took what came before. More, up to that, while they are shorter: part of a tick's
  cost is of the time that went by and not of its news, so that many small ones would keep it behind.
- `EXPLAINING_MOST` of the time goes to ticks that explain, while the doors hold more than one drain gives: that costs
  what is open, and would keep behind who is. Those between match, hear meters and start dangers' clocks
  (`Decider.decide`). Incidents are never older than `PICTURE_MOST_S` and what explaining itself takes.
- `TICK_LEAST_S` between two ticks, so that single reports share a commit; news wait that long.
- Every `BEAT_S` the leader's word (`port.Beat`) that there is no more, so that followers know how old their
  picture is. It takes the place of the one before: nothing grows.
- `QUIET_MS` of platform time without a tick: a tick all the same, for what changes by time alone (the pace of
  reports is sampled once a minute, old keys leave).
- `POLL_S` without a hint: the doors are looked at.
- `BACK_OFF_S` after the journal refused: tried again, as often as it takes.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import Protocol

from stormops.core.decide import Decider
from stormops.core.entry import AnyFact, CityAdopted, Entry, News, Tick
from stormops.core.levels import Mode
from stormops.core.mode_rules import SAMPLE_MS
from stormops.core.network import City, Tree
from stormops.core.situation import Situation
from stormops.journal.port import Beat, DoorReader, Fenced, Hints, Journal, JournalUnavailable, Snapshots
from stormops.operations.recovery import recover
from stormops.operations.snapshotting import Snapshotting
from stormops.telemetry import Log, Metrics

NEWS_MAX, NEWS_LEAST = 16_000, 50
TICK_MOST_S, TICK_FULL = 1.0, 0.8
"""Ticks of who is behind take as many news as let them last this share of the most."""
EXPLAINING_MOST = 1 / 3
PICTURE_MOST_S = 4.0
TICK_LEAST_S = 0.05
BEAT_S = 2.0
QUIET_MS = SAMPLE_MS
POLL_S = 0.02
BACK_OFF_S = 0.5

READY_S = 10.0
"""The loop is ready while its last tick or beat is not older than this."""


def fitting(most: int, news: int, seconds: float) -> int:
    """How many news to take next, after a tick that was allowed `most`, took `news` and lasted so long."""
    if seconds > TICK_MOST_S:
        return max(NEWS_LEAST, min(most, int(news * TICK_MOST_S / seconds)))
    room = TICK_FULL * TICK_MOST_S / max(seconds, 1e-9)
    return min(NEWS_MAX, int(most * min(room, 2.0))) if room > 1 else most


class Pace:
    """When the ticks of who is behind explain: times are seconds of one clock that never goes back."""

    def __init__(self) -> None:
        self._explained_s = float("-inf")
        self._took_s = 0.0

    def explains(self, now_s: float, *, behind: bool) -> bool:
        """Whether a tick that begins now is to explain: always, but while the doors hold more than it took."""
        rest = min(PICTURE_MOST_S, self._took_s * (1 / EXPLAINING_MOST - 1))
        return not behind or now_s - self._explained_s >= rest

    def explained(self, began_s: float, now_s: float) -> None:
        """A tick that explained took so long."""
        self._explained_s, self._took_s = now_s, now_s - began_s


class PlatformClock(Protocol):
    """Platform time (`stormops.clock.Clock`; in a simulation, the simulation's own)."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""


class Operations:
    """The loop and its situation. `start` once, then `run`; or `step` by step in tests and simulations."""

    def __init__(
        self,
        city: City,
        tree: Tree,
        *,
        journal: Journal,
        doors: DoorReader,
        snapshots: Snapshots,
        hints: Hints,
        clock: PlatformClock,
        decider: Callable[[Situation], Decider],
        log: Log,
        metrics: Metrics,
        leave_mode: Callable[[Mode, int], None] | None = None,
        leave_drained: Callable[[Mapping[str, int]], None] | None = None,
    ) -> None:
        """`leave_mode` is told the mode in force and since when, at the start and whenever it changed.

        `leave_drained` is told, often, how far each door is in the journal. Both may raise OSError.
        """
        self.situation = Situation(city, tree)
        self._city = city
        self._journal = journal
        self._doors = doors
        self._snapshots = snapshots
        self._hints = hints
        self._clock = clock
        self._make_decider = decider
        self._log = log
        self._metrics = metrics
        self._snapshotting = Snapshotting(snapshots, log)
        self._decider: Decider | None = None
        self._epoch = 0
        self._drained: dict[str, int] = {}
        self._undecided: list[Entry] = []
        self._unwritten: Sequence[AnyFact] = ()
        self._behind = False
        self._ticked = self._beaten = float("-inf")  # wall
        self._more = False
        self._news_most = NEWS_MAX
        self._pace = Pace()
        self._leave_mode = leave_mode
        self._mode_left: Mode | None = None
        self._mode_trouble = False
        self._leave_drained = leave_drained

    # --- starting -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Become the leader and know everything. Raises JournalUnavailable, Fenced."""
        self._epoch = self._journal.lead()
        recovered = recover(self.situation, self._journal, self._snapshots, self._log)
        self._snapshotting.begin(recovered.snapshot)
        self._undecided = recovered.undecided
        self._drained = self._journal.drained()
        self._decider = self._make_decider(self.situation)
        self._tell_mode()

    @property
    def ready(self) -> bool:
        """Whether it leads and works."""
        return time.monotonic() - max(self._ticked, self._beaten) < READY_S

    # --- running ------------------------------------------------------------------------------------

    def run(self, stop: Event) -> None:
        """Start, and step until told to stop. Raises Fenced when another leads: nothing more may be written."""
        while not stop.is_set():
            try:
                if self._decider is None:
                    self.start()
                self.step()
            except JournalUnavailable as error:
                if not self._behind:  # said once, tried as often as it takes
                    self._log.warning("journal_unavailable", sentence=str(error))
                self.fall_behind()
                stop.wait(BACK_OFF_S)
                continue
            except Fenced:
                self._log.error("leader_fenced")
                raise
            self._rest(stop)
        self.finish()

    def finish(self) -> None:
        """A clean end: what a snapshot saves the next start is on disk."""
        if self._unwritten or self._behind:  # The situation may be ahead of the journal.
            self._snapshotting.wait()
        else:
            self._snapshotting.end(self.situation)

    def release(self) -> None:
        """Close the journal: where several machines share it, another may lead at once."""
        self._journal.close()

    def close(self) -> None:
        """Finish, and close the journal."""
        self.finish()
        self.release()

    def fall_behind(self) -> None:
        """The journal refused in a step: before the next one, see what it has and has not."""
        self._behind = True

    def _rest(self, stop: Event) -> None:
        """Until there may be something to do."""
        since = time.monotonic() - self._ticked
        if since < TICK_LEAST_S:
            stop.wait(TICK_LEAST_S - since)
        if not self._more:
            self._hints.wait("doors", POLL_S)

    def step(self) -> bool:
        """Drain, and tick when there is a reason. Gives whether it ticked. Raises JournalUnavailable, Fenced."""
        began, began_ms = time.monotonic(), self._clock.now_ms()
        if self._behind:
            self._catch_up()
        news = self._doors.drain(self._drained, self._news_most)
        self._more = bool(news)  # there may be more
        self._metrics.gauge("operations_backlog", len(news))
        if news:
            self._take_in(news)
        now_ms = max(self._clock.now_ms(), self.situation.at_ms)
        ticks = bool(self._undecided) or self._due(now_ms)
        if ticks:
            owed = self.situation.put_off
            self._tick(now_ms, explain=self._pace.explains(began, behind=self._doors.cut))
            self._ticked = time.monotonic()
            self._metrics.observe("operations_tick_seconds", self._ticked - began)
            explained = not self.situation.put_off
            if explained:
                self._pace.explained(began, self._ticked)
            if not (owed and explained):  # else it took long for what others had put off, not for its news
                self._news_most = fitting(self._news_most, len(news), self._ticked - began)
            self._snapshotting.look(self.situation)
            self._tell_mode()
        if began - self._beaten >= BEAT_S:
            self._beat(self.situation.at_ms if news else max(began_ms, self.situation.at_ms))
        return ticks

    def _tell_mode(self) -> None:
        """Leave the mode for those who do not follow the journal; what the disk refuses is tried at every tick."""
        state = self.situation.mode
        if state.mode is self._mode_left:
            return
        try:
            if self._leave_mode is not None:
                self._leave_mode(state.mode, state.since_ms)
        except OSError as error:
            if not self._mode_trouble:
                self._log.warning("mode_not_left", sentence=str(error))
            self._mode_trouble = True
            return
        self._mode_left, self._mode_trouble = state.mode, False
        self._beaten = float("-inf")  # other machines hear it at once
        self._metrics.gauge("operations_mode", state.mode.rank)
        self._log.info("mode_in_force", mode=state.mode.value, cause=state.cause)

    def _beat(self, at_ms: int) -> None:
        """What is in the journal is all there was at `at_ms`; and how far the doors are drained."""
        state = self.situation.mode
        self._journal.beat(Beat(self.situation.position, at_ms, state.mode.value, state.since_ms), self._epoch)
        self._beaten = time.monotonic()
        if self._leave_drained is not None:
            with contextlib.suppress(OSError):  # a full disk: doors keep more meanwhile
                self._leave_drained(self._drained)

    def _due(self, now_ms: int) -> bool:
        """Whether there is a reason to tick without news."""
        if now_ms - self.situation.at_ms >= QUIET_MS or self.situation.city_hash != self._city.hash:
            return True
        due = None if self._decider is None else self._decider.next_due_ms()
        return due is not None and due <= now_ms

    def _take_in(self, news: Sequence[News]) -> None:
        self._fold(self._journal.append_news(news, self._epoch))
        for item in news:
            self._drained[item.door] = max(item.counter, self._drained.get(item.door, 0))

    def _fold(self, entries: Sequence[Entry]) -> None:
        """News that got its place."""
        self.situation.apply(entries)
        self._undecided += entries
        self._count(entries)

    def _tick(self, now_ms: int, *, explain: bool) -> None:
        if self._decider is None:
            raise RuntimeError("start comes before step")
        news, self._undecided = self._undecided, []
        first: list[AnyFact] = []
        if self.situation.city_hash != self._city.hash:
            first.append(CityAdopted(name=self._city.name, hash=self._city.hash))
        tick = Tick(number=self.situation.tick + 1, at_ms=now_ms, explains=explain)
        self._unwritten = self._decider.decide(news, tick, first)
        self._write()

    def _write(self) -> None:
        """Append what was decided, which the situation has already."""
        situation, decided = self.situation, self._unwritten
        entries = self._journal.append_facts(situation.tick, decided, situation.at_ms, self._epoch)
        if self._journal.last() != situation.position:
            raise RuntimeError(f"the journal ends at {self._journal.last()}, the situation at {situation.position}")
        self._unwritten = ()
        self._count(entries)
        self._metrics.gauge("operations_position", situation.position)
        self._hints.wake("journal")

    def _catch_up(self) -> None:
        """After the journal refused: what was written all the same, and what was not."""
        if self._unwritten:
            self._write()
        self._fold(self._journal.read(self.situation.position))
        self._drained = self._journal.drained()
        self._behind = False

    def _count(self, entries: Sequence[Entry]) -> None:
        for kind, count in Counter(type(entry.fact) for entry in entries).items():
            self._metrics.count("operations_entries_total", count, fact=str(kind.__struct_config__.tag))
