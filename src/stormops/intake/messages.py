"""`POST /messages` and `/api/v1/messages`: somebody wants text messages about a place, by a page or by a program.

Kept like a report: a fact at the door, and no more.

The answer is the same whatever the number is: known, signed up, stopped or nobody's. How often a number is asked is
decided where all doors meet (`core.messages`); here each source is held to a pace.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from stormops.core.entry import MessagesRequested
from stormops.intake.form import form_values
from stormops.intake.mobile import mobile
from stormops.intake.taking import good_key, not_kept, reused, wrong_key
from stormops.journal.place_mark import MARK_CHARACTERS_MAX, read_mark
from stormops.journal.port import Door, DoorBusy, JournalUnavailable, KeyReused
from stormops.journal.receipt import normalise
from stormops.limiting import Bucket, source_of
from stormops.pages.language import choose
from stormops.pages.messages import AGAIN, NONE, render_messages
from stormops.pages.page import PageSettings, new_key, policy
from stormops.pages.words import words
from stormops.web.http import is_json, problem_response, read_body
from stormops.web.problem import FieldError, Problem, problem, read

PATH = "/api/v1/messages"
SENDER = "messages"

SOURCE_BURST, SOURCE_SECONDS = 30, 20.0
"""Sign-ups from one address: so many at once, then one in so long. A carrier puts many people behind one address."""

SOURCES_MAX = 20_000
"""Addresses remembered; beyond, the one that signed up longest ago is forgotten."""


class MessagesWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Text messages about a place: that of a `receipt`, or what an answer about premises gave as `place`."""

    phone: Annotated[str, msgspec.Meta(max_length=40)]
    language: Annotated[str, msgspec.Meta(max_length=35)] = ""
    receipt: Annotated[str, msgspec.Meta(max_length=40)] = ""
    place: Annotated[str, msgspec.Meta(max_length=MARK_CHARACTERS_MAX)] = ""


class MessagesAsked(msgspec.Struct, frozen=True):
    """The wish is on disk. `detail` says in `language` what comes next, in the same words for every number."""

    language: str
    detail: str


_WISH = msgspec.json.Decoder(MessagesWish)

WRONG = {
    "phone": "Give a number of this country that takes text messages: ten digits, or E.164.",
    "receipt": "Give the receipt of a report, or a place that was given within the last six hours.",
}


class SourceLimit:
    """How often each source may ask. `now` in seconds."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, address: str, now: float) -> float:
        """One more from this address; gives the seconds to wait, 0 when it may."""
        source = source_of(address)
        bucket = self._buckets.pop(source, None) or Bucket(SOURCE_BURST, 1 / SOURCE_SECONDS, now)
        wait = bucket.wait(now)
        if not wait:
            bucket.take(now)
        self._buckets[source] = bucket
        while len(self._buckets) > SOURCES_MAX:
            self._buckets.popitem(last=False)
        return wait


class Desk(NamedTuple):
    """What the routes need. `secret` of the marks of places: empty = no messages are sent here. `now_ms`: wall time.

    `sender` names who sent a request, so that a key is the client's own.
    """

    page: PageSettings
    door: Door
    secret: bytes
    now_ms: Callable[[], int]
    refused: Callable[[str], object]
    sender: Callable[[Scope], str]


class MessagesRoute:
    """The routes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._limit = SourceLimit()

    def routes(self) -> list[Route]:
        """For Starlette."""
        return [
            Route("/messages", self._post_form, methods=["POST"]),
            Route(PATH, self._post, methods=["POST"]),
        ]

    async def _post(self, request: Request) -> Response:
        asked = await self._take(request)
        if isinstance(asked, Problem):
            self._desk.refused(asked.code)
            return problem_response(asked)
        return Response(msgspec.json.encode(asked), 202, media_type="application/json")

    async def _take(self, request: Request) -> MessagesAsked | Problem:
        if not self._desk.secret:
            return problem("not_found", "No text messages are sent here.")
        said = await self._read(request)
        if isinstance(said, Problem):
            return said
        key, fact = said
        wait = self._wait(request)
        if wait:
            return problem("slow_down", "Nothing was saved. Send it again after the wait.", retry_after_s=wait)
        sender, content = (self._desk.sender(request.scope), msgspec.msgpack.encode(fact)) if key else ("", b"")
        try:
            kept = await self._desk.door.keep(lambda _: fact, sender=sender, key=key, content=content)
        except (DoorBusy, JournalUnavailable) as error:
            return not_kept(error)
        if isinstance(kept, KeyReused):
            return reused()
        return MessagesAsked(fact.language, words(fact.language)("messages.asked"))

    async def _read(self, request: Request) -> tuple[str, MessagesRequested] | Problem:
        """The idempotency key ("" = none) and the wish."""
        if not is_json(request.scope):
            return problem("unsupported_media_type", "Send the wish as JSON, with Content-Type: application/json.")
        key = request.headers.get("idempotency-key")
        if key is not None and not good_key(key):
            return wrong_key()
        body = await read_body(request.scope, request.receive)
        if isinstance(body, Problem):
            return body
        wish = read(_WISH, body)
        if isinstance(wish, Problem):
            return wish
        fact = self._fact(msgspec.structs.asdict(wish))
        if isinstance(fact, str):
            field = "phone" if fact == "phone" else "receipt"
            return problem("invalid", "", FieldError(field, WRONG[field]))
        return key or "", fact

    def _wait(self, request: Request) -> int:
        """Seconds that this source has to wait, 0 when it may sign somebody up now."""
        address = request.client.host if request.client else ""
        wait = self._limit.take(address, self._desk.now_ms() / 1000)
        return int(wait) + 1 if wait > 0 else 0

    async def _post_form(self, request: Request) -> Response:
        values = await form_values(request)
        if isinstance(values, Problem):
            self._desk.refused(values.code)
            return problem_response(values)
        if not self._desk.secret:
            return self._page(values, NONE, 404)
        fact = self._fact(values)
        if isinstance(fact, str):
            self._desk.refused("invalid")
            return self._page(values, AGAIN, 422, wrong=fact)
        wait = self._wait(request)
        if wait:
            self._desk.refused("slow_down")
            return self._page(values, AGAIN, 429, wrong="slow", seconds=wait)
        try:
            await self._desk.door.keep(lambda _: fact, sender=SENDER, key=_key(values, fact))
        except (DoorBusy, JournalUnavailable) as error:
            self._desk.refused(not_kept(error).code)
            return self._page(values, AGAIN, 503, wrong="trouble", seconds=not_kept(error).retry_after_s)
        page = self._desk.page
        return RedirectResponse(f"{page.feed_url}/messages?{urlencode({'lang': self._language(values)})}", 303)

    def _fact(self, values: dict[str, str]) -> MessagesRequested | str:
        """The wish, or the field that is wrong."""
        receipt = normalise(values.get("receipt", "")) or ""
        premise = "" if receipt else read_mark(self._desk.secret, values.get("place", ""), self._desk.now_ms())
        if not receipt and not premise:
            return "place"
        phone = mobile(values.get("phone", ""))
        if not phone:
            return "phone"
        language = choose(self._languages, values.get("language", ""))
        return MessagesRequested(phone=phone, language=language, receipt=receipt, premise=premise)

    @property
    def _languages(self) -> tuple[str, ...]:
        return self._desk.page.languages or (self._desk.page.language,)

    def _language(self, values: dict[str, str]) -> str:
        return choose(self._languages, values.get("lang", ""))

    def _page(self, values: dict[str, str], what: str, status: int, *, wrong: str = "", seconds: int = 0) -> Response:
        page = msgspec.structs.replace(self._desk.page, language=self._language(values))
        shown = values if good_key(values.get("key", "")) else {**values, "key": new_key()}
        html = render_messages(what, page, shown, wrong=wrong, seconds=seconds)
        headers = {"Content-Security-Policy": policy(page)} | ({"Retry-After": str(seconds)} if seconds else {})
        return HTMLResponse(html, status, headers)


def _key(values: dict[str, str], fact: MessagesRequested) -> str:
    """The page's key joined to what was asked: a button pressed twice is one wish, one corrected is another."""
    key = values.get("key", "")
    if not good_key(key):
        return ""
    return f"{key[:150]}:{blake2b(msgspec.msgpack.encode(fact), digest_size=8).hexdigest()}"
