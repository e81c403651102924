"""The counter as one Starlette application: its API, its screens, and what operators look at."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from http import HTTPStatus
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.accounts.charge_types import charge_types
from stormops.accounts.records_money import ChargeType
from stormops.books.database import BooksUnavailable
from stormops.books.loading import load
from stormops.counter.api import Api
from stormops.counter.checking import Checking
from stormops.counter.clerk import Clerk
from stormops.counter.desk import Authenticate, Desk, unavailable
from stormops.counter.doing import Doing
from stormops.counter.evidence import Files
from stormops.counter.handing_over import HandingOver
from stormops.counter.openapi import document
from stormops.counter.outage import AskOutage
from stormops.counter.papers import Papers
from stormops.counter.records import Records
from stormops.counter.rendering import Looks, Pages
from stormops.counter.screens import Screens
from stormops.counter.storm_desk import StormDesk, StormRoles
from stormops.counter.verified import Verified
from stormops.telemetry import Log, Metrics
from stormops.web.http import WithHeaders, no_icon, problem_response
from stormops.web.problem import bug, problem


class CounterSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between installations. URLs as browsers see them, without a slash at the end."""

    title: str
    counter_url: str
    feed_url: str
    intake_url: str
    origins: Collection[str]
    evidence: Path
    languages: tuple[str, ...] = ("en",)


def create_counter(
    settings: CounterSettings,
    clerk: Clerk,
    authenticate: Authenticate,
    *,
    metrics: Metrics,
    log: Log,
    outage: AskOutage,
    storm_roles: StormRoles,
) -> Starlette:
    """The application; its lifespan closes the books. `outage` says what is known of a premise's outage."""
    files, sign_in = Files(settings.evidence), f"{settings.feed_url}/sign-in"
    desk = Desk(
        clerk,
        files,
        authenticate=authenticate,
        origins=settings.origins,
        metrics=metrics,
        log=log,
        sign_in=sign_in,
    )
    looks = Looks(settings.title, settings.feed_url, settings.intake_url, settings.languages, clerk.zone)
    pages = Pages(looks, lambda: clerk.episodes().mode)
    verified = Verified(desk, outage)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            desk.close()

    app = Starlette(
        routes=[
            *Api(desk, verified).routes(),
            *Screens(desk, pages, outage).routes(),
            *HandingOver(desk, pages).routes(),
            *Checking(desk, pages).routes(),
            *StormDesk(desk, pages, storm_roles).routes(),
            *Doing(desk, pages, verified, lambda: [each.name for each in storm_roles.colleagues()]).routes(),
            *Papers(desk, pages).routes(),
            *Records(desk, pages).routes(),
            *_Plain(desk, lambda: document(settings.counter_url, settings.title)).routes(),
        ],
        middleware=[Middleware(WithHeaders)],
        exception_handlers={HTTPException: _refused(desk), Exception: _broken},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # the address would be made of the Host that the client named
    return app


def add_charge_types(clerk: Clerk) -> int:
    """Write the policy's kinds of charge that the books do not have; gives how many. Raises BooksUnavailable."""
    missing = [kind for kind in charge_types(clerk.pack, clerk.today()) if clerk.books.get(ChargeType, kind.id) is None]
    if missing:
        load(clerk.books.database, missing, [], f"policy:{clerk.pack.name}", clerk.now_ms())
    return len(missing)


class _Plain:
    """Health, readiness, metrics and the API's description."""

    def __init__(self, desk: Desk, describe: Callable[[], bytes]) -> None:
        self._desk = desk
        self._describe = functools.cache(describe)  # made when first asked for: a counter that was killed is missed

    def routes(self) -> list[Route]:
        return [
            Route("/favicon.ico", no_icon),
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._metrics),
            Route("/openapi.json", self._description),
        ]

    async def _healthz(self, _: Request) -> Response:
        return Response(b'{"status":"alive"}', media_type="application/json")

    async def _readyz(self, _: Request) -> Response:
        try:
            await self._desk.look(self._desk.clerk.books.position)
        except BooksUnavailable:
            return problem_response(unavailable())
        return Response(b'{"status":"ready"}', media_type="application/json")

    async def _metrics(self, _: Request) -> Response:
        body, kind = self._desk.metrics.page()
        return Response(body, media_type=kind)

    async def _description(self, _: Request) -> Response:
        return Response(self._describe(), media_type="application/json")


_CODES = {HTTPStatus.NOT_FOUND: "not_found", HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed"}


def _refused(desk: Desk) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = desk.refused(problem(_CODES.get(HTTPStatus(status), "malformed_request"), "See /openapi.json."))
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    return handler


async def _broken(_: Request, __: Exception) -> Response:
    """A bug: the server logs it; the client learns that it was not its fault."""
    return problem_response(bug())
