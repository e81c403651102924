"""The archive as a process of its own: whole frames in and out, so that no work on the past holds up the live feed.

`Helper` is feed's side: it starts the process when somebody asks, gives it one question at a time, and lets it end when
nobody has asked for a while. `serve` is the process's side. A frame is its length (4 bytes) and msgpack.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import struct
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from stormops.feed.follow import NotReady
from stormops.feed.past.archive import Answer, Archive, Ask
from stormops.journal.port import JournalUnavailable

ANSWER_SECONDS_MAX = 30.0
"""A question that takes longer is given up, and the process with it: the first one after a start may replay much."""

IDLE_SECONDS = 600.0
"""So long the process stays when nobody asks: it holds a city and a situation or two."""

NICENESS = 10
"""On top of feed's own: the live platform goes first."""

LULL_SECONDS = 0.2
"""After so long without a question the archive works ahead."""

FRAME_BYTES_MAX = 256 * 1024 * 1024
"""Longer frames are not ours: the process is ended."""

UNAVAILABLE = 503

_LENGTH = struct.Struct("!I")
_ASK = msgspec.msgpack.Decoder(Ask)
_ANSWER = msgspec.msgpack.Decoder(Answer)


class Past(Protocol):
    """Whoever answers about the past."""

    async def ask(self, ask: Ask) -> Answer:
        """The answer. Raises NotReady."""

    async def close(self) -> None: ...


class Helper:
    """See `Past`. `command` starts the process, with `environment` added to ours."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._end: asyncio.TimerHandle | None = None
        self._asking: set[asyncio.Task[Answer]] = set()

    @property
    def pid(self) -> int | None:
        """The process's number while it is there."""
        return self._process.pid if self._process is not None else None

    async def ask(self, ask: Ask) -> Answer:
        """See `Past.ask`. Who goes away takes nothing from the next one: the answer is read all the same."""
        task = asyncio.create_task(self._ask(ask))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return await asyncio.shield(task)

    async def _ask(self, ask: Ask) -> Answer:
        async with self._turn:
            if self._end is not None:
                self._end.cancel()
            try:
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    answer = await self._exchange(ask)
            except (OSError, EOFError, TimeoutError, msgspec.MsgspecError) as error:
                await self._stop()
                raise NotReady from error
            self._end = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._let_go)
        if answer.status == UNAVAILABLE:
            raise NotReady
        return answer

    async def _exchange(self, ask: Ask) -> Answer:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=os.environ | dict(self._environment),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipes")
        body = msgspec.msgpack.encode(ask)
        process.stdin.write(_LENGTH.pack(len(body)) + body)
        await process.stdin.drain()
        (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
        if length > FRAME_BYTES_MAX:
            raise OSError("not a frame")
        return _ANSWER.decode(await process.stdout.readexactly(length))

    def _let_go(self) -> None:
        """Nobody has asked for long: its end of the pipe closes, and it ends."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def close(self) -> None:
        """End the process."""
        if self._end is not None:
            self._end.cancel()
        for task in list(self._asking):
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self._stop()


def serve(archive: Archive, read: int, write: int) -> None:
    """Answer frames of one descriptor on another until the first one ends."""

    def asked() -> bool:
        return bool(select.select([read], [], [], 0)[0])

    while True:
        if not select.select([read], [], [], LULL_SECONDS)[0]:
            with contextlib.suppress(JournalUnavailable):
                archive.idle(asked)
            select.select([read], [], [])
        head = _take(read, _LENGTH.size)
        if head is None:
            return
        body = _take(read, _LENGTH.unpack(head)[0])
        if body is None:
            return
        try:
            answer = archive.ask(_ASK.decode(body))
        except JournalUnavailable:
            answer = Answer(UNAVAILABLE, b"")
        frame = msgspec.msgpack.encode(answer)
        _give(write, _LENGTH.pack(len(frame)) + frame)


def _take(descriptor: int, size: int) -> bytes | None:
    """So many bytes, None when the other side has gone."""
    parts: list[bytes] = []
    while size:
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _give(descriptor: int, body: bytes) -> None:
    view = memoryview(body)
    while view:
        view = view[os.write(descriptor, view) :]
