"""Customers' own pages as one Starlette application; and the two doors of counter, told apart by their ports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from stormops.counter.own.arranging import Arranging
from stormops.counter.own.bills import Bills
from stormops.counter.own.codes import Send as SendCode
from stormops.counter.own.door import Door
from stormops.counter.own.entering import Entering
from stormops.counter.own.overview import AskHome, Overview
from stormops.counter.own.wishes import Wishes
from stormops.web.http import WithHeaders, no_icon


def create_own(door: Door, *, ways: Mapping[str, SendCode], ask: AskHome) -> Starlette:
    """The application. `ways` hand codes over, by text, by mail (none: no provider); `ask`: the outage of a premise."""
    entering = Entering(door, ways, Overview(door, ask).page)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sending = asyncio.create_task(entering.codes.run())
        try:
            yield
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            door.close()

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = door.problem(request, "nothing_here" if status in {404, 405} else "broken", status)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    app = Starlette(
        routes=[
            Route("/favicon.ico", no_icon),
            *entering.routes(),
            *Bills(door).routes(),
            *Arranging(door).routes(),
            *Wishes(door).routes(),
        ],
        middleware=[Middleware(WithHeaders)],
        exception_handlers={HTTPException: refused, Exception: refused},
        lifespan=lifespan,
    )
    app.state.codes = entering.codes
    app.router.redirect_slashes = False  # the address would be made of the Host that the client named
    return app


class Doors:
    """One process, two ports: at `port` there are customers' pages and nothing else, elsewhere staff's counter."""

    def __init__(self, staff: Starlette, own: Starlette, port: int) -> None:
        self._staff, self._own, self._port = staff, own, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "lifespan":
            async with self._own.router.lifespan_context(self._own):
                await self._staff(scope, receive, send)
            return
        server = scope.get("server")
        # Where a request came in is the local port of its connection, never what it says.
        app: ASGIApp = self._own if server is not None and server[1] == self._port else self._staff
        await app(scope, receive, send)
