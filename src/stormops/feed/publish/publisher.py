"""The publisher: takes a picture, has it written, waits; one of all processes that share the folder.

The picture is taken on the follower's thread between two ticks; rendering, compressing and writing run on a
thread of their own, so neither sockets nor the fold wait for them. A folder that cannot be written keeps
the tree before, and is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TextIO

from stormops.clock import Clock
from stormops.core.mode import Mode
from stormops.feed.board import Board
from stormops.feed.follow import Follower, NotReady
from stormops.feed.publish.ladder import Rung, cadence_of, choose, hand_of, rung_of_load
from stormops.feed.publish.picture import Picture, Taker
from stormops.feed.publish.store import Store
from stormops.feed.publish.tree import Tree
from stormops.feed.transit_alerts import Told
from stormops.telemetry import Log, Metrics

HAND_FILE = "public-refresh"
"""In the data folder: the rung that a person set, "auto" or no file = by mode and load."""

LOCK_FILE = ".publisher.lock"

RETRY_SECONDS = 0.2
"""Pause before a picture is asked for again that could not be taken."""

COSTS = 3
"""Publications in a row that must have been slow before they come rarer."""

LOOK_SECONDS = 2.0
"""Between two looks, while a tree rests for minutes, whether mode or hand ask for another rung: the calm after a surge,
or a hand, is seen at once, not after the pause of the rung before."""

TROUBLE_SECONDS = 5.0
"""Pause after the folder could not be written, and between two looks whether another publisher ended."""


class Ways(NamedTuple):
    """What a publisher needs of the feed around it.

    `tree` makes the tree on a store; `layers` gives the map's files that never change (GeoJSON by name), at
    most a few megabytes; `sockets_share`: how full the public's sockets are, 0 to 1; `buses`: what is told of them
    at a time (platform ms); `extras`: further files by the name that they keep. The last two are looked at for
    each tree.
    """

    take: Taker
    tree: Callable[[Store], Tree]
    layers: Callable[[], Mapping[str, bytes]]
    sockets_share: Callable[[], float]
    buses: Callable[[int], Told]
    extras: Callable[[], Mapping[str, bytes]]


class Publisher:
    """Publishes until cancelled. `data` holds the hand's file; `live_seconds` between trees while live."""

    def __init__(
        self,
        folder: Path,
        data: Path,
        follower: Follower[Board],
        ways: Ways,
        *,
        live_seconds: float,
        log: Log,
        metrics: Metrics,
    ) -> None:
        self._folder = folder
        self._data = data
        self._follower = follower
        self._ways = ways
        self._live_seconds = live_seconds
        self._log = log
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, "publisher")
        self._made: tuple[Store, Tree] | None = None
        self._costs: deque[float] = deque(maxlen=COSTS)
        self._rung = self._load = Rung.LIVE
        """What the last tree stands on, and what the load asked for."""
        self._troubled = False

    async def run(self) -> None:
        """Publish, one tree after another."""
        loop = asyncio.get_running_loop()
        with contextlib.ExitStack() as held:
            lock = None
            while True:
                began = time.monotonic()
                try:
                    if lock is None:
                        lock = await loop.run_in_executor(self._thread, self._claim)
                        if lock is None:
                            await asyncio.sleep(TROUBLE_SECONDS)
                            continue
                        held.enter_context(lock)
                    picture = await self._follower.ask(self._picture, whole=True)
                    await loop.run_in_executor(self._thread, self._publish, picture)
                except NotReady:
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                except OSError as error:
                    self._trouble(error)
                    await asyncio.sleep(TROUBLE_SECONDS)
                    continue
                self._troubled = False
                await self._rest(began)

    def close(self) -> None:
        """End the thread, after what it is writing."""
        self._thread.shutdown(wait=True)

    def _picture(self, board: Board, _journal: object) -> Picture:
        if not board.situation.at_ms:
            raise NotReady  # before the first tick nothing has a time, and a copy without one says nothing
        return self._ways.take.take(board.situation)._replace(
            at_ms=board.at_ms
        )  # the leader may have said since: no more

    async def _rest(self, began: float) -> None:
        """Until the next tree is due: by the rung's cadence, or because mode or hand ask for another rung."""
        due = began + cadence_of(self._rung, self._live_seconds).publish
        while (left := due - time.monotonic()) > LOOK_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(NotReady):
                mode = await self._follower.ask(lambda board, _: board.situation.mode.mode, whole=True)
                if choose(mode, self._load, self._hand()) is not self._rung:
                    return
        await asyncio.sleep(max(RETRY_SECONDS, left))

    def _claim(self) -> TextIO | None:
        """The folder for one publisher, as long as the file is open; None while another has it."""
        self._folder.mkdir(0o755, parents=True, exist_ok=True)
        lock = (self._folder / LOCK_FILE).open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        return lock

    def _publish(self, picture: Picture) -> None:
        """On the publisher's thread. Raises OSError."""
        began = time.monotonic()
        if self._made is None:
            store = Store(self._folder, time.monotonic)
            tree = self._ways.tree(store)
            tree.lay(self._ways.layers())
            self._made = store, tree
            began = time.monotonic()
        store, tree = self._made
        self._load = rung_of_load(
            sockets_share=self._ways.sockets_share(), cost_seconds=self._cost(), live_seconds=self._live_seconds
        )
        self._rung = choose(Mode(picture.mode["mode"]), self._load, self._hand())
        written = store.written
        for name, body in self._ways.extras().items():
            store.put(name, body)
        picture = picture._replace(buses=self._ways.buses(picture.at_ms))
        tree.publish(picture, self._rung, Clock().now_ms(), began)
        self._costs.append(time.monotonic() - began)
        self._metrics.observe("feed_tree_seconds", self._costs[-1])
        self._metrics.count("feed_tree_files_total", store.written - written)
        self._metrics.gauge("feed_tree_bytes", store.size)
        self._metrics.gauge("feed_tree_position", picture.n)

    def _cost(self) -> float:
        """What the last publications took at least: one that was slow by chance changes nothing."""
        return min(self._costs) if len(self._costs) == COSTS else 0.0

    def _hand(self) -> Rung | None:
        try:
            return hand_of((self._data / HAND_FILE).read_text())
        except (OSError, UnicodeDecodeError):
            return None

    def _trouble(self, error: OSError) -> None:
        """Say it once each time that it begins."""
        self._made = None  # what is on disk is looked at again
        if not self._troubled:
            self._log.error("public_tree_unwritable", sentence=error.strerror or type(error).__name__)
        self._troubled = True
