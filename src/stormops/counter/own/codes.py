"""Sending codes, after the answer: whom a code is for is found out here, so that no answer's time can tell.

Bounds: `WAITING_MAX` askings wait, one more is dropped (its asker asks again); `UNDER_WAY_MAX` are with the provider.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from stormops.books.database import BooksUnavailable
from stormops.counter.own.sign_in import CODE_MINUTES, Asked
from stormops.counter.own.words import said
from stormops.telemetry import Log, Metrics

WAITING_MAX = 500
UNDER_WAY_MAX = 16

AGAIN = frozenset({"again", "account"})
"""Answers of a provider by which nothing was taken, and which may change."""

AGAIN_SECONDS = 2.0
"""Before the second try, doubling; each ±25 %."""

TITLE_CHARACTERS_MAX = 40

FOUND, NOBODY, LIMITED = "found", "nobody", "limited"
"""Of whom a code is for."""

Send = Callable[[str, str], Awaitable[str]]
"""Hands a text to a contact of record: sent, refused, unclear, or one of `AGAIN`. Never raises."""


class Wanted(NamedTuple):
    """Who asked, as typed, in which language, and the code."""

    account: str
    contact: str
    language: str
    asked: Asked


class Codes:
    """The sender. `find` makes a code that of whom it is for: found, nobody, or limited (sent enough already)."""

    def __init__(
        self,
        title: str,
        send: Send,
        find: Callable[[Wanted], Awaitable[str]],
        *,
        now_ms: Callable[[], int],
        metrics: Metrics,
        log: Log,
    ) -> None:
        self._title, self._send, self._find = title[:TITLE_CHARACTERS_MAX], send, find
        self._now_ms, self._metrics, self._log = now_ms, metrics, log
        self._waiting: asyncio.Queue[Wanted] = asyncio.Queue(WAITING_MAX)
        self._under_way = 0

    @property
    def idle(self) -> bool:
        """Whether everything that was asked for has ended."""
        return not self._under_way

    def offer(self, wanted: Wanted) -> None:
        """To be sent, if it is anybody's."""
        try:
            self._waiting.put_nowait(wanted)
            self._under_way += 1
        except asyncio.QueueFull:
            self._count("dropped")

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(UNDER_WAY_MAX):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            wanted = await self._waiting.get()
            try:
                self._count(await self._one(wanted))
            except BooksUnavailable:
                self._count("dropped")
            except Exception as error:  # noqa: BLE001 - one code that fails must not end the others
                self._log.failed("own_codes_failed", error)
                self._count("dropped")
            finally:
                self._under_way -= 1

    async def _one(self, wanted: Wanted) -> str:
        outcome = await self._find(wanted)
        if outcome != FOUND:
            return outcome
        words, code = said(wanted.language), wanted.asked.code
        text = words("own.code_text", title=self._title, code=code, minutes=CODE_MINUTES)
        pause = AGAIN_SECONDS
        while (answer := await self._send(wanted.contact, text)) in AGAIN:
            if self._now_ms() + pause * 1000 >= wanted.asked.until_ms:
                return "late"
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))
            pause *= 2
        return answer

    def _count(self, outcome: str) -> None:
        self._metrics.count("own_codes_total", outcome=outcome)
