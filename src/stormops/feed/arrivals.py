"""Receipts that are waited for: intake gives one out before the journal has its report.

However many wait, the follower is asked for all of them in one question: what waits takes next to nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, NamedTuple

from stormops.feed.board import Board
from stormops.feed.follow import Follower

POLL_SECONDS = 0.1
"""Pause between two looks for all of them."""

WAITING_MAX = 200
"""Receipts that may be waited for at once; further ones are answered as things stand."""

Answer = dict[str, Any]
Question = Callable[[Board, int], Answer | None]
"""What a board says of a receipt, None when it does not know it."""


class _Awaited(NamedTuple):
    question: Question
    number: int
    answer: asyncio.Future[Answer]


class Arrivals:
    """For one event loop."""

    def __init__(self, follower: Follower[Board]) -> None:
        self._follower = follower
        self._awaited: set[_Awaited] = set()
        self._looking: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Receipts that are waited for now."""
        return len(self._awaited)

    async def wait(self, question: Question, number: int, seconds: float) -> Answer | None:
        """The answer when it comes within so many seconds; None otherwise. Raises NotReady, JournalUnavailable."""
        if len(self._awaited) >= WAITING_MAX:
            return None
        one = _Awaited(question, number, asyncio.get_running_loop().create_future())
        self._awaited.add(one)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                return await one.answer
        except TimeoutError:
            return None
        finally:
            self._awaited.discard(one)

    async def _look(self) -> None:
        """Look for all until nobody waits. What goes wrong goes wrong for all of them."""
        try:
            while self._awaited:
                await asyncio.sleep(POLL_SECONDS)
                asked = list(self._awaited)
                try:
                    answers = await self._follower.ask(_all(asked))
                except Exception as error:  # noqa: BLE001  # each who waits raises it
                    for one in asked:
                        _end(one.answer, error)
                    continue
                for one, answer in zip(asked, answers, strict=True):
                    if answer is not None:
                        _end(one.answer, answer)
        finally:
            self._looking = None


def _all(asked: list[_Awaited]) -> Callable[[Board, object], list[Answer | None]]:
    return lambda board, _: [one.question(board, one.number) for one in asked]


def _end(future: asyncio.Future[Answer], outcome: Answer | Exception) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):  # who waited has gone meanwhile
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
