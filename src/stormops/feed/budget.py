"""A bound on bytes that are on their way at once: who finds no room waits, first come first served."""

from __future__ import annotations

import asyncio
from collections import deque


class Budget:
    """At most `most` bytes taken at any moment. Lives on one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def used(self) -> int:
        """Bytes taken now."""
        return self._used

    async def take(self, size: int) -> int:
        """Wait for room and take it; gives what was taken (`size`, or all there is when that is less)."""
        want = min(size, self._most)
        if not self._waiting and self._used + want <= self._most:
            self._used += want
            return want
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((want, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give(want)  # granted and cancelled in the same moment
            else:
                self._waiting = deque(item for item in self._waiting if item[1] is not turn)
                self._grant()
            raise
        return want

    def give(self, size: int) -> None:
        """Give back what `take` gave."""
        self._used -= size
        self._grant()

    def _grant(self) -> None:
        while self._waiting and self._used + self._waiting[0][0] <= self._most:
            want, turn = self._waiting.popleft()
            if not turn.done():
                self._used += want
                turn.set_result(None)
