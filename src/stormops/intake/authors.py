"""Who writes from the desk: signed in, from our own pages, with the session's token, and in a role that may act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple

from starlette.requests import Request

from stormops.core.entry import Actor
from stormops.intake.taking import good_key, wrong_key
from stormops.web.http import is_json, read_body
from stormops.web.problem import Problem, problem
from stormops.web.session import Person, writer

MAY_ACT = frozenset({"dispatcher", "supervisor"})
"""Roles that may act; the others may look."""

MAY_RELAX = "supervisor"
"""The role that may declare a milder mode."""


Authenticate = Callable[[Request], Awaitable[Person | None]]


class Author(NamedTuple):
    """Who acts, and whether they may relax the mode."""

    actor: Actor
    may_relax: bool


class Authors:
    """Finds out who acts. `origins`: those of the browsers' pages that may write."""

    def __init__(self, authenticate: Authenticate, origins: Collection[str]) -> None:
        self._authenticate = authenticate
        self._origins = frozenset(origins)

    async def author(self, request: Request) -> Author | Problem:
        """Who acts, or the problem with it."""
        person = await writer(request, self._authenticate, self._origins)
        if isinstance(person, Problem):
            return person
        if MAY_ACT.isdisjoint(person.roles):
            return problem("may_not_act", "Ask a dispatcher or a supervisor.")
        actor = Actor(person=person.person, desk=person.desk, shift=person.shift)
        return Author(actor, MAY_RELAX in person.roles)


async def keyed_body(request: Request) -> tuple[str, bytes] | Problem:
    """The key and the JSON body that every write of staff brings, or what is wrong with them."""
    key = request.headers.get("idempotency-key", "")
    if not good_key(key):
        return wrong_key()
    if not is_json(request.scope):
        return problem("unsupported_media_type", "Send JSON, with Content-Type: application/json.")
    body = await read_body(request.scope, request.receive)
    return body if isinstance(body, Problem) else (key, body)
