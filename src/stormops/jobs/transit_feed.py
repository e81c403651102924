"""Reads the buses' service alerts, again and again, and leaves what was heard in the data folder.

A process of its own: a stranger's bytes are taken apart here and nowhere else. What cannot be read changes nothing that
was left, so whoever shows it sees it grow old. Nothing here waits for anybody, and nobody waits for this.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import httpx2
import msgspec

from stormops.clock import Clock
from stormops.telemetry import Log
from stormops.transit.alert import FILE, Heard
from stormops.transit.names import NO_NAMES, read_names
from stormops.transit.service_alerts import Read, Unreadable, read_alerts

EVERY_SECONDS = 30.0
"""Between two looks: how often a feed should be made anew (GTFS-Realtime best practices). Jittered by a fifth."""

TROUBLE_SECONDS_MAX = 240.0
"""Longest pause while it cannot be read; pauses double until then."""

ANSWER_SECONDS_MAX = 10.0
"""A whole answer, from the first word to the last; a longer one is given up."""

BODY_BYTES_MAX = 2 * 1024 * 1024
"""A longer answer is no feed of ours: of the cheapest entities so many bytes take a hundred megabytes."""

MEMORY_BYTES_MAX = 1024 * 1024 * 1024
"""Address space of the process: whatever comes in, others keep theirs."""

NAMES_BYTES_MAX = 16 * 1024 * 1024

CHUNK_BYTES = 64 * 1024

ASKED_FOR = {"Accept": "application/x-protobuf, application/octet-stream", "Accept-Encoding": "identity"}
"""As it is: what is packed may unpack to anything."""

MARKS = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
"""What we ask with, and what of the answer before it repeats."""


class _Last(NamedTuple):
    """What was read last, and by what its server knows it."""

    marks: dict[str, str]
    read: Read


class TransitFeed:
    """One feed. `timetable`: folder of `routes.txt` and `stops.txt`, which need not be there; `url` is never logged."""

    def __init__(
        self, url: str, folder: Path, timetable: Path, languages: list[str], *, clock: Clock, log: Log
    ) -> None:
        self._url, self._path, self._timetable = url, folder / FILE, timetable
        self._languages, self._clock, self._log = languages, clock, log
        self._last: _Last | None = None
        self._names, self._stamps = NO_NAMES, [0, 0]
        self._failures = 0

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            pause = min(TROUBLE_SECONDS_MAX, EVERY_SECONDS * 2 ** min(self._failures, 10))
            await sleep(pause * random.uniform(0.8, 1.2))

    async def look(self) -> None:
        """One look: what the feed says now is left in the file, or it is said (once) that it cannot be read."""
        try:
            self._learn_names()
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                self._last = await self._read(self._last)
            self._leave(self._last.read)
        except (OSError, httpx2.HTTPError, httpx2.InvalidURL, Unreadable) as error:
            self._failures += 1
            if self._failures == 1:  # an error of the transport may have the address, and a key, in its message
                why = str(error) if isinstance(error, Unreadable) else type(error).__name__
                self._log.warning("transit_feed_unreadable", sentence=why)
        else:
            if self._failures:
                self._log.info("transit_feed_read")
            self._failures = 0

    async def _read(self, last: _Last | None) -> _Last:
        """What it says now, which may be the last again. Raises Unreadable and the transport's errors."""
        marks = last.marks if last else {}
        async with (
            httpx2.AsyncClient(timeout=ANSWER_SECONDS_MAX) as http,
            http.stream("GET", self._url, headers=ASKED_FOR | marks) as answer,
        ):
            if last and marks and answer.status_code == 304:
                return last
            body = await _body(answer)
        marks = {ask: answer.headers[told] for ask, told in MARKS.items() if told in answer.headers}
        return _Last(marks, read_alerts(body, self._names, self._languages, self._clock.platform_ms))

    def _leave(self, read: Read) -> None:
        """Leave what was heard, as a whole or not at all. Raises OSError."""
        now_ms = Clock().now_ms()
        made_ms = min(read.made_s * 1000 or now_ms, now_ms)  # a clock that goes ahead makes nothing newer than now
        heard = Heard(as_of_ms=self._clock.platform_ms(made_ms), alerts=read.alerts, more=read.more)
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        draft.write_bytes(msgspec.json.encode(heard))
        draft.replace(self._path)

    def _learn_names(self) -> None:
        """The timetable's names, when it has changed; then the feed has to say everything again. Raises OSError."""
        tables = [self._timetable / name for name in ("routes.txt", "stops.txt")]
        stamps = [table.stat().st_mtime_ns if table.is_file() else 0 for table in tables]
        if stamps == self._stamps:
            return
        self._stamps, self._last = stamps, None
        try:
            self._names = read_names(*(_table(table) for table in tables))
        except ValueError as error:
            self._log.warning("transit_names_unreadable", sentence=str(error))


async def _body(answer: httpx2.Response) -> bytes:
    """Raises Unreadable."""
    if answer.status_code != 200:  # a redirection, too: where to is for people to say
        raise Unreadable(f"it answers {answer.status_code}")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise Unreadable("it is packed, which was not asked for")
    body = bytearray()
    async for chunk in answer.aiter_raw(CHUNK_BYTES):
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Unreadable(f"it has more than {BODY_BYTES_MAX} bytes")
    return bytes(body)


def _table(table: Path) -> bytes:
    """A table, empty when it is not there. Raises ValueError when it is too long."""
    if not table.is_file():
        return b""
    if table.stat().st_size > NAMES_BYTES_MAX:
        raise ValueError(f"{table.name} has more than {NAMES_BYTES_MAX} bytes")
    return table.read_bytes()


def timetable_of(city_file: Path) -> Path:
    """Where a city's timetable is: `cities/palmetto.toml` has its tables in `cities/transit/palmetto/`."""
    return city_file.parent / "transit" / city_file.stem
