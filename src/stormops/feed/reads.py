"""The reads of everybody: snapshot, configuration, map, and what became of a receipt."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stormops.core.receipt_number import receipt_number
from stormops.core.view import extent
from stormops.feed import questions
from stormops.feed.arrivals import Arrivals, Question
from stormops.feed.board import Board
from stormops.feed.channel import Channel
from stormops.feed.follow import Follower, NotReady
from stormops.feed.limits import MISSES_BURST, MissLimit
from stormops.feed.maps import MapLayers
from stormops.feed.pages import Pages
from stormops.feed.parts import FeedParts
from stormops.feed.picture import SnapshotAnswer
from stormops.feed.problem import Json, slow_down, unknown_receipt
from stormops.feed.transit_alerts import TransitAlerts
from stormops.journal.receipt import normalise
from stormops.telemetry import Metrics

ARRIVAL_SECONDS = 1.5
"""How long an unknown receipt is waited for: intake gives it out before the journal has the report."""

EARLY_MAX = 2_000
"""Misses remembered in case their receipts become known after all; beyond, the oldest stays a miss."""

EARLY_EVERY_SECONDS = 0.5
"""Least wall time between two looks whether they have."""


class Limited(Exception):
    """This address must wait `seconds` before it may look up another receipt."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def typed_receipt(text: str) -> int | None:
    """The receipt in what a person typed, as the situation's number; None when it cannot be one."""
    written = normalise(text[:64])
    return None if written is None else receipt_number(written)


class Receipts:
    """Looks receipts up for their bearers, and keeps guessers from finding any."""

    def __init__(self, follower: Follower[Board], metrics: Metrics, processes: int = 1) -> None:
        self._follower = follower
        self._metrics = metrics
        self._limit = MissLimit(time.monotonic(), processes)
        self.arrivals = Arrivals(follower)
        self._early: OrderedDict[int, list[str]] = OrderedDict()
        self._early_due = float("-inf")

    async def look_up(
        self, request: Request, text: str, question: Question = questions.receipt_status, *, patient: bool = True
    ) -> dict[str, Any] | None:
        """What the bearer may know, None when the receipt is not known. Raises Limited, NotReady.

        `patient`: an unknown one is waited for a little. While the journal's end is out of sight, what is not
        known here may well be known there: NotReady, though a guess costs its place all the same.
        """
        address = request.client.host if request.client else ""
        await self._forgive()
        wait = self._limit.check(address, time.monotonic())
        if wait > 0:
            self._metrics.count("feed_receipt_lookups_total", outcome="limited")
            raise Limited(wait)
        number = typed_receipt(text)
        status = None if number is None else await self._found(number, question, ARRIVAL_SECONDS if patient else 0.0)
        self._metrics.count("feed_receipt_lookups_total", outcome="missed" if status is None else "found")
        if status is None:
            self._limit.missed(address, time.monotonic())
            if number is not None:
                self._remember(number, address)
                if not self._follower.ready:
                    raise NotReady
        return status

    def _remember(self, number: int, address: str) -> None:
        """It may be a receipt that was given out and is not in the journal yet: then it was no guess."""
        self._early.setdefault(number, []).append(address)
        self._early.move_to_end(number)
        del self._early[number][: -int(MISSES_BURST)]
        while len(self._early) > EARLY_MAX:
            self._early.popitem(last=False)

    async def _forgive(self) -> None:
        """Give back what it cost to ask for receipts that are known by now: bearers had only come too early."""
        now = time.monotonic()
        if not self._early or now < self._early_due:
            return
        self._early_due = now + EARLY_EVERY_SECONDS
        numbers = list(self._early)
        known = await self._follower.ask(lambda board, _: [n for n in numbers if board.situation.status(n) is not None])
        for number in known:
            for address in self._early.pop(number, ()):
                self._limit.forgive(address, now)

    async def _found(self, number: int, question: Question, seconds: float) -> dict[str, Any] | None:
        """The status of a receipt; one that is not known is waited for a little: it may be on its way from a door."""
        status = await self._follower.ask(lambda board, _: question(board, number))
        if status is not None or not seconds:
            return status
        return await self.arrivals.wait(question, number, seconds)


class PublicReads:
    """Endpoints without sign-in."""

    def __init__(
        self,
        parts: FeedParts,
        channel: Channel,
        receipts: Receipts,
        maps: MapLayers,
        *,
        pages: Pages,
        alerts: TransitAlerts,
    ) -> None:
        self._channel = channel
        self._receipts = receipts
        self._maps = maps
        self._pages = pages
        self._alerts = alerts
        self._now_ms = parts.settings.clock.now_ms
        self._snapshot = SnapshotAnswer(channel, "public, max-age=1", self._now_ms)
        centre, bbox = extent(parts.city)
        self.told = {
            "city": parts.city_file.name,
            "title": parts.city_file.title,
            "phone": parts.city_file.phone,
            "languages": parts.city_file.languages,
            "intake_url": parts.settings.intake_url,
            "feed_url": parts.settings.feed_url,
            "centre": centre,
            "bbox": bbox,
            "time_zone": parts.city_file.time_zone,
            "clock_speed": parts.settings.clock_speed,
        }

    async def receipt(self, request: Request) -> Response:
        """`GET /api/v1/reports/{receipt}`."""
        try:
            status = await self._receipts.look_up(request, request.path_params["receipt"])
        except Limited as limited:
            return slow_down(limited.seconds)
        return unknown_receipt() if status is None else Json(status, headers={"Cache-Control": "no-store"})

    async def receipt_page(self, request: Request) -> Response:
        """`GET /r/{receipt}`."""
        reader = self._pages.reader(request)
        try:
            status = await self._receipts.look_up(request, request.path_params["receipt"], questions.receipt_page)
        except Limited as limited:
            return self._pages.slow_down(reader, slow_down(limited.seconds).headers["Retry-After"])
        except NotReady:
            status = None  # the page comes back by itself
        if status is None:
            return self._pages.miss(reader, possible=typed_receipt(request.path_params["receipt"]) is not None)
        return self._pages.status(reader, status, self._alerts.read(self._now_ms()))

    async def find_receipt(self, request: Request) -> Response:
        """`GET /r` asks for a receipt, `GET /r?receipt=…` shows it."""
        if "receipt" not in request.query_params:
            return self._pages.look_up(self._pages.reader(request))
        digits = "".join(c for c in request.query_params.get("receipt", "")[:64] if c.isascii() and c.isdigit())
        return RedirectResponse(f"/r/{digits or '-'}", 303)

    async def snapshot(self, request: Request) -> Response:
        """`GET /api/v1/public/snapshot`."""
        return await self._snapshot.respond(request)

    async def config(self, _request: Request) -> Response:
        """`GET /api/v1/config`."""
        return Json(self.told, headers={"Cache-Control": "public, max-age=60"})

    async def layer(self, request: Request) -> Response:
        """`GET /api/v1/map/{streets,areas}.geojson`."""
        return await self._maps.respond(request, request.url.path.rpartition("/")[2].removesuffix(".geojson"), "public")
