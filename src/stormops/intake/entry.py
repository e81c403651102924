"""`POST /api/v1/desk/reports`: what a caller says, typed by staff while they talk.

The same report, the same receipt and the same door as the customer's own; the fact has its author.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.core.report import Channel
from stormops.intake.authors import Authors, keyed_body
from stormops.intake.reports import Accepted, accepted
from stormops.intake.taking import Taker, read_report
from stormops.web.http import problem_response
from stormops.web.problem import Problem

PATH = "/api/v1/desk/reports"


class DeskEntry:
    """The route of staff's own entry. `refused(code)` is for the metrics."""

    def __init__(self, taker: Taker, authors: Authors, feed_url: str, refused: Callable[[str], object]) -> None:
        self._taker = taker
        self._authors = authors
        self._feed_url = feed_url
        self._refused = refused

    def route(self) -> Route:
        """The one route."""
        return Route(PATH, self._post, methods=["POST"], name="desk_report")

    async def _post(self, request: Request) -> Response:
        result = await self._take(request)
        if isinstance(result, Problem):
            self._refused(result.code)
            return problem_response(result)
        return Response(msgspec.json.encode(result), 202, media_type="application/json")

    async def _take(self, request: Request) -> Accepted | Problem:
        author = await self._authors.author(request)
        if isinstance(author, Problem):
            return author
        sent = await keyed_body(request)
        if isinstance(sent, Problem):
            return sent
        key, body = sent
        report = read_report(body)
        if isinstance(report, Problem):
            return report
        sender = f"desk/{author.actor.person}"
        kept = await self._taker.take(report, Channel.DESK, sender, key, by=author.actor)
        return kept if isinstance(kept, Problem) else accepted(kept, report, self._feed_url)
