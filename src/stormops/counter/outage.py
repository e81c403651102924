"""The outage at an address, asked of feed with the session of who looks; the account page never waits for it."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec

from stormops.web.loopback import get

DEADLINE_SECONDS = 1.5
ANSWER_BYTES_MAX = 256 * 1024

PREMISE = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class Known(msgspec.Struct):
    """What feed's `GET /api/v1/desk/customers/{premise}` says that the account page shows."""

    address: str
    incidents: list[dict[str, Any]]
    reports_total: int
    medical: bool
    nested: bool
    meter: str | None = None


_DECODER = msgspec.json.Decoder(Known)


class FeedOutage:
    """Asks feed over the loopback."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def __call__(self, premise: str, cookie: str) -> Known | None:
        """What is known of the premise; None when nobody says. Never raises, never takes longer than the deadline."""
        if not PREMISE.fullmatch(premise):
            return None
        path = f"/api/v1/desk/customers/{premise}"
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                status, body = await get(self._host, self._port, path, ANSWER_BYTES_MAX, cookie)
            return _DECODER.decode(body) if status == 200 else None
        except (OSError, ValueError):  # a time-out is an OSError, a body that is none a ValueError
            return None
