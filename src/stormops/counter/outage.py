"""The outage at an address, asked of feed with the session of who looks; the account page never waits for it."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.requests import Request

from stormops.accounts.records_place import Outage
from stormops.web.loopback import get

T = TypeVar("T")

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


class Was(msgspec.Struct):
    """What feed's `GET /api/v1/desk/past/outages/{premise}` says: outages that people confirmed or ended."""

    outages: list[Outage]


_DECODER = msgspec.json.Decoder(Known)
_WAS = msgspec.json.Decoder(Was)


class AskOutage(Protocol):
    """Who is asked of outages at a premise, with the session of who looks."""

    async def __call__(self, premise: str, cookie: str) -> Known | None:
        """What is known of now."""
        ...

    async def past(self, premise: str, cookie: str) -> list[Outage] | None:
        """When it was out, and is no more."""
        ...


def session_of(request: Request) -> str:
    """The cookie with which feed is asked: of all that came only the session's."""
    parts = (part.strip() for part in request.headers.get("cookie", "").split(";"))
    return next((part for part in parts if part.startswith("stormops_session=")), "")


class FeedOutage:
    """Asks feed over the loopback."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def __call__(self, premise: str, cookie: str) -> Known | None:
        """What is known of the premise; None when nobody says. Never raises, never takes longer than the deadline."""
        body = await self._asked(f"/api/v1/desk/customers/{premise}", premise, cookie)
        return None if body is None else _known(_DECODER, body)

    async def past(self, premise: str, cookie: str) -> list[Outage] | None:
        """When it was out and is no more; None when nobody says. Likewise."""
        body = await self._asked(f"/api/v1/desk/past/outages/{premise}", premise, cookie)
        was = None if body is None else _known(_WAS, body)
        return None if was is None else [each for each in was.outages if each.until_ms]

    async def _asked(self, path: str, premise: str, cookie: str) -> bytes | None:
        if not PREMISE.fullmatch(premise):
            return None
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                status, body = await get(self._host, self._port, path, ANSWER_BYTES_MAX, cookie)
        except (OSError, ValueError):  # a time-out is an OSError
            return None
        return body if status == 200 else None


def _known(decoder: msgspec.json.Decoder[T], body: bytes) -> T | None:
    try:
        return decoder.decode(body)
    except ValueError:
        return None
