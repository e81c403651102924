"""The desk's reads of the past: staff only, never kept by a cache."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from stormops.feed.past.archive import Ask, Kind
from stormops.feed.past.process import Past
from stormops.feed.problem import bad_query, not_found
from stormops.feed.reads import typed_receipt

BASE = "/api/v1/desk/past"

NUMBER_MAX = 2**53
"""Positions and times beyond are not numbers to a browser."""

PRIVATE = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}

_WAYS: dict[str, Kind] = {"n": "n", "at_ms": "moment", "next": "next", "previous": "previous"}

Read = Callable[[Request], Awaitable[Response]]


class PastReads:
    """Endpoints, for whoever guards them (`feed.desk`)."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def reads(self) -> dict[str, Read]:
        """Endpoints by their addresses."""
        return {
            BASE: self._picture,
            f"{BASE}/marks": self._marks,
            f"{BASE}/outages/{{premise}}": self._outages,
            f"{BASE}/{{n}}/incidents/{{name}}": self._named("incident", "This incident was not open then."),
            f"{BASE}/{{n}}/reports/{{receipt}}": self._report,
            f"{BASE}/{{n}}/customers/{{premise}}": self._named("customer", "No premise has this number."),
            f"{BASE}/{{n}}/premises/{{premise}}": self._named("premise", "No premise has this number."),
        }

    async def _picture(self, request: Request) -> Response:
        """One of `n`, `at_ms`, `next` and `previous`; with `known`, only what differs from that position."""
        query = request.query_params
        ways = [name for name in _WAYS if name in query]
        values = {name: _number(query[name]) for name in [*ways, *(["known"] if "known" in query else [])]}
        if len(ways) != 1 or None in values.values():
            return bad_query("Give one of n, at_ms, next and previous, and known: whole numbers, not below 0.")
        way = ways[0]
        value, known = values[way] or 0, values.get("known")
        n, at_ms = (0, value) if way == "at_ms" else (value, 0)
        ask = Ask(kind=_WAYS[way], n=n, at_ms=at_ms, known=-1 if known is None else known)
        return await self._answer(request, ask, "Nothing had changed before." if way == "previous" else "That is all.")

    async def _marks(self, request: Request) -> Response:
        return await self._answer(request, Ask(kind="marks"), "")

    async def _outages(self, request: Request) -> Response:
        ask = Ask(kind="outages", name=request.path_params["premise"])
        return await self._answer(request, ask, "No premise has this number.")

    def _named(self, kind: Kind, unknown: str) -> Read:
        async def read(request: Request) -> Response:
            n = _number(request.path_params["n"])
            if n is None:
                return bad_query("A position is a whole number, not below 0.")
            name = request.path_params["name" if kind == "incident" else "premise"]
            return await self._answer(request, Ask(kind=kind, n=n, name=name), unknown)

        return read

    async def _report(self, request: Request) -> Response:
        n, receipt = _number(request.path_params["n"]), typed_receipt(request.path_params["receipt"])
        if n is None:
            return bad_query("A position is a whole number, not below 0.")
        if receipt is None:
            return not_found("This is not a receipt number.")
        return await self._answer(request, Ask(kind="report", n=n, receipt=receipt), "Nobody had reported that then.")

    async def _answer(self, request: Request, ask: Ask, unknown: str) -> Response:
        answer = await self._past.ask(ask)
        if answer.status != HTTPStatus.OK:
            return not_found(unknown)
        if not answer.gzipped:
            return Response(answer.body, headers=PRIVATE, media_type="application/json")
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = PRIVATE | {"Content-Encoding": "gzip"}
            return Response(answer.body, headers=headers, media_type="application/json")
        return Response(gzip.decompress(answer.body), headers=PRIVATE, media_type="application/json")


def _number(text: str) -> int | None:
    """A whole number that is not below 0."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(NUMBER_MAX)):
        return None
    value = int(text)
    return value if value <= NUMBER_MAX else None
