"""What is known of a customer's premise, asked of feed over the loopback; no page waits for it longer than a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import quote

import msgspec

from stormops.counter.outage import ANSWER_BYTES_MAX, DEADLINE_SECONDS
from stormops.journal.place_mark import make_mark
from stormops.web.loopback import get


class Incident(msgspec.Struct):
    """The outage of a service."""

    state: str
    since_ms: int
    customers_out: int


class Service(msgspec.Struct):
    """One service: out, on or unknown."""

    utility: str
    believed: str
    incident: Incident | None


class Reported(msgspec.Struct):
    """Open reports from there."""

    count: int
    last_ms: int


class Believed(msgspec.Struct):
    """One premise, as feed's `GET /api/v1/public/premise/{home}` has it. `place`: by it texts are asked for."""

    services: list[Service]
    reported: Reported | None
    place: str | None


class _Answer(msgspec.Struct):
    at_ms: int
    premises: list[Believed]


_DECODER = msgspec.json.Decoder(_Answer)


class HomeOutage:
    """Asks feed; `secret` marks premises (`journal.place_mark`), `now_ms` is the wall's."""

    def __init__(self, host: str, port: int, secret: bytes, now_ms: Callable[[], int]) -> None:
        self._host, self._port, self._secret, self._now_ms = host, port, secret, now_ms

    async def __call__(self, premise: str) -> Believed | None:
        """What is known of a premise (its id there); None when nobody says. Never raises."""
        mark = make_mark(self._secret, premise, self._now_ms())
        path = f"/api/v1/public/premise/{quote(mark, safe='')}"
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                status, body = await get(self._host, self._port, path, ANSWER_BYTES_MAX)
            return _DECODER.decode(body).premises[0] if status == 200 else None
        except (OSError, ValueError, IndexError):  # a time-out is an OSError, a body that is none a ValueError
            return None
