"""Pages that are looked at: who may, and what is said when the books cannot be reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.books.database import BooksUnavailable
from stormops.counter.desk import Desk
from stormops.counter.rendering import Pages
from stormops.counter.rights import Person

Show = Callable[[Request, Person], Awaitable[Response]]


def routes(desk: Desk, pages: Pages, shown: Mapping[str, tuple[Show, str]]) -> list[Route]:
    """The addresses, each with what shows it and the permission that it needs."""
    return [Route(path, _guarded(desk, pages, show, permission)) for path, (show, permission) in shown.items()]


def _guarded(desk: Desk, pages: Pages, show: Show, permission: str) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        person = await desk.person(request, permission)
        if isinstance(person, Response):
            return person
        try:
            return await show(request, person)
        except BooksUnavailable:
            return pages.problem(request, person, "unavailable", 503)

    return guarded
