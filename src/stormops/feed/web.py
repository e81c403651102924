"""The feed as one Starlette application: every read, every page, every live socket."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import secrets
import signal
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

from stormops.clock import Clock
from stormops.feed.at_home import AtHome
from stormops.feed.board import Board, restore
from stormops.feed.built import Built
from stormops.feed.channel import Channel
from stormops.feed.desk import DeskReads
from stormops.feed.finding import Finder
from stormops.feed.follow import Follower, NotReady
from stormops.feed.headers import SecurityHeaders, security_headers
from stormops.feed.help_places import HelpPlaces, beside
from stormops.feed.hub import Hub
from stormops.feed.maps import PUBLIC_LAYERS, layers_of
from stormops.feed.open311 import Open311Reads, Requests
from stormops.feed.openapi import document
from stormops.feed.pages import Pages
from stormops.feed.parts import FeedParts
from stormops.feed.picture import DeskAtHand
from stormops.feed.ports import Authenticate
from stormops.feed.problem import Json, not_ready, problem
from stormops.feed.publish.made import make_publisher, make_shelf
from stormops.feed.reads import PublicReads, Receipts
from stormops.feed.room import Room
from stormops.feed.selection import boxes_of, place_of_areas, place_on_desk
from stormops.feed.text_page import TextPage
from stormops.feed.transit_alerts import TransitAlerts
from stormops.feed.views import Audience, Views
from stormops.feed.whole import Whole
from stormops.journal.place_mark import MARK_CHARACTERS_MAX, make_mark, read_mark
from stormops.journal.port import JournalUnavailable
from stormops.pages.open311 import Place
from stormops.settings import Settings
from stormops.telemetry import Log
from stormops.web.http import no_icon

Page = Callable[[Request], Awaitable[Response]]

AtHand = Callable[[bytes, list[tuple[bytes, bytes]]], Whole | None]
"""See `admission.doorkeeper`."""

WORKERS = 2
"""Threads for what would keep the loop waiting. Each that computes takes turns with the loop, which serves them all."""


def create_feed(parts: FeedParts) -> Starlette:
    """The application. Following starts and ends with its lifespan; `state.failure` is the bug that ended it."""
    settings = parts.settings
    epoch = settings.feed_epoch or secrets.token_hex(8)
    hub = Hub(
        {"desk": Views(epoch, place_on_desk), "public": Views(epoch, place_of_areas(boxes_of(parts.areas)))},
        now_ms=settings.clock.now_ms,
        authenticate=parts.authenticate,
        origins=settings.origins,
        room=Room(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
        log=parts.log,
        metrics=parts.metrics,
    )

    def load() -> Board:
        situation = restore(parts.city, parts.tree, parts.snapshots, parts.journal, parts.log)
        return Board(situation, parts.journal, hub, parts.areas, phone=parts.city_file.phone)

    cadence: dict[Audience, float] = {
        "desk": parts.city_file.desk_cadence_ms / 1000,
        "public": parts.city_file.public_cadence_ms / 1000,
    }
    follower = Follower(load, parts.journal, cadence, parts.log, settings.clock_speed)
    places = HelpPlaces(beside(settings.city_file), parts.log)
    alerts = TransitAlerts(settings, parts.city_file, parts.log)
    pages = Pages(parts.city_file, settings, lambda: _mode_now(hub.channels["public"]))
    maps = layers_of(parts.city, parts.tree, parts.areas)
    receipts = Receipts(follower, parts.metrics, settings.feed_processes)
    public = PublicReads(parts, hub.channels["public"], receipts, maps, pages=pages, alerts=alerts)
    finder = Finder(parts.city, parts.areas)
    also = security_headers(settings.feed_url, settings.intake_url)
    text = TextPage(
        hub.channels["public"],
        pages,
        places=places,
        alerts=alerts,
        also=also,
        now_ms=settings.clock.now_ms,
        now=time.monotonic,
    )
    mark = _marks(parts.places_secret)
    home = AtHome(
        finder,
        follower,
        hub.channels["public"],
        pages,
        places=places,
        text=text,
        now=time.monotonic,
        mark=mark,
        opened=lambda home: read_mark(parts.homes_secret, home, Clock().now_ms()) if parts.homes_secret else "",
    )
    desk = DeskReads(parts, hub.channels["desk"], follower, maps, finder)
    shelf = make_shelf(settings, parts.city_file)
    publisher = make_publisher(parts, follower, pages, public.told, lambda: hub.share("public"))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.failure = None
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WORKERS, "workers"))
        runs = [follower.run(), hub.run(), shelf.run(), *([publisher.run()] if publisher else [])]
        tasks = [asyncio.create_task(run) for run in runs]
        for task in tasks:
            task.add_done_callback(lambda ended: _ended(app, ended, parts.log))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await parts.past.close()
            follower.close()
            if publisher:
                publisher.close()

    app = Starlette(
        routes=[
            # First, because routes are tried in turn and sockets come by the thousand.
            WebSocketRoute("/api/v1/feed", hub.endpoint),
            *_public_routes(public),
            *home.routes(),
            alerts.route(),
            *desk.routes(),
            *_open311(parts, follower, receipts).routes(),
            *_page_routes(pages, public, parts.authenticate, settings),
            Route("/public/{path:path}", shelf.endpoint),
            *_health_routes(follower, hub.channels["desk"], parts),
            Mount("/", Built(settings.dashboards)),
        ],
        middleware=[Middleware(SecurityHeaders, feed_url=settings.feed_url, intake_url=settings.intake_url)],
        exception_handlers={HTTPException: _http_problem(pages), NotReady: _not_ready, JournalUnavailable: _not_ready},
        lifespan=lifespan,
    )
    app.state.hub = hub
    app.state.receipts = receipts
    for_public = [shelf.at_hand, text.at_hand]
    app.state.public_at_hand = _first(for_public)
    app.state.at_hand = _first([DeskAtHand(desk.snapshot, parts.remembered, also).at_hand, *for_public])
    return app


def _first(every: Sequence[AtHand]) -> AtHand:
    """What is at hand of the first that has it."""
    return lambda target, headers: next(filter(None, (one(target, headers) for one in every)), None)


def _marks(secret: bytes) -> Callable[[str], str] | None:
    """What marks a premise for who may sign up for messages about it."""
    wall = Clock()
    return (lambda premise: make_mark(secret, premise, wall.now_ms())) if secret else None


def _open311(parts: FeedParts, follower: Follower[Board], receipts: Receipts) -> Open311Reads:
    city = parts.city_file
    place = Place(
        title=city.title,
        phone=city.phone,
        jurisdiction=city.open311_jurisdiction or city.name,
        intake_url=parts.settings.intake_url,
        feed_url=parts.settings.feed_url,
    )
    requests = Requests(parts.areas, parts.public_names_secret, city.title)
    return Open311Reads(place, requests, follower, receipts, parts.settings.clock.now_ms)


def _public_routes(public: PublicReads) -> list[Route]:
    return [
        Route("/api/v1/reports/{receipt}", public.receipt),
        Route("/api/v1/public/snapshot", public.snapshot),
        Route("/api/v1/config", public.config),
        *(Route(f"/api/v1/map/{name}.geojson", public.layer) for name in PUBLIC_LAYERS),
    ]


def _at_staffs(settings: Settings, page: Page) -> Page:
    """A page for staff: asked for at the public's address, it leads to the staff's, where that is another."""
    address = urlsplit(settings.feed_staff_url).netloc

    async def led(request: Request) -> Response:
        server = request.scope.get("server")
        here = settings.feed_staff_url == settings.feed_url or (server and server[1] == settings.feed_staff_port)
        if here or request.headers.get("host") == address:  # something in front may lead it to either port
            return await page(request)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{settings.feed_staff_url}{request.url.path}{query}", 303)

    return led


def _page_routes(pages: Pages, public: PublicReads, authenticate: Authenticate, settings: Settings) -> list[Route]:
    async def index(request: Request) -> Response:
        return pages.home(pages.reader(request))

    def staffs(name: str) -> Page:
        async def page(request: Request) -> Response:
            if await authenticate(request) is None:
                return RedirectResponse("/sign-in", 303)
            return pages.dashboard(pages.reader(request), name)

        return page

    async def report(request: Request) -> Response:
        return pages.report(pages.reader(request))

    async def messages(request: Request) -> Response:
        given = request.query_params
        place = {name: given[name][:MARK_CHARACTERS_MAX] for name in ("receipt", "place") if given.get(name)}
        return pages.messages(pages.reader(request), place)

    async def sign_in(request: Request) -> Response:
        return pages.sign_in(pages.reader(request), request.query_params.get("problem"))

    async def stylesheet(_request: Request) -> Response:
        return Response(pages.stylesheet, headers={"Cache-Control": "public, max-age=300"}, media_type="text/css")

    return [
        Route("/favicon.ico", no_icon),
        Route("/", index),
        Route("/desk", _at_staffs(settings, staffs("desk.html"))),
        Route("/wall", _at_staffs(settings, staffs("wall.html"))),
        Route("/report", report),
        Route("/sign-in", _at_staffs(settings, sign_in)),
        Route("/messages", messages),
        Route("/r", public.find_receipt),
        Route("/r/{receipt}", public.receipt_page),
        Route("/pages.css", stylesheet),
    ]


def _health_routes(follower: Follower[Board], channel: Channel, parts: FeedParts) -> list[Route]:
    async def healthy(_request: Request) -> Response:
        return Json({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def ready(_request: Request) -> Response:
        is_ready = follower.ready and channel.ready
        return Json({"ready": is_ready, "n": channel.n}, 200 if is_ready else 503, {"Cache-Control": "no-store"})

    async def metrics(_request: Request) -> Response:
        body, kind = parts.metrics.page()
        return Response(body, headers={"Cache-Control": "no-store", "Content-Type": kind})

    described = document(parts.settings.feed_url, parts.city_file.title)

    async def api(_request: Request) -> Response:
        return Response(described, headers={"Cache-Control": "public, max-age=300"}, media_type="application/json")

    return [
        Route("/healthz", healthy),
        Route("/readyz", ready),
        Route("/metrics", metrics),
        Route("/openapi.json", api),
    ]


def _ended(app: Starlette, task: asyncio.Task[None], log: Log) -> None:
    """A bug in following or in the hub: the process must end, so that it is started again and replays."""
    if task.cancelled():
        return
    error = task.exception()
    app.state.failure = error
    # The message may hold what a customer said: only the kind of error and the place are logged.
    log.error("unhandled", error=type(error).__name__, where=traceback.format_tb(error.__traceback__) if error else [])
    signal.raise_signal(signal.SIGTERM)


async def _not_ready(_request: Request, _error: Exception) -> Response:
    return not_ready()


def _mode_now(channel: Channel) -> str:
    """The mode in the public view, "" before the first picture."""
    value = channel.value("mode")
    return "" if value is None else str(msgspec.json.decode(value)["mode"])


def _http_problem(pages: Pages) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Programs get a problem document, people who ask for a page that is not there get a page."""

    async def handler(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        if status == HTTPStatus.NOT_FOUND and _wants_page(request):
            return pages.unknown(pages.reader(request))
        codes = {404: ("not_found", "There is nothing at this address."), 405: ("method", "This address is read only.")}
        code, title = codes.get(status, ("refused", "The request was refused."))
        return problem(status, code, title, headers)

    return handler


def _wants_page(request: Request) -> bool:
    """Whether a browser asks for a page to show: the API's addresses answer programs whoever asks."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
