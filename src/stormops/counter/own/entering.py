"""Signing in and out, and choosing among one's accounts."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stormops.accounts.record import ID_MAX
from stormops.books.views import Look, note
from stormops.counter.own import belonging
from stormops.counter.own.codes import FOUND, LIMITED, NOBODY, Codes, Send, Wanted
from stormops.counter.own.customer import DESK, Customer
from stormops.counter.own.door import CODE_COOKIE, COOKIE, PATH, Door, Given, Show, form, source
from stormops.counter.own.records import Challenge
from stormops.counter.own.sign_in import CODE_MINUTES, Slow, Wrong
from stormops.web.problem import Problem

CODE = f"{PATH}/code"


class Entering:
    """The routes. `ways` hand codes over: text, mail. With none no provider is connected, and the page says so."""

    def __init__(self, door: Door, ways: Mapping[str, Send], overview: Show) -> None:
        self._door, self._ways, self._overview = door, ways, overview
        title, now_ms = door.pages.settings.title, door.sign_in.now_ms
        self.codes = Codes(title, self._hand_over, self._find, now_ms=now_ms, metrics=door.metrics, log=door.log)

    def routes(self) -> list[Route]:
        """See the class."""
        return [
            Route(PATH, self._home),
            Route(f"{PATH}/sign-in", self._ask, methods=["POST"]),
            Route(CODE, self._code),
            Route(CODE, self._answer, methods=["POST"]),
            Route(f"{PATH}/sign-out", self._door.taken(self._out), methods=["POST"]),
            Route(f"{PATH}/choose", self._door.taken(self._choose), methods=["POST"]),
        ]

    async def _home(self, request: Request) -> Response:
        async def answer() -> Response:
            customer = await self._door.customer(request)
            return self._form(request, {}) if customer is None else await self._overview(request, customer)

        return await self._door.kept(request, answer())

    def _form(self, request: Request, given: Given, wrong: str = "", status: int = 200) -> Response:
        first = next(iter(self._ways), "")
        return self._door.pages.page(
            request, None, "sign_in.html", status, v=given, wrong=wrong, way="both" if len(self._ways) > 1 else first
        )

    # --- a code is asked for -----------------------------------------------------------------------------

    async def _ask(self, request: Request) -> Response:
        given = await form(request)
        if isinstance(given, Problem) or not self._ways or not self._door.ours(request):
            return self._door.problem(request, "too_old", 403)
        account, contact = given.get("account", "")[:ID_MAX], belonging.contact(given.get("contact", ""))
        if not account or _way(contact) not in self._ways:
            return self._form(request, given, "wrong_account" if not account else "wrong_contact", 422)
        return await self._door.kept(request, self._asked(request, account, contact))

    async def _asked(self, request: Request, account: str, contact: str) -> Response:
        asked = await self._door.look(self._door.sign_in.ask, source(request))
        if isinstance(asked, Slow):
            return self._slow(request, asked)
        self.codes.offer(Wanted(account, contact, self._door.pages.words(request).language, asked))
        response = RedirectResponse(CODE, 303)
        self._cookie(response, CODE_COOKIE, asked.token, CODE_MINUTES * 60)
        return response

    async def _hand_over(self, contact: str, text: str) -> str:
        return await self._ways[_way(contact)](contact, text)

    async def _find(self, wanted: Wanted) -> str:
        return await self._door.look(self._found, wanted)

    def _found(self, wanted: Wanted) -> str:
        clerk = self._door.clerk
        with clerk.books.reading() as reader:
            party = belonging.party_reached(reader, wanted.account, wanted.contact, clerk.today())
        if party is None:
            return NOBODY
        return FOUND if self._door.sign_in.addressed(wanted.asked.key, wanted.account, party) else LIMITED

    # --- the code is typed -------------------------------------------------------------------------------

    async def _code(self, request: Request) -> Response:
        if not request.cookies.get(CODE_COOKIE):
            return RedirectResponse(PATH, 303)
        return self._code_page(request)

    def _code_page(self, request: Request, wrong: Wrong | None = None) -> Response:
        status = 200 if wrong is None else 422
        return self._door.pages.page(request, None, "code.html", status, wrong=wrong, minutes=CODE_MINUTES)

    async def _answer(self, request: Request) -> Response:
        given = await form(request)
        if isinstance(given, Problem) or not self._door.ours(request):
            return self._door.problem(request, "too_old", 403)
        return await self._door.kept(request, self._answered(request, given.get("code", "")))

    async def _answered(self, request: Request, typed: str) -> Response:
        token = request.cookies.get(CODE_COOKIE, "")
        found = await self._door.look(self._door.sign_in.answer, token, typed, source(request))
        if isinstance(found, Slow):
            return self._slow(request, found)
        if isinstance(found, Wrong):
            self._door.metrics.count("own_sign_ins_total", outcome="refused")
            return self._code_page(request, found)
        opened = await self._door.look(self._open, found, request.cookies.get(COOKIE, ""))
        self._door.metrics.count("own_sign_ins_total", outcome="granted")
        response = RedirectResponse(PATH, 303)
        self._cookie(response, COOKIE, opened)
        response.delete_cookie(CODE_COOKIE, PATH)
        return response

    def _open(self, found: Challenge, before: str) -> str:
        """A session with a token that nobody has seen; one that the browser brought along ends."""
        door = self._door
        if before:
            door.sign_in.end(before)
        with door.clerk.books.reading() as reader:
            reached = belonging.reached(reader, found.party)
        who = f"customer:{found.party}"[:ID_MAX]
        note(door.clerk.books.database, [Look(found.account, door.clerk.now_ms(), who, DESK, "own pages")])
        return door.sign_in.open(found, reached)

    def _slow(self, request: Request, slow: Slow) -> Response:
        self._door.metrics.count("own_sign_ins_total", outcome="limited")
        return self._door.slow(request, slow)

    # --- signed in ---------------------------------------------------------------------------------------

    async def _out(self, _: Request, customer: Customer, given: Given) -> Response:
        del given
        await self._door.look(self._door.sign_in.end, customer.token)
        response = RedirectResponse(PATH, 303)
        response.delete_cookie(COOKIE, PATH)
        return response

    async def _choose(self, _: Request, customer: Customer, given: Given) -> Response:
        account = given.get("account", "")
        if account in customer.accounts:
            await self._door.look(self._door.sign_in.choose, customer.token, account)
        return RedirectResponse(PATH, 303)

    def _cookie(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        response.set_cookie(
            name, value, seconds, path=PATH, httponly=True, samesite="strict", secure=self._door.pages.secure
        )


def _way(contact: str) -> str:
    return "mail" if "@" in contact else "text" if contact else ""
