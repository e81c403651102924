"""The intake as an ASGI app: every write of the platform comes in here, and nothing is read out."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from stormops.clock import Clock
from stormops.intake import batch
from stormops.intake.authors import Authenticate, Authors
from stormops.intake.desk import DeskActions
from stormops.intake.entry import DeskEntry
from stormops.intake.form import FormRoute
from stormops.intake.messages import Desk as MessagesDesk
from stormops.intake.messages import MessagesRoute
from stormops.intake.meters import MeterDoors
from stormops.intake.open311 import Open311
from stormops.intake.openapi import document
from stormops.intake.partners import May, nobody
from stormops.intake.reports import Reports
from stormops.intake.swift import Swift
from stormops.intake.taking import Senders, Taker, not_kept
from stormops.journal.port import Door, DoorBusy, JournalUnavailable
from stormops.pages.open311 import Place
from stormops.pages.page import PageSettings
from stormops.web.http import WithHeaders, problem_response
from stormops.web.problem import bug, problem

READY_SECONDS = 1.0
"""Readiness is tried on the disk at most this often, however often it is asked."""


class Metrics(Protocol):
    """What intake needs of `telemetry.Metrics`."""

    def count(self, name: str, by: float = 1, **labels: str) -> None: ...
    def page(self) -> tuple[bytes, str]: ...


class IntakeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between installations. URLs as browsers see them, without a slash at the end.

    `origins`: the browser origins that may write with a session. `senders_secret`: at least 16
    bytes, the same for every intake of the platform (`journal.secret.shared_secret`).
    `places_secret`: under it the marks of places are made (`journal.place_mark`); empty = no text messages here.
    `jurisdiction` is the one `jurisdiction_id` of Open311; `open311_key_required`: no report without a key.
    """

    title: str
    phone: str
    intake_url: str
    feed_url: str
    origins: list[str]
    senders_secret: bytes
    language: str = "en"
    languages: tuple[str, ...] = ()
    jurisdiction: str = ""
    open311_key_required: bool = False
    places_secret: bytes = b""


def create_intake(
    settings: IntakeSettings,
    door: Door,
    metrics: Metrics,
    authenticate: Authenticate,
    routes: Sequence[BaseRoute] = (),
    *,
    may: May = nobody,
    mode: Callable[[], str] = str,
) -> Intake:
    """The intake over these ports. `routes` are others' writes (sign-in), served under the same rules.

    `may` names the partner whose bearer token may send something; `mode` is what the platform is in.
    """

    def refused(code: str) -> None:
        metrics.count("intake_refused_total", code=code)

    def metered(events: int) -> None:
        metrics.count("intake_meter_events_total", events)

    def taken(channel: str, count: int) -> None:
        metrics.count("intake_reports_total", count, channel=channel)

    def acted(kind: str) -> None:
        metrics.count("intake_actions_total", kind=kind)

    taker, senders = Taker(door, taken), Senders(settings.senders_secret)
    origins = frozenset(origin.encode() for origin in settings.origins)
    reports = Reports(taker, senders, settings.feed_url, origins, refused)
    in_front: dict[str, Swift] = {"/api/v1/reports": reports, batch.PATH: batch.Batches(taker, may, refused)}
    page = PageSettings(
        title=settings.title,
        phone=settings.phone,
        intake_url=settings.intake_url,
        feed_url=settings.feed_url,
        language=settings.language,
        languages=settings.languages,
    )
    open311 = Open311(
        Place(
            title=settings.title,
            phone=settings.phone,
            jurisdiction=settings.jurisdiction,
            intake_url=settings.intake_url,
            feed_url=settings.feed_url,
        ),
        taker,
        reports.sender,
        refused,
        may=may,
        key_required=settings.open311_key_required,
    )
    messages = MessagesRoute(MessagesDesk(page, door, settings.places_secret, Clock().now_ms, refused, reports.sender))
    authors = Authors(authenticate, settings.origins)
    others = [route.path for route in routes if isinstance(route, Route)]
    app = Starlette(
        routes=[
            *(Route(path, endpoint, methods=["POST"]) for path, endpoint in in_front.items()),  # for the other methods
            FormRoute(page, taker, reports.sender, refused, mode=mode).route(),
            *messages.routes(),
            *DeskActions(door, authors, acted, refused).routes(),
            DeskEntry(taker, authors, settings.feed_url, refused).route(),
            *MeterDoors(door, may, metered, refused).routes(),
            *open311.routes(),
            *routes,
            *_Plain(door, metrics, lambda: document(settings.intake_url, settings.title, others)).routes(),
        ],
        middleware=[
            Middleware(WithHeaders),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.origins,
                allow_methods=["GET", "POST"],
                allow_headers=["Content-Type", "Idempotency-Key", "X-CSRF-Token"],
                allow_credentials=True,
                expose_headers=["Retry-After"],
            ),
        ],
        exception_handlers={HTTPException: _refuse(refused), Exception: _broken},
    )
    app.router.redirect_slashes = False  # the address would be made of the Host that the client named
    return Intake(in_front, app)


class Intake:
    """The ASGI app: reports go straight to their endpoints, all else through Starlette.

    `swift`: the endpoints by path, for a server that can call them without a task. They take POST alone.
    """

    def __init__(self, swift: dict[str, Swift], app: ASGIApp) -> None:
        self.swift = swift
        self._endpoints = {path: ServerErrorMiddleware(one, handler=_broken) for path, one in swift.items()}
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            app: ASGIApp = self._app
            if scope["type"] == "http" and scope["method"] == "POST":
                app = self._endpoints.get(scope["path"], app)
            await app(scope, receive, send)
        except ConnectionError:
            return  # nobody is there to be answered, and nothing was complete


class _Plain:
    """Health, metrics and the API's description."""

    def __init__(self, door: Door, metrics: Metrics, describe: Callable[[], bytes]) -> None:
        self._door = door
        self._metrics = metrics
        self._describe = functools.cache(describe)  # made when first asked for: intake has to start at once
        self._ready: tuple[float, asyncio.Task[Response]] | None = None

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._page),
            Route("/openapi.json", self._description),
        ]

    async def _healthz(self, _: Request) -> Response:
        return Response(b'{"status":"alive"}', media_type="application/json")

    async def _readyz(self, _: Request) -> Response:
        now = asyncio.get_running_loop().time()
        if self._ready is None or now - self._ready[0] >= READY_SECONDS:
            self._ready = now, asyncio.create_task(self._try_door())
        return await asyncio.shield(self._ready[1])

    async def _try_door(self) -> Response:
        try:
            await self._door.check()
        except (DoorBusy, JournalUnavailable) as error:
            return problem_response(not_kept(error))
        return Response(b'{"status":"ready"}', media_type="application/json")

    async def _page(self, _: Request) -> Response:
        body, kind = self._metrics.page()
        return Response(body, media_type=kind)

    async def _description(self, _: Request) -> Response:
        return Response(self._describe(), media_type="application/json")


_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}


def _refuse(refused: Callable[[str], None]) -> Callable[[Request, Exception], Response]:
    def handler(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = _CODES.get(status, "malformed_request")
        refused(code)
        response = problem_response(problem(code, "See /openapi.json for what there is."))
        response.headers.update(getattr(error, "headers", None) or {})  # Allow, for a wrong method
        return response

    return handler


def _broken(_: Request, __: Exception) -> Response:
    """A bug: the server logs it; the client learns that it was not its fault."""
    return problem_response(bug())
