"""The door: where a process keeps what it takes in. A receipt leaves it only after the disk has it.

Group commit without a timer: one commit is in flight, the next takes everything that waited. What it
writes is drafted on the event loop, which never waits for the disk; a thread does, and has nothing but
SQL to do. Who waits is called back, all of one commit in one turn of the loop. Bounds, each with its behaviour:

- `WAITING_MAX` facts wait; then `DoorBusy`. `SAFETY_RESERVE` more places are for safety facts alone.
- `BATCH_MAX` facts go into one commit, safety facts first (invariant 12), each in its lane of the file.
- A commit that takes longer than `STALL_S`: `DoorBusy` for newcomers, until the disk answers.
- At most every `TRIM_EVERY_S`, when nothing waits, a little of what nobody needs any more is deleted (`door_trim`).
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import monotonic

from stormops.clock import Clock
from stormops.core.entry import AnyFact
from stormops.journal.door_file import DoorFile, WrongDoor
from stormops.journal.draft import WINDOW_MS, Draft
from stormops.journal.port import Answer, DoorBusy, Group, JournalUnavailable, Kept, KeyReused, Offer, Settle

__all__ = ["BATCH_MAX", "SAFETY_RESERVE", "STALL_S", "WAITING_MAX", "Door", "WrongDoor"]

WAITING_MAX = 10_000
SAFETY_RESERVE = 1_000
BATCH_MAX = 1_000
STALL_S = 5.0
TRIM_EVERY_S = 1.0
RETRY_AFTER_S = 2

_Waiting = tuple[Group, Settle]


def _nothing(*_: object) -> None:
    """The default of the hooks below."""


class Door:
    """One door, opened by its only writer. `path` ends in `.door`; `node` is 0 to 99.

    Hooks must be quick and must not raise. On the writer thread: `committed()` after each commit
    (for a hint to `operations`), `trouble(sentence)` when the disk begins to refuse. On the event
    loop: `measured(facts, seconds)` after each commit.

    `drained()` says how far each lane is in the journal, `keep_ms` for how long the door keeps that all
    the same; it is called on the writer thread.

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
        drained: Callable[[], Mapping[str, int]] = dict,
        keep_ms: int = WINDOW_MS,
    ) -> None:
        self._file = DoorFile(path, node, clock.now_ms)
        self._committed, self._measured, self._trouble, self._bug = committed, measured, trouble, bug
        self._safety: deque[_Waiting] = deque()
        self._ordinary: deque[_Waiting] = deque()
        self._count = 0
        self._since: float | None = None  # when the commit in flight began
        self._in_trouble = False
        self._drained, self._keep_ms = drained, keep_ms
        self._trim_due = float("-inf")  # loop time
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
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.offer((Offer(make, sender, key, content, safety),), partial(_tell_future, future), safety=safety)
        answer = await future
        return answer[0] if isinstance(answer, list) else answer  # type: ignore[return-value]  # no bundle

    def offer(self, group: Group, settle: Settle, *, safety: bool = False) -> None:
        """See `port.Door.offer`."""
        self._admit(safety=safety)
        (self._safety if safety else self._ordinary).append((group, settle))
        self._count += len(group)
        if self._since is None:
            self._since = monotonic()
            loop = asyncio.get_running_loop()
            loop.call_soon(self._launch, loop)  # what else this turn of the loop brings goes along

    async def check(self) -> None:
        """Write something of no meaning, to see that the door can. Raises as `keep`."""
        self._admit(safety=True)
        loop = asyncio.get_running_loop()
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

    def _admit(self, *, safety: bool) -> None:
        if self._closed:
            raise JournalUnavailable("the door is closed")
        bound = WAITING_MAX + (SAFETY_RESERVE if safety else 0)
        stalled = self._since is not None and monotonic() - self._since > STALL_S
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
            self._since = monotonic()
            self._jobs.put(partial(self._commit, loop, batch, facts, self._drafted(batch)))
        else:
            self._since = None
            if loop.time() >= self._trim_due:
                self._trim_due = loop.time() + TRIM_EVERY_S
                self._jobs.put(self._trim)

    def _drafted(self, batch: list[_Waiting]) -> Draft | None:
        try:
            return self._file.draft([group for group, _ in batch])
        except Exception:
            self._bug()  # as on the writer thread: who waits would wait for ever
            raise

    def _turn_away(self) -> None:
        for queue in (self._safety, self._ordinary):
            while queue:
                group, settle = queue.popleft()
                self._count -= len(group)
                settle(JournalUnavailable("the door is closed"))

    def _settle(
        self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], facts: int, result: list[Answer] | str
    ) -> None:
        answers = [JournalUnavailable(result)] * len(batch) if isinstance(result, str) else result
        for (_, settle), answer in zip(batch, answers, strict=True):
            try:
                settle(answer)
            except Exception as error:  # noqa: BLE001 - a bug of one who waited is not the others' harm
                loop.call_exception_handler({"message": "an answer could not be given", "exception": error})
        if answers is result and self._since is not None:
            self._measured(facts, monotonic() - self._since)
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

    def _commit(self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], facts: int, draft: Draft | None) -> None:
        result: list[Answer] | str
        try:
            result = self._file.commit([group for group, _ in batch], draft)
        except JournalUnavailable as error:
            result = str(error)
            self._troubled(result)
        else:
            self._in_trouble = False
            self._committed()
        _tell(loop, lambda: self._settle(loop, batch, facts, result))

    def _trim(self) -> None:
        with contextlib.suppress(JournalUnavailable):  # the next commit says so, if the disk still refuses
            self._file.trim(self._drained(), self._keep_ms)

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


def _tell_future(future: asyncio.Future[Answer], answer: Answer | JournalUnavailable) -> None:
    """Give who awaits its answer, unless its request went away; the fact is kept all the same."""
    if future.done():
        return
    if isinstance(answer, JournalUnavailable):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], object]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
        loop.call_soon_threadsafe(what)
