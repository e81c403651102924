"""The door: where a process keeps what it takes in. A receipt leaves it only after the disk has it.

Group commit without a timer: one commit is in flight, the next takes everything that waited. The
event loop never waits for the disk; a thread does. Bounds, each with its behaviour:

- `WAITING_MAX` facts wait; then `DoorBusy`. `SAFETY_RESERVE` more places are for safety facts alone.
- `BATCH_MAX` facts go into one commit, safety facts first (invariant 12), each in its lane of the file.
- A commit that takes longer than `STALL_S`: `DoorBusy` for newcomers, until the disk answers.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from stormops.clock import Clock
from stormops.core.entry import AnyFact
from stormops.journal.door_file import DoorFile, WrongDoor
from stormops.journal.port import DoorBusy, JournalUnavailable, Kept, KeyReused, Offer

__all__ = ["BATCH_MAX", "SAFETY_RESERVE", "STALL_S", "WAITING_MAX", "Door", "WrongDoor"]

WAITING_MAX = 10_000
SAFETY_RESERVE = 1_000
BATCH_MAX = 1_000
STALL_S = 5.0
RETRY_AFTER_S = 2

_Answer = list[Kept] | KeyReused
_Future = asyncio.Future[_Answer]
_Waiting = tuple[Sequence[Offer], _Future]


def _nothing(*_: object) -> None:
    """The default of the hooks below."""


class Door:
    """One door, opened by its only writer. `path` ends in `.door`; `node` is 0 to 99.

    Hooks must be quick and must not raise. On the writer thread: `committed()` after each commit
    (for a hint to `operations`), `trouble(sentence)` when the disk begins to refuse. On the event
    loop: `measured(facts, seconds)` after each commit.

    Raises WrongDoor when the file belongs to another node; a disk that refuses is only reported.
    """

    def __init__(
        self,
        path: Path,
        node: int,
        clock: Clock,
        *,
        committed: Callable[[], object] = _nothing,
        measured: Callable[[int, float], object] = _nothing,
        trouble: Callable[[str], object] = _nothing,
        bug: Callable[[], object] = _thread.interrupt_main,
    ) -> None:
        self._file = DoorFile(path, node, clock.now_ms)
        self._committed, self._measured, self._trouble, self._bug = committed, measured, trouble, bug
        self._safety: deque[_Waiting] = deque()
        self._ordinary: deque[_Waiting] = deque()
        self._count = 0
        self._since: float | None = None  # loop time at which the commit in flight began
        self._in_trouble = False
        self._closed = False
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        with contextlib.suppress(JournalUnavailable):
            self._file.open()
        self._thread = Thread(target=self._run, name=path.name, daemon=True)
        self._thread.start()

    async def keep(
        self,
        make: Callable[[str], AnyFact],
        *,
        safety: bool = False,
        sender: str = "",
        key: str = "",
        content: bytes = b"",
    ) -> Kept | KeyReused:
        """See `port.Door.keep`."""
        answer = await self._queue((Offer(make, sender, key, content, safety),), safety=safety)
        return answer[0] if isinstance(answer, list) else answer

    async def keep_all(self, offers: Sequence[Offer]) -> list[Kept] | KeyReused:
        """See `port.Door.keep_all`. They wait with the safety facts when one of them is a safety fact."""
        return await self._queue(offers, safety=any(offer.safety for offer in offers))

    def _queue(self, offers: Sequence[Offer], *, safety: bool) -> _Future:
        loop = asyncio.get_running_loop()
        self._admit(loop, safety=safety)
        future: _Future = loop.create_future()
        (self._safety if safety else self._ordinary).append((offers, future))
        self._count += len(offers)
        if self._since is None:
            self._since = loop.time()
            loop.call_soon(self._launch, loop)  # what else this turn of the loop brings goes along
        return future

    async def check(self) -> None:
        """Write something of no meaning, to see that the door can. Raises as `keep`."""
        loop = asyncio.get_running_loop()
        self._admit(loop, safety=True)
        done: asyncio.Future[None] = loop.create_future()
        self._jobs.put(lambda: self._probe(loop, done))
        await done

    def close(self) -> None:
        """Finish the commit in flight, close the file, end the thread. What still waits is told that it is not kept."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()
        self._file.close()

    @property
    def waiting(self) -> int:
        """Facts that wait for a commit."""
        return self._count

    # --- on the event loop -----------------------------------------------------------------------

    def _admit(self, loop: asyncio.AbstractEventLoop, *, safety: bool) -> None:
        if self._closed:
            raise JournalUnavailable("the door is closed")
        bound = WAITING_MAX + (SAFETY_RESERVE if safety else 0)
        stalled = self._since is not None and loop.time() - self._since > STALL_S
        if stalled or self._count >= bound:
            raise DoorBusy(RETRY_AFTER_S)

    def _launch(self, loop: asyncio.AbstractEventLoop) -> None:
        batch: list[_Waiting] = []
        facts = 0
        if self._closed:
            self._turn_away()
        for queue in (self._safety, self._ordinary):
            while queue and facts < BATCH_MAX:
                batch.append(queue.popleft())
                facts += len(batch[-1][0])
        self._count -= facts
        if batch:
            self._since = loop.time()
            self._jobs.put(lambda: self._commit(loop, batch, facts))
        else:
            self._since = None

    def _turn_away(self) -> None:
        for queue in (self._safety, self._ordinary):
            while queue:
                offers, future = queue.popleft()
                self._count -= len(offers)
                if not future.done():
                    future.set_exception(JournalUnavailable("the door is closed"))

    def _settle(
        self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], facts: int, result: list[_Answer] | str
    ) -> None:
        if isinstance(result, str):
            for _, future in batch:
                if not future.done():
                    future.set_exception(JournalUnavailable(result))
        else:
            for (_, future), answer in zip(batch, result, strict=True):
                if not future.done():  # else its request went away; the fact is kept all the same
                    future.set_result(answer)
            if self._since is not None:
                self._measured(facts, loop.time() - self._since)
        self._launch(loop)

    # --- on the writer thread --------------------------------------------------------------------

    def _run(self) -> None:
        orderly = False
        try:
            while (job := self._jobs.get()) is not None:
                job()
            orderly = True
        finally:
            if not orderly:  # a bug: without this thread nothing can be kept, so the process ends
                self._bug()

    def _commit(self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], facts: int) -> None:
        result: list[_Answer] | str
        try:
            result = self._file.commit([offers for offers, _ in batch])
        except JournalUnavailable as error:
            result = str(error)
            self._troubled(result)
        else:
            self._in_trouble = False
            self._committed()
        _tell(loop, lambda: self._settle(loop, batch, facts, result))

    def _probe(self, loop: asyncio.AbstractEventLoop, done: asyncio.Future[None]) -> None:
        try:
            self._file.probe()
        except JournalUnavailable as error:
            refused = error
            self._troubled(str(error))
            _tell(loop, lambda: None if done.done() else done.set_exception(refused))
        else:
            self._in_trouble = False
            _tell(loop, lambda: None if done.done() else done.set_result(None))

    def _troubled(self, sentence: str) -> None:
        if not self._in_trouble:
            self._in_trouble = True
            self._trouble(sentence)


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], object]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
        loop.call_soon_threadsafe(what)
