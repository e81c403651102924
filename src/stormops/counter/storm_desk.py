"""Re-roling for a storm: who works the outage desk besides their own work, given with a reason and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stormops.counter import showing
from stormops.counter.desk import Desk, no_look
from stormops.counter.rendering import Pages
from stormops.counter.rights import ASSIGN, Person
from stormops.web.http import read_body
from stormops.web.problem import Problem

HERE = "/counter/storm-roles"
FORM_BYTES_MAX = 10_000
OUTAGE_DESK = "dispatcher"
"""The role that the storm adds here."""


class StormGrant(Protocol):
    """A storm role as it was given (`staff.storm_roles`)."""

    @property
    def id(self) -> int: ...
    @property
    def person(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def given_by(self) -> str: ...
    @property
    def given_ms(self) -> int: ...
    @property
    def ended_by(self) -> str: ...
    @property
    def ended_ms(self) -> int | None: ...


class Colleague(Protocol):
    """Somebody with an account, and the storm role that holds."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def storm(self) -> StormGrant | None: ...


class StormRoles(Protocol):
    """What `staff.storm_roles.StormRoles` does."""

    def colleagues(self) -> Sequence[Colleague]: ...
    def history(self) -> Sequence[StormGrant]: ...
    def give(self, name: str, role: str, by: str, reason: str) -> str: ...
    def end(self, grant: int, by: str) -> bool: ...


class StormDesk:
    """The routes."""

    def __init__(self, desk: Desk, pages: Pages, roles: StormRoles) -> None:
        self._desk, self._pages, self._roles = desk, pages, roles

    def routes(self) -> list[Route]:
        """The page, and what is sent from it."""
        return [
            *showing.routes(self._desk, self._pages, {HERE: (self._page, ASSIGN)}),
            Route(HERE, self._sent, methods=["POST"]),
        ]

    async def _page(self, request: Request, person: Person) -> Response:
        return await self._show(request, person)

    async def _show(
        self, request: Request, person: Person, error: str = "", name: str = "", reason: str = ""
    ) -> Response:
        storm = bool(self._desk.clerk.episodes().episode)
        colleagues = await self._desk.look(self._roles.colleagues)
        return self._pages.page(
            request,
            person,
            "storm_roles.html",
            409 if error else 200,
            storm=storm,
            held=[each for each in colleagues if each.storm is not None],
            free=[each for each in colleagues if each.storm is None and each.role != OUTAGE_DESK],
            history=[each for each in await self._desk.look(self._roles.history) if each.ended_ms is not None],
            error=self._pages.words(request)(f"ui.rerole_{error}") if error else "",
            chosen=name,
            reason=reason,
        )

    async def _sent(self, request: Request) -> Response:
        body = await read_body(request.scope, request.receive, FORM_BYTES_MAX)
        given = {} if isinstance(body, Problem) else dict(parse_qsl(body.decode("utf-8", "replace")))
        person = await self._desk.writer(request, given.get("csrf", ""))
        if isinstance(person, Problem):
            return await self._desk.turned_away(request, person)
        if ASSIGN not in person.permissions:
            return self._desk.refused(no_look())
        ends = given.get("end", "")
        if ends.isascii() and ends.isdigit() and len(ends) <= 15:
            await self._desk.look(self._roles.end, int(ends), person.person)
            return RedirectResponse(HERE, 303)
        name, reason = given.get("name", "")[:64], given.get("reason", "")[:500]
        error = await self._desk.look(self._roles.give, name, OUTAGE_DESK, person.person, reason)
        if error:
            return await self._show(request, person, error, name, reason)
        return RedirectResponse(HERE, 303)
