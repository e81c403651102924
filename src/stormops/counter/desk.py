"""What every endpoint of the counter has at hand: the clerk on threads of its own, who asks, and how it is refused."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stormops.accounts.refusal import Refusal
from stormops.books.database import BooksUnavailable
from stormops.books.store import KEY_REUSED
from stormops.counter.clerk import Clerk
from stormops.counter.evidence import Files
from stormops.counter.rights import READ, Person
from stormops.telemetry import Log, Metrics
from stormops.web.http import problem_response
from stormops.web.problem import FieldError, Problem, problem
from stormops.web.session import writer

T = TypeVar("T")

THREADS = 4
"""Looks into the books at the same moment; writers come one by one anyway."""

UNAVAILABLE_SECONDS = 2

FORBIDDEN = frozenset(
    {
        "no_permission",
        "grant_expired",
        "over_limit",
        "own_account",
        "not_yours",
        "maker_is_checker",
        "approved_already",
        "not_maker",
    }
)
"""Refusals that are about who asks: 403. All others are about how things stand: 409."""

Authenticate = Callable[[Request], Awaitable[Person | None]]


class Desk:
    """`authenticate` gives who sent a request; who sent none signs in at the address `sign_in`."""

    def __init__(
        self,
        clerk: Clerk,
        files: Files,
        *,
        authenticate: Authenticate,
        origins: Collection[str],
        metrics: Metrics,
        log: Log,
        sign_in: str = "/sign-in",
    ) -> None:
        self.clerk, self.files, self.metrics, self.log = clerk, files, metrics, log
        self._authenticate, self._origins = authenticate, frozenset(origins)
        self._sign_in = sign_in
        self._threads = ThreadPoolExecutor(THREADS, "books")

    async def look(self, what: Callable[..., T], *given: object) -> T:
        """Run it on a thread. Raises BooksUnavailable, which is logged."""
        began = time.perf_counter()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, functools.partial(what, *given))
        except BooksUnavailable:
            self.log.warning("books_unavailable")
            raise
        finally:
            self.metrics.observe("counter_books_seconds", time.perf_counter() - began)

    async def reader(self, request: Request, permission: str = READ) -> Person | Problem:
        """Who looks, if they may."""
        person = await self._authenticate(request)
        if person is None:
            return problem("not_signed_in", "Sign in, then ask again.")
        return person if permission in person.permissions else no_look()

    async def writer(self, request: Request, token: str | None = None) -> Person | Problem:
        """Who writes: as for reading, from our own pages and with the session's token (`token`: a form's)."""
        person = await writer(request, self._authenticate, self._origins, token)
        if isinstance(person, Problem):
            return person
        return person if READ in person.permissions else no_look()

    async def person(self, request: Request, permission: str = READ) -> Person | Response:
        """Who asks for a page, or where they are sent instead."""
        person = await self.reader(request, permission)
        return await self.turned_away(request, person) if isinstance(person, Problem) else person

    async def turned_away(self, request: Request, why: Problem) -> Response:
        """Who is not signed in signs in; others are told that their role does not do this."""
        del request
        if why.code == "not_signed_in":
            return RedirectResponse(self._sign_in, 303)
        return self.refused(why)

    def refused(self, refusal: Problem) -> Response:
        """Count a refusal and answer it."""
        self.metrics.count("counter_refused_total", code=refusal.code)
        return problem_response(refusal)

    def close(self) -> None:
        """End the threads, and close the books."""
        self._threads.shutdown(wait=True)
        self.clerk.books.close()


def no_look() -> Problem:
    """The person's role has no business here."""
    return problem("may_not_look", "Ask somebody whose work this is.")


def unavailable() -> Problem:
    """The books cannot be reached."""
    said = "Nothing was promised. Send the same again, with the same Idempotency-Key."
    return problem("unavailable", said, retry_after_s=UNAVAILABLE_SECONDS)


def as_problem(refusal: Refusal) -> Problem:
    """A refusal of the books or the rules, for programs and people."""
    if refusal.code == KEY_REUSED:
        return problem("key_reused", refusal.sentence, FieldError("Idempotency-Key", refusal.sentence))
    status = 412 if refusal.code == "changed" else 403 if refusal.code in FORBIDDEN else 409
    errors = [FieldError(refusal.field, refusal.sentence)] if refusal.field else []
    return Problem(title="This is not done", status=status, code=refusal.code, detail=refusal.sentence, errors=errors)


def json(value: object, status: int = 200) -> Response:
    """An answer that nobody keeps."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
