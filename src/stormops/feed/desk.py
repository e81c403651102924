"""The desk's reads: for staff, 401 to everybody else, never kept by a cache."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.core.mode import FOR_STAFF, FOR_THE_PUBLIC, FUNCTIONS, Mode
from stormops.feed import questions
from stormops.feed.board import Board
from stormops.feed.channel import Channel
from stormops.feed.customer import customer
from stormops.feed.finding import Finder
from stormops.feed.follow import Follower
from stormops.feed.links import as_csv, doubted_links
from stormops.feed.maps import DESK_LAYERS, MapLayers
from stormops.feed.parts import FeedParts
from stormops.feed.past.web import PastReads
from stormops.feed.picture import SnapshotAnswer
from stormops.feed.places import Places
from stormops.feed.problem import Json, bad_query, not_found, not_signed_in
from stormops.feed.reads import typed_receipt
from stormops.feed.situation_reports import SituationReports
from stormops.feed.switches import find_switches, switch_detail

PRIVATE = {"Cache-Control": "no-store"}

MODES = {
    "modes": [{"mode": mode.value, "sentence": FOR_STAFF[mode], "public": FOR_THE_PUBLIC[mode]} for mode in Mode],
    "functions": [
        {
            "name": function.name,
            "title": function.title,
            "criticality": function.criticality.name,
            "levels": dict(zip((mode.value for mode in Mode), function.levels, strict=True)),
            "sentence": function.sentence,
        }
        for function in FUNCTIONS.values()
    ],
}
"""The ladder and the one table of functions (`core.mode`), as the desk reads them."""

Read = Callable[[Request], Awaitable[Response]]


class DeskReads:
    """Endpoints for who is signed in."""

    def __init__(
        self, parts: FeedParts, channel: Channel, follower: Follower[Board], maps: MapLayers, finder: Finder
    ) -> None:
        self._parts = parts
        self._follower = follower
        self._maps = maps
        self._finder = finder
        self.snapshot = SnapshotAnswer(channel, "no-store", parts.settings.clock.now_ms)
        self._situation_reports = SituationReports(parts.settings.data / "reports")
        self._places: Places | None = None

    def routes(self) -> list[Route]:
        """All of them behind the same check."""
        desk = "/api/v1/desk"
        reads: dict[str, Read] = {
            f"{desk}/snapshot": self.snapshot.respond,
            f"{desk}/out": self._out,
            f"{desk}/modes": self._modes,
            f"{desk}/course": self._course,
            f"{desk}/links": self._links,
            f"{desk}/links.csv": self._links_csv,
            f"{desk}/switches": self._switches,
            f"{desk}/customers/{{premise}}": self._customer,
            f"{desk}/premises": self._premises,
            f"{desk}/premises/{{premise}}": self._premise,
            f"{desk}/incidents/{{name}}": self._incident,
            f"{desk}/incidents/{{name}}/premises": self._incident_premises,
            f"{desk}/reports/{{receipt}}": self._report,
            f"{desk}/situation-reports": self._situation_reports.listed,
            f"{desk}/situation-reports/{{name}}": self._situation_reports.one,
            **PastReads(self._parts.past).reads(),
            **{f"/api/v1/map/{name}.geojson": self._layer for name in DESK_LAYERS},
        }
        staff = [Route(path, self._for_staff(read)) for path, read in reads.items()]
        return [*staff, Route("/api/v1/session", self.session)]

    def _for_staff(self, read: Read) -> Read:
        async def guarded(request: Request) -> Response:
            return not_signed_in() if await self._parts.authenticate(request) is None else await read(request)

        return guarded

    async def session(self, request: Request) -> Response:
        """`GET /api/v1/session`: who is signed in, and what its writes need."""
        person = await self._parts.authenticate(request)
        if person is None:
            return not_signed_in()
        body = {
            "person": person.person,
            "roles": list(person.roles),
            "desk": person.desk,
            "shift": person.shift,
            "shift_since_ms": person.opened_ms,
            "csrf": person.csrf,
            "intake_url": self._parts.settings.intake_staff_url,
            "counter_url": self._parts.settings.counter_url if self._parts.city_file.policy else "",
        }
        return Json(body, headers=PRIVATE)

    async def _out(self, _request: Request) -> Response:
        return Json(await self._follower.ask(lambda board, _: questions.premises_out(board)), headers=PRIVATE)

    async def _incident(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = await self._follower.ask(lambda board, _: questions.incident_detail(board, name))
        return _or_404(found, "This incident is not open (any more).")

    async def _incident_premises(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = await self._follower.ask(lambda board, _: questions.incident_premises(board, name))
        return _or_404(found, "This incident is not open (any more).")

    async def _report(self, request: Request) -> Response:
        receipt = typed_receipt(request.path_params["receipt"])
        if receipt is None:
            return not_found("This is not a receipt number.")
        found = await self._follower.ask(lambda board, _: questions.report_detail(board, receipt))
        return _or_404(found, "No report has this receipt number.")

    async def _premises(self, request: Request) -> Response:
        """`?q=` what a person typed, or `?lon=&lat=` where a person clicked."""
        query = request.query_params
        if "q" in query:
            found = await asyncio.to_thread(self._search, query["q"])
        else:
            try:
                lon, lat = float(query["lon"]), float(query["lat"])
            except (KeyError, ValueError):
                return bad_query("Give q, or lon and lat in degrees.")
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                return bad_query("lon is -180 to 180 degrees, lat -90 to 90.")
            found = await asyncio.to_thread(self._near, lon, lat)
        return Json({"premises": found}, headers=PRIVATE)

    async def _premise(self, request: Request) -> Response:
        name = request.path_params["premise"]
        found = await self._follower.ask(lambda board, _: questions.premise_known(board, name))
        return _or_404(found, "No premise has this number.")

    async def _course(self, _request: Request) -> Response:
        return Json(await self._follower.ask(lambda board, _: questions.course(board)), headers=PRIVATE)

    async def _links(self, _request: Request) -> Response:
        return Json(await self._follower.ask(lambda board, _: doubted_links(board)), headers=PRIVATE)

    async def _links_csv(self, _request: Request) -> Response:
        listed = await self._follower.ask(lambda board, _: doubted_links(board))
        headers = PRIVATE | {"Content-Disposition": 'attachment; filename="doubted-links.csv"'}
        return Response(as_csv(listed), headers=headers, media_type="text/csv; charset=utf-8")

    async def _switches(self, request: Request) -> Response:
        """`?q=` part of a name, or `?device=` one device, `&open=` what it would do to open or close it."""
        query = request.query_params
        if "q" in query:
            typed = query["q"]
            return Json(await self._follower.ask(lambda board, _: find_switches(board, typed)), headers=PRIVATE)
        name, wish = query.get("device"), query.get("open")
        if name is None or wish not in (None, "true", "false"):
            return bad_query("Give q, or device and perhaps open (true or false).")
        opened = None if wish is None else wish == "true"
        found = await self._follower.ask(lambda board, _: switch_detail(board, name, opened))
        return _or_404(found, "There is no such device that can be opened and closed.")

    async def _customer(self, request: Request) -> Response:
        name = request.path_params["premise"]
        found = await self._follower.ask(lambda board, _: customer(board, name))
        return _or_404(found, "No premise has this number.")

    async def _modes(self, _request: Request) -> Response:
        """The ladder and the table of functions: what each mode means, and what is off in it."""
        return Json(MODES, headers=PRIVATE)

    def _search(self, query: str) -> list[dict[str, Any]]:
        return self._index().search(query)

    def _near(self, lon: float, lat: float) -> list[dict[str, Any]]:
        return self._index().nearest(lon, lat)

    def _index(self) -> Places:
        if self._places is None:  # two threads may both make it: the same, and harmless
            self._places = Places(self._parts.city, self._finder.matcher().rows)
        return self._places

    async def _layer(self, request: Request) -> Response:
        name = request.url.path.rpartition("/")[2].removesuffix(".geojson")
        return await self._maps.respond(request, name, "private")


def _or_404(found: dict[str, Any] | None, title: str) -> Response:
    return not_found(title) if found is None else Json(found, headers=PRIVATE)
