"""A channel's snapshot over HTTP, made and compressed once for all who ask; the desk's without a task when it is there.

In a flood the loop's turns are long, and a desk that needs several of them for its picture has given up by then. So
the picture made last is handed out as the request is read (`DeskAtHand`), and made anew while it is asked for.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from stormops.feed.channel import Channel
from stormops.feed.ports import Remembered
from stormops.feed.problem import not_ready
from stormops.feed.whole import Whole, not_modified, ok

GZIP_BYTES_LEAST = 2048
"""Smaller answers are sent as they are."""

FRESH_SECONDS = 0.5
"""A picture of an older position is not made anew sooner, when it is asked for at hand."""

GOOD_SECONDS = 2.0
"""So old it may be while it is made anew; it says at which position and time it was true."""

DESK = b"/api/v1/desk/snapshot"


class Picture(NamedTuple):
    """A compressed snapshot: of which position and time, when (monotonic seconds) it was begun, its tag."""

    of: tuple[int, int]
    begun: float
    etag: str
    gzipped: bytes


class SnapshotAnswer:
    """A channel's snapshot: made and compressed once for each position and time, for all who ask for it."""

    def __init__(
        self, channel: Channel, cache: str, now_ms: Callable[[], int], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._channel = channel
        self._cache = cache
        self._now_ms, self._now = now_ms, now
        self._of = (-1, 0)
        self._making: asyncio.Future[bytes] | None = None
        self._newest: Picture | None = None
        self._thread = ThreadPoolExecutor(1, "pictures")  # the desk's is P0: what fills the workers does not hold it up

    async def respond(self, request: Request) -> Response:
        """The snapshot, or 304 when the browser has it, or 503 before the first one."""
        channel = self._channel
        if not channel.ready:
            return not_ready()
        etag = self._etag()
        headers = self.headers(etag)
        if etag in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        if "gzip" not in request.headers.get("accept-encoding", "") or channel.snapshot_bytes < GZIP_BYTES_LEAST:
            return Response(channel.body(self._now_ms()), 200, headers, "application/json")
        # Shielded: who goes away takes nothing from the others that wait for it.
        gzipped = await asyncio.shield(self._made())
        return Response(gzipped, 200, headers | {"Content-Encoding": "gzip"}, "application/json")

    def headers(self, etag: str) -> dict[str, str]:
        """What every snapshot's answer carries."""
        return {"Cache-Control": self._cache, "ETag": etag, "Vary": "Accept-Encoding"}

    def newest(self) -> Picture | None:
        """The picture made last, while it is good; None when one has to be waited for."""
        newest = self._newest
        if newest is None or newest.of == (self._channel.n, self._channel.at_ms):
            return newest
        age = self._now() - newest.begun
        if age >= FRESH_SECONDS and (self._making is None or self._making.done()):
            self._made()
        return newest if age < GOOD_SECONDS else None

    def _etag(self) -> str:
        return f'"{self._channel.epoch}-{self._channel.n}-{self._channel.at_ms}"'

    def _made(self) -> asyncio.Future[bytes]:
        """The compressed snapshot of now, or the one on its way."""
        channel = self._channel
        if self._making is None or self._of != (channel.n, channel.at_ms):
            of = self._of = channel.n, channel.at_ms
            etag, body = self._etag(), channel.body(self._now_ms())
            begun = self._now()
            self._making = asyncio.get_running_loop().run_in_executor(self._thread, gzip.compress, body, 1)
            self._making.add_done_callback(lambda done: self._keep(of, begun, etag, done))
        return self._making

    def _keep(self, of: tuple[int, int], begun: float, etag: str, done: asyncio.Future[bytes]) -> None:
        if not done.cancelled() and done.exception() is None:
            self._newest = Picture(of, begun, etag, done.result())


class DeskAtHand:
    """The desk's snapshot for who is known to be signed in, without a task (`admission.doorkeeper.AtHand`).

    `also`: the headers that every answer has.
    """

    def __init__(self, snapshot: SnapshotAnswer, remembered: Remembered, also: Mapping[str, str]) -> None:
        self._snapshot, self._remembered, self._also = snapshot, remembered, also
        self._answer: tuple[Picture, Whole, Whole] | None = None

    def at_hand(self, target: bytes, headers: list[tuple[bytes, bytes]]) -> Whole | None:
        """The answer to GET `target`, None when it must go the usual way. Header names in small letters."""
        if target != DESK or self._remembered(headers) is None:
            return None
        given = dict(headers)
        picture = self._snapshot.newest() if b"gzip" in given.get(b"accept-encoding", b"") else None
        if picture is None:
            return None
        if self._answer is None or self._answer[0] is not picture:
            self._answer = picture, *self._answers(picture)
        _, whole, same = self._answer
        return same if picture.etag.encode() in given.get(b"if-none-match", b"") else whole

    def _answers(self, picture: Picture) -> tuple[Whole, Whole]:
        always = {**self._also, **self._snapshot.headers(picture.etag)}
        coded = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return ok(always | coded, picture.gzipped), not_modified(always)
