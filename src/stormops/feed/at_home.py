"""What a customer asks about home: its public area, what is known of its premises, and where there is help.

An address gives its public area. An account with the last four digits of its phone gives what is known
of its premises: reported, believed out, the incident. Wrong pairs are counted by network address, by account
and all together, and all of them get the same answer.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stormops.core.address import compact
from stormops.core.report import Utility
from stormops.feed.board import Board
from stormops.feed.channel import Channel
from stormops.feed.finding import Area, Finder
from stormops.feed.follow import Follower
from stormops.feed.help_places import HelpPlaces
from stormops.feed.limits import MissLimit
from stormops.feed.pages import Pages
from stormops.feed.problem import bad_query, not_found, not_ready, problem, slow_down
from stormops.feed.questions import premise_believed
from stormops.feed.text_page import TextPage
from stormops.limiting import Bucket

BODY_BYTES_MAX = 2_048
"""Longest body that names an account; a longer one is refused (413)."""

ACCOUNT_MISSES_BURST = 5.0
ACCOUNT_MISSES_PER_SECOND = 5 / 3600
"""Wrong digits for one account: five at once, five more an hour. Ten thousand would take a quarter of a year."""

ACCOUNTS_MAX = 20_000
"""Accounts with a miss remembered; beyond, the one that missed longest ago is forgotten."""


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose premises are asked for."""

    account: str
    phone_last4: str


class Slow(Exception):
    """Too many wrong pairs: wait so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class AtHome:
    """The endpoints. `finder` is asked on threads, the situation on the follower's.

    `mark` makes the mark of a premise (id) by which its customer may sign up for messages; None = nobody may.
    `opened` gives the premise (id) of a mark that the counter made for its signed-in customer; "" for none of its.
    """

    def __init__(
        self,
        finder: Finder,
        follower: Follower[Board],
        channel: Channel,
        pages: Pages,
        *,
        places: HelpPlaces,
        text: TextPage,
        now: Callable[[], float],
        mark: Callable[[str], str] | None = None,
        opened: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._finder = finder
        self._follower = follower
        self._channel = channel
        self._pages = pages
        self._places = places
        self._text = text
        self._now = now
        self._mark, self._opened = mark, opened
        self._limit = MissLimit(now())
        self._accounts: OrderedDict[str, Bucket] = OrderedDict()

    def routes(self) -> list[Route]:
        """The routes, for Starlette."""
        return [
            Route("/api/v1/public/area", self.area),
            Route("/api/v1/public/places", self.places),
            Route("/api/v1/public/premise", self.premise, methods=["POST"]),
            Route("/api/v1/public/premise/{home}", self.marked),
            Route("/mine", self.ask),
            Route("/mine", self.show, methods=["POST"]),
            Route("/text", self.text),
        ]

    # --- the area of an address -------------------------------------------------------------------

    async def area(self, request: Request) -> Response:
        """`GET /api/v1/public/area?address=…`: the area, and what is known of it now."""
        address = request.query_params.get("address", "").strip()
        if not address:
            return bad_query("Give an address: house number and street.")
        if not self._channel.ready:
            return not_ready()
        found = await asyncio.to_thread(self._finder.area, address)
        if found is None:
            return not_found("This address is not known here. Check the house number and the street.")
        return JSONResponse(
            {"n": self._channel.n, "at_ms": self._channel.at_ms, "area": self._known(found)},
            headers={"Cache-Control": "no-store"},
        )

    async def text(self, request: Request) -> Response:
        """`GET /text`: the public view as a table; with `?address=…` also the area of that address."""
        reader = self._pages.reader(request)
        if not self._channel.ready:
            return self._pages.not_ready(reader)
        address = request.query_params.get("address", "").strip()
        found = await asyncio.to_thread(self._finder.area, address) if address else None
        return self._text.respond(reader, address, None if found is None else self._known(found))

    async def places(self, _request: Request) -> Response:
        """`GET /api/v1/public/places`: shelters, cooling centres, places to charge a phone and to get water."""
        body = msgspec.json.encode({"places": self._places.read()})
        return Response(body, headers={"Cache-Control": "public, max-age=60"}, media_type="application/json")

    def _known(self, found: Area) -> dict[str, Any]:
        value = self._channel.value(f"area/{found.id}")
        quiet = {"id": found.id, "name": found.name, "customers": found.premises, "out": 0, "since_ms": None}
        return quiet if value is None else msgspec.json.decode(value)

    # --- premises by account ----------------------------------------------------------------------

    async def premise(self, request: Request) -> Response:
        """`POST /api/v1/public/premise` `{"account","phone_last4"}`."""
        body = await _body(request)
        if body is None:
            return problem(413, "too_large", f"A body has at most {BODY_BYTES_MAX} bytes.")
        try:
            claim = msgspec.json.decode(body, type=Claim)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return bad_query('Send {"account": "…", "phone_last4": "1234"}.')
        try:
            found = await self._look_up(request, claim)
        except Slow as slow:
            return slow_down(slow.seconds)
        if found is None:
            return problem(
                404, "unknown_account", "No account has this number and these last four digits of its phone."
            )
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    async def marked(self, request: Request) -> Response:
        """`GET /api/v1/public/premise/{home}`: the same of one premise, for whom the counter gave its mark."""
        name = self._opened(request.path_params["home"])
        row = await self._follower.ask(lambda board, _: board.situation.premise_of.get(name))
        if row is None:
            return not_found("This is no mark of a premise here, or it holds no longer.")
        return JSONResponse(await self._known_of([row]), headers={"Cache-Control": "no-store"})

    async def ask(self, request: Request) -> Response:
        """`GET /mine`: asks for the account."""
        return self._pages.mine(self._pages.reader(request))

    async def show(self, request: Request) -> Response:
        """`POST /mine`: the page of one's own premises; nothing of it is in an address or a cache."""
        reader = self._pages.reader(request)
        body = await _body(request)
        given = dict(parse_qsl((body or b"").decode("ascii", "replace"), max_num_fields=10))
        claim = Claim(given.get("account", ""), given.get("phone_last4", ""))
        try:
            found = await self._look_up(request, claim)
        except Slow as slow:
            return self._pages.mine(reader, wait=int(slow_down(slow.seconds).headers["Retry-After"]))
        if found is None:
            return self._pages.mine(reader, account=claim.account, missed=True)
        return self._pages.mine(reader, account=claim.account, known=found)

    async def _look_up(self, request: Request, claim: Claim) -> dict[str, Any] | None:
        """What is known of the premises; None for a wrong pair. Raises Slow, NotReady.

        With the `place` of each: by it its customer may sign up for messages, None = nobody may.
        """
        address = request.client.host if request.client else ""
        account = compact(claim.account)
        wait = max(self._limit.check(address, self._now()), self._wait(account))
        if wait > 0:
            raise Slow(wait)
        rows = await asyncio.to_thread(self._finder.own, claim.account, claim.phone_last4)
        if not rows:
            self._limit.missed(address, self._now())
            self._missed(account)
            return None
        return await self._known_of(rows)

    async def _known_of(self, rows: list[int]) -> dict[str, Any]:
        known = await self._follower.ask(lambda board, _: premise_believed(board, rows))
        for name, premise in zip(self._finder.ids(rows), known["premises"], strict=True):
            electric = any(service["utility"] == Utility.ELECTRIC for service in premise["services"])
            premise["place"] = self._mark(name) if self._mark and electric else None
        return known

    def _wait(self, account: str) -> float:
        bucket = self._accounts.get(account)
        return 0.0 if bucket is None else bucket.wait(self._now())

    def _missed(self, account: str) -> None:
        now = self._now()
        bucket = self._accounts.pop(account, None) or Bucket(ACCOUNT_MISSES_BURST, ACCOUNT_MISSES_PER_SECOND, now)
        bucket.take(now)
        self._accounts[account] = bucket
        while len(self._accounts) > ACCOUNTS_MAX:
            self._accounts.popitem(last=False)


async def _body(request: Request) -> bytes | None:
    """The body, None when it is longer than any of ours."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > BODY_BYTES_MAX:
            return None
    return bytes(read)
