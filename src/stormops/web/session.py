"""Who writes: signed in, from our own pages, with the session's token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol, TypeVar

from starlette.requests import Request

from stormops.web.problem import Problem, problem


class Person(Protocol):
    """Who is signed in: user name, desk, shift, roles, and the session's CSRF token."""

    @property
    def person(self) -> str: ...
    @property
    def desk(self) -> str: ...
    @property
    def shift(self) -> int: ...
    @property
    def roles(self) -> Collection[str]: ...
    @property
    def csrf(self) -> str: ...


P = TypeVar("P", bound=Person)


async def writer(
    request: Request,
    authenticate: Callable[[Request], Awaitable[P | None]],
    origins: Collection[str],
    token: str | None = None,
) -> P | Problem:
    """Who writes, or the problem with it. `token`: the CSRF token of a form; None = it is in the header."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in origins:
        return problem("origin", "Act from the platform's own desk.")
    person = await authenticate(request)
    if person is None:
        return problem("not_signed_in", "Sign in at the desk, then send this again.")
    given = request.headers.get("x-csrf-token", "") if token is None else token
    if not hmac.compare_digest(given.encode(), person.csrf.encode()):
        return problem("csrf", "Send the session's token (GET /api/v1/session) as X-CSRF-Token.")
    return person
