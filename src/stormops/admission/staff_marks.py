"""Whether a session is staff's, remembered for a short while: asking costs a look into the staff records."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

REMEMBERED_SECONDS = 30.0
"""How long an answer is good. It decides only who is served first; what may be done is checked by the handler."""

SESSIONS_MAX = 5000
"""Answers remembered; the oldest is forgotten."""

ASKING_MAX = 8
"""Sessions being looked up at once; further ones count as what they were last, unknown ones as nobody's this time."""


class StaffMarks:
    """`look(token)` gives whose session it is, None for nobody's; it reads the disk, on a thread of its own."""

    def __init__(self, look: Callable[[str], Awaitable[Any]]) -> None:
        self._look = look
        self._known: OrderedDict[bytes, tuple[bool, float]] = OrderedDict()
        self._asking = 0

    def known(self, token: str, now: float) -> bool | None:
        """Staff's or not; None when it must be asked."""
        answer = self._known.get(_digest(token))
        return answer[0] if answer is not None and answer[1] > now else None

    async def ask(self, token: str, now: float) -> bool:
        """Look it up, unless too many are being looked up already."""
        if self._asking >= ASKING_MAX:
            last = self._known.get(_digest(token))
            return last is not None and last[0]
        self._asking += 1
        try:
            staff = await self._look(token) is not None
        finally:
            self._asking -= 1
        self._known[_digest(token)] = staff, now + REMEMBERED_SECONDS
        while len(self._known) > SESSIONS_MAX:
            self._known.popitem(last=False)
        return staff


def _digest(token: str) -> bytes:
    return hashlib.blake2b(token.encode(errors="replace"), digest_size=16).digest()
