"""What every page of customers has at hand: who asks, the books on threads of its own, forms, and how it is refused."""

from __future__ import annotations

import asyncio
import functools
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stormops.accounts.asking.catalogue import Body
from stormops.accounts.records_place import Party
from stormops.accounts.refusal import Refusal
from stormops.books.database import BooksUnavailable
from stormops.books.store import Outcome
from stormops.counter.clerk import Clerk
from stormops.counter.own import belonging
from stormops.counter.own.customer import Customer, asking
from stormops.counter.own.rendering import Pages
from stormops.counter.own.sign_in import SignIn, Slow
from stormops.telemetry import Log, Metrics
from stormops.web.http import read_body
from stormops.web.problem import Problem
from stormops.web.session import writer

T = TypeVar("T")

COOKIE, CODE_COOKIE, PATH = "stormops_own", "stormops_code", "/account"
"""Of a session, and of a code that was asked for; sent to these pages alone."""

THREADS = 3
FIELDS_MAX = 40
VALUE_CHARACTERS_MAX = 4_000

Given = dict[str, str]
Show = Callable[[Request, Customer], Awaitable[Response]]
Take = Callable[[Request, Customer, Given], Awaitable[Response]]


class Door:
    """`origin`: of these pages, as browsers see it."""

    def __init__(self, clerk: Clerk, sign_in: SignIn, pages: Pages, *, origin: str, metrics: Metrics, log: Log) -> None:
        self.clerk, self.sign_in, self.pages = clerk, sign_in, pages
        self.metrics, self.log, self.origin = metrics, log, origin
        self._threads = ThreadPoolExecutor(THREADS, "own")

    async def look(self, what: Callable[..., T], *given: object) -> T:
        """Run it on a thread. Raises BooksUnavailable; a file of sessions that fails is the same to who asks."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, functools.partial(what, *given))
        except sqlite3.Error as error:
            self.log.failed("own_sessions_failed", error)
            raise BooksUnavailable("sessions") from error
        except BooksUnavailable:
            self.log.warning("books_unavailable")
            raise

    def close(self) -> None:
        """End the threads and close the sessions' file; the books are the counter's."""
        self._threads.shutdown(wait=True)
        self.sign_in.close()

    # --- who asks ----------------------------------------------------------------------------------------

    async def customer(self, request: Request) -> Customer | None:
        """Who is signed in; nobody once how they are reached has changed, or the account is theirs no more."""
        token = request.cookies.get(COOKIE, "")
        return await self.look(self._customer, token) if token else None

    def _customer(self, token: str) -> Customer | None:
        session = self.sign_in.session(token)
        if session is None:
            return None
        with self.clerk.books.reading() as reader:
            party = reader.get(Party, session.party)
            accounts = belonging.accounts_of(reader, session.party, self.clerk.today())
            if (
                party is None
                or session.account not in accounts
                or belonging.reached(reader, party.id) != session.reached
            ):
                self.sign_in.end(token)
                return None
        return Customer(party.id, party.name, session.account, tuple(accounts), session.csrf, token)

    def shown(self, show: Show) -> Callable[[Request], Awaitable[Response]]:
        """A page of who is signed in; others are asked to."""

        async def guarded(request: Request) -> Response:
            async def answer() -> Response:
                customer = await self.customer(request)
                return RedirectResponse(PATH, 303) if customer is None else await show(request, customer)

            return await self.kept(request, answer())

        return guarded

    def taken(self, take: Take) -> Callable[[Request], Awaitable[Response]]:
        """A form of who is signed in, from our own page and with the session's token."""

        async def guarded(request: Request) -> Response:
            async def answer() -> Response:
                given = await form(request)
                if isinstance(given, Problem):
                    return self.problem(request, "wrong_form", given.status)
                customer = await writer(request, self.customer, [self.origin], given.get("csrf", ""))
                if isinstance(customer, Problem):
                    if customer.code == "not_signed_in":
                        return RedirectResponse(PATH, 303)
                    return self.problem(request, "too_old", customer.status)
                return await take(request, customer, given)

            return await self.kept(request, answer())

        return guarded

    def ours(self, request: Request) -> bool:
        """Whether a form without a session comes from our own page, as far as the browser says."""
        return request.headers.get("origin", self.origin) == self.origin

    async def kept(self, request: Request, answer: Awaitable[Response]) -> Response:
        """The answer, or a page that says that the books cannot be reached."""
        try:
            return await answer
        except BooksUnavailable:
            return self.problem(request, "unavailable", 503)

    def problem(self, request: Request, key: str, status: int) -> Response:
        """A page that says what is wrong and what to do."""
        self.metrics.count("own_refused_total", code=key)
        return self.pages.page(request, None, "problem.html", status, sentence=self.pages.words(request)(f"own.{key}"))

    def slow(self, request: Request, slow: Slow) -> Response:
        """A page that says when to come back."""
        self.metrics.count("own_refused_total", code="slow")
        self.log.warning("own_limited")
        sentence = self.pages.words(request)("own.slow", minutes=-(-slow.seconds // 60))
        response = self.pages.page(request, None, "problem.html", 429, sentence=sentence)
        response.headers["Retry-After"] = str(slow.seconds)
        return response

    # --- what is done ------------------------------------------------------------------------------------

    async def do(self, customer: Customer, name: str, body: Body, key: str, seal: str = "") -> Outcome | Refusal:
        """Have a command done for a customer, once for each key."""
        outcome = await self.look(self.clerk.do, asking(customer, name, body, key, seal))
        refusal = outcome if isinstance(outcome, Refusal) else outcome.refusal
        self.metrics.count("counter_commands_total", command=name, outcome="done" if refusal is None else "refused")
        return outcome if refusal is None else refusal


def key_of(customer: Customer, given: Given) -> str:
    """The idempotency key of a form: what the browser sent, and whose it is. Nobody meets another's key."""
    sent = given.get("key", "") or secrets.token_urlsafe(18)
    whole = f"{customer.party}\0{customer.account}\0{sent}".encode(errors="replace")
    return f"own:{blake2b(whole, digest_size=20).hexdigest()}"


async def form(request: Request) -> Given | Problem:
    """The fields of a form, the first of each name; without characters that no text has."""
    body = await read_body(request.scope, request.receive)
    if isinstance(body, Problem):
        return body
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="replace")
    except ValueError:
        return {}
    made: Given = {}
    for name, value in pairs:
        made.setdefault(name, "".join(c for c in value if c == "\n" or c.isprintable())[:VALUE_CHARACTERS_MAX].strip())
    made["services"] = " ".join(value for name, value in pairs if name == "services")
    return made


def source(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""
