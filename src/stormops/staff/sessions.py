"""Who a session belongs to, without holding up the loop: remembered for a moment, looked up on threads of its own.

A busy desk asks dozens of times a second, and in a crowd each way through a thread costs one more turn of the loop.
So what is known is answered at once, a look that many wait for is made once, and what is no longer fresh but still
good is answered while it is looked up again. A session that was ended is answered for `GOOD_SECONDS` at the most.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from stormops.staff.person import Person

FRESH_SECONDS = 0.25
"""So long an answer is not asked for again."""

GOOD_SECONDS = 1.0
"""So long an answer may be given while it is asked for again."""

SESSIONS_MAX = 2000
"""People remembered; the one remembered longest ago is forgotten."""

THREADS = 2
"""Looks made at the same moment. They are nobody else's: what fills the common pool keeps no desk waiting."""


class Sessions:
    """`look(token)` reads the staff records, None for nobody's; `now()` in monotonic seconds. For one event loop."""

    def __init__(self, look: Callable[[str], Person | None], now: Callable[[], float]) -> None:
        self._look, self._now = look, now
        self._known: OrderedDict[str, tuple[Person, float]] = OrderedDict()
        self._looking: dict[str, asyncio.Future[Person | None]] = {}
        self._threads = ThreadPoolExecutor(THREADS, "sessions")

    async def who(self, token: str) -> Person | None:
        """Whose session it is. Raises what `look` raises."""
        return self.remembered(token) or await asyncio.shield(self._again(token))

    def remembered(self, token: str) -> Person | None:
        """Whose session it is, when that is still good; None when it is nobody's or has to be looked up."""
        known = self._known.get(token)
        if known is None or (age := self._now() - known[1]) >= GOOD_SECONDS:
            return None
        if age >= FRESH_SECONDS:
            self._again(token)
        return known[0]

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _again(self, token: str) -> asyncio.Future[Person | None]:
        """The look under way for a token, begun if there is none."""
        looking = self._looking.get(token)
        if looking is None:
            looking = asyncio.get_running_loop().run_in_executor(self._threads, self._look, token)
            self._looking[token] = looking
            began = self._now()
            looking.add_done_callback(lambda done: self._told(token, began, done))
        return looking

    def _told(self, token: str, began: float, done: asyncio.Future[Person | None]) -> None:
        """Remember a person as of when the look began. Nobody is not remembered; a look that failed changes nothing."""
        del self._looking[token]
        if done.cancelled() or done.exception() is not None:
            return
        person = done.result()
        self._known.pop(token, None)
        if person is not None:
            self._known[token] = person, began
            if len(self._known) > SESSIONS_MAX:
                self._known.popitem(last=False)
