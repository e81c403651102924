"""Open311 GeoReport v2, the reading half: requests and tokens.

A receipt is a secret of its bearer, so the public list never shows one: there a request has a name of
its own (`public-…`, a keyed hash) that leads to what the list says and to nothing more. Places are
the middle of a public area, times are whole minutes, and what was said is in no answer (invariant 7).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stormops.core.area import Areas
from stormops.core.entry import ReportReceived
from stormops.core.receipt_number import receipt_text
from stormops.core.report import Symptom
from stormops.core.situation import Situation
from stormops.core.summary import Status
from stormops.feed.board import Board
from stormops.feed.follow import Follower
from stormops.feed.open311_query import REQUESTS_MAX, Query, read_query
from stormops.feed.reads import Limited, Receipts
from stormops.pages.open311 import (
    ROOT,
    Answer,
    Place,
    Refused,
    answered,
    check_format,
    check_jurisdiction,
    describe,
    refusal,
    service_name,
    written,
)

LISTING_SECONDS = 5.0
"""The public list is made anew at most this often (wall time), however often it is asked for."""

ANSWERS_MAX = 32
"""Different answers kept encoded while a list lasts; further ones are encoded each time."""

MINUTE_MS = 60_000

NOTES = {
    "received": "Received.",
    "matched": "Received; its place in the network is known.",
    "unmatched": "Received; its place is being looked for by hand.",
    "restored": "Service was restored.",
    "cancelled": "A crew found no outage here.",
    "withdrawn": "It was withdrawn.",
}
OPEN = ("received", "matched", "unmatched")

Value = dict[str, Any]


class Row(NamedTuple):
    """One request of the list, with what it is chosen by."""

    code: str
    status: str
    received_ms: int
    value: Value


class Listing(NamedTuple):
    """The newest requests, newest first, at one journal position."""

    rows: list[Row]
    by_name: dict[str, Value]
    answers: dict[tuple[str, Query], Answer]


class Requests:
    """Makes requests of the situation. Called on the follower's thread; it has no state of its own but constants.

    `secret` names the public requests; `title` is the agency's.
    """

    def __init__(self, areas: Areas, secret: bytes, title: str) -> None:
        self._areas = areas
        self._title = title
        self._keyed = blake2b(key=secret[:64], digest_size=8, person=b"open311")
        centres = [polygon.centroid for polygon in areas.polygon]
        self._centres = [None if centre.is_empty else (round(centre.x, 5), round(centre.y, 5)) for centre in centres]

    def listing(self, board: Board) -> Listing:
        """The newest `REQUESTS_MAX` open and as many closed reports, as everybody may see them."""
        if not len(self._areas):
            return Listing([], {}, {})  # too few premises for anything to be public
        situation = board.situation
        held = np.array(situation.reports.receipt, np.int64)
        newest = np.argsort(np.where(held > 0, np.array(situation.reports.position, np.int64), -1))[-REQUESTS_MAX:]
        receipts = [receipt for receipt in held[newest].tolist() if receipt > 0]
        receipts += islice(reversed(situation.closed_reports), REQUESTS_MAX)
        rows = []
        for receipt in receipts:
            value = self.request(board, receipt)
            if value is not None:
                rows.append(self._public(receipt, value))
        rows.sort(key=lambda row: (-row.received_ms, row.value["service_request_id"]))
        return Listing(rows, {row.value["service_request_id"]: row.value for row in rows}, {})

    def _public(self, receipt: int, value: Value) -> Row:
        name = self._keyed.copy()
        name.update(receipt.to_bytes(8, "little"))
        received, updated = (value.pop(f"{what}_ms") // MINUTE_MS * MINUTE_MS for what in ("received", "updated"))
        value |= {
            "service_request_id": f"public-{name.hexdigest()}",
            "status_notes": NOTES.get(value.pop("state"), "Closed."),
            "requested_datetime": written(received),
            "updated_datetime": written(updated),
        }
        value.pop("more")
        return Row(value["service_code"], value["status"], received, value)

    def bearer(self, board: Board, receipt: int) -> Value | None:
        """The request of a receipt for who has it; None when the journal never had it."""
        value = self.request(board, receipt)
        if value is None:
            return None
        value["status_notes"] = NOTES.get(value.pop("state"), "Closed.") + value.pop("more")
        value["requested_datetime"] = written(value.pop("received_ms"))
        value["updated_datetime"] = written(value.pop("updated_ms"))
        return value

    def request(self, board: Board, receipt: int) -> Value | None:
        """What both see, with times and state yet to be put in words. Raises JournalUnavailable."""
        situation = board.situation
        status = situation.status(receipt)
        if status is None:
            return None
        report = situation.report(receipt)
        symptom = report.symptom if report is not None else _symptom(board, status.position)
        if symptom is None:
            return None
        received = status.received_ms or board.entry(status.position).recorded_ms
        updated, more = _progress(situation, status)
        area = self._areas.area_of_premise[report.premise] if report is not None and report.premise >= 0 else -1
        centre = self._centres[area] if area >= 0 else None
        return {
            "service_request_id": receipt_text(receipt),
            "status": "open" if status.state in OPEN else "closed",
            "status_notes": "",
            "service_name": service_name(symptom),
            "service_code": symptom.value,
            "description": None,
            "agency_responsible": self._title,
            "service_notice": None,
            "requested_datetime": "",
            "updated_datetime": "",
            "expected_datetime": None,
            "address": self._areas.name[area] if area >= 0 else None,
            "address_id": None,
            "zipcode": None,
            "lat": centre[1] if centre else None,
            "long": centre[0] if centre else None,
            "media_url": None,
            "received_ms": received,
            "updated_ms": max(received, updated),
            "state": status.state,
            "more": more,
        }


def _symptom(board: Board, position: int) -> Symptom | None:
    """What a report that left memory was about; None for what a meter said."""
    fact = board.recall(position)
    return fact.report.symptom if isinstance(fact, ReportReceived) else None


def _progress(situation: Situation, status: Status) -> tuple[int, str]:
    """When the report's incident last changed (0 = it has none), and a sentence for the bearer."""
    incident = situation.incidents.get(status.incident)
    if incident is not None:
        out = incident.customers_out
        more = f" About {out:,} customers are out in the same outage." if out > 1 and status.state in OPEN else ""
        return max(incident.updated_ms, incident.ended_ms), more
    closed = situation.closed_incidents.get(status.incident)
    return (closed.ended_ms if closed else 0), ""


class Open311Reads:
    """The routes of feed."""

    def __init__(
        self, place: Place, requests: Requests, follower: Follower[Board], receipts: Receipts, now_ms: Callable[[], int]
    ) -> None:
        self._place = place
        self._requests = requests
        self._follower = follower
        self._receipts = receipts
        self._now_ms = now_ms
        self._listing: tuple[float, Listing] | None = None
        self._making = asyncio.Lock()

    def routes(self) -> list[Route]:
        """The routes, for Starlette."""
        return [
            Route(ROOT + "/discovery.{format}", self._describe),
            Route(ROOT + "/services.{format}", self._describe),
            Route(ROOT + "/services/{service_code}.{format}", self._describe),
            Route(ROOT + "/requests.{format}", self._write, methods=["POST"]),
            Route(ROOT + "/requests.{format}", self._answering(self._list)),
            Route(ROOT + "/requests/{service_request_id}.{format}", self._answering(self._one)),
            Route(ROOT + "/tokens/{token}.{format}", self._answering(self._token)),
        ]

    async def _describe(self, request: Request) -> Response:
        name = "discovery" if request.url.path.startswith(f"{ROOT}/discovery") else "services"
        params, jurisdiction = request.path_params, request.query_params.get("jurisdiction_id")
        answer = describe(name, params.get("service_code"), params["format"], self._place, jurisdiction)
        return _response(answer, "public, max-age=300")

    async def _write(self, request: Request) -> Response:
        """On to intake: 307 keeps method and body."""
        return RedirectResponse(f"{self._place.intake_url}{request.url.path}", 307)

    def _answering(self, work: Callable[[Request, str], Any]) -> Callable[[Request], Any]:
        """The endpoint around `work`: its format and jurisdiction checked, its refusals in the standard's form."""

        async def endpoint(request: Request) -> Response:
            form = request.path_params["format"]
            try:
                check_format(form)
                check_jurisdiction(request.query_params.get("jurisdiction_id"), self._place)
                response: Response = await work(request, form)
            except Refused as refused:
                return _response(refusal(refused, form), "no-store", refused.retry_after_s)
            return response

        return endpoint

    async def _list(self, request: Request, form: str) -> Response:
        query = read_query(request.query_params, self._now_ms())
        if query.ids:
            found = [await self._find(request, name, patient=len(query.ids) == 1) for name in query.ids]
            known = [value for value in found if value is not None]
            return _response(answered("service_requests", known, form), "no-store")
        listing = await self._newest()
        key = form, query.to_the_minute()
        answer = listing.answers.get(key)
        if answer is None:
            chosen = [row.value for row in listing.rows if query.takes(row.code, row.status, row.received_ms)]
            answer = await asyncio.to_thread(answered, "service_requests", chosen[:REQUESTS_MAX], form)
            if len(listing.answers) < ANSWERS_MAX:
                listing.answers[key] = answer
        return _response(answer, f"public, max-age={LISTING_SECONDS:.0f}")

    async def _one(self, request: Request, form: str) -> Response:
        value = await self._find(request, request.path_params["service_request_id"])
        if value is None:
            raise Refused(404, (404, "service_request_id was not found."))
        return _response(answered("service_requests", [value], form), "no-store")

    async def _token(self, request: Request, form: str) -> Response:
        """Our services are realtime and give no tokens; for clients that ask all the same, a receipt is its own."""
        token = request.path_params["token"]
        value = await self._find(request, token)
        if value is None:
            raise Refused(404, (404, "token was not found."))
        found = {"service_request_id": value["service_request_id"], "token": token[:64]}
        return _response(answered("service_requests", [found], form), "no-store")

    async def _find(self, request: Request, name: str, *, patient: bool = True) -> Value | None:
        """The request of a receipt or of a public name. Raises Refused when this source guessed too much."""
        if name.startswith("public-"):
            return (await self._newest()).by_name.get(name)
        try:
            return await self._receipts.look_up(request, name, self._requests.bearer, patient=patient)
        except Limited as limited:
            wait = max(1, round(limited.seconds + 0.5))
            text = "Too many wrong numbers came from here. Wait and try again."
            raise Refused(429, (429, text), retry_after_s=wait) from None

    async def _newest(self) -> Listing:
        """The public list, at most `LISTING_SECONDS` old; asked for by many at once, it is made once."""
        async with self._making:
            now = time.monotonic()
            if self._listing is None or now - self._listing[0] >= LISTING_SECONDS:
                made = await self._follower.ask(lambda board, _: self._requests.listing(board))
                self._listing = now, made
            return self._listing[1]


def _response(answer: Answer, cache: str, retry_after_s: int = 0) -> Response:
    headers = {"Content-Type": answer.media_type, "Cache-Control": cache}
    if retry_after_s:
        headers["Retry-After"] = str(retry_after_s)
    return Response(answer.body, answer.status, headers)
