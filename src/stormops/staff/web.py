"""The two writes of sign-in, as Starlette routes that wiring puts into intake.

They answer forms (303 to the desk, works without JavaScript) and JSON (signing in again in place).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from stormops.pages.sign_in import REFUSALS
from stormops.staff.person import SESSION_HOURS, Granted, Person, Refused

COOKIE = "stormops_session"

ATTEMPTS_AT_ONCE_MAX = 2
"""Passwords hashed at the same moment; more wait, so that sign-ins cannot starve intake of its cores."""

ATTEMPTS_WAITING_MAX = 20
"""Sign-ins waiting for their turn; one more gets 503 and is asked to come back."""

BODY_BYTES_MAX = 8 * 1024
"""The largest sign-in; the rest of a longer one is not read."""

BODY_SECONDS_MAX = 10.0
"""A sign-in that takes longer to arrive counts as if nothing was given."""

FIELDS_MAX = 10
"""Fields in one form; more is not our form."""

STATUSES = {"wrong_password": 401, "too_many_attempts": 429, "unavailable": 503}


class Desk(Protocol):
    """What the routes need of `SignIn`."""

    def sign_in(self, name: str, password: str, desk: str, address: str) -> Granted | Refused: ...

    def who(self, token: str | None) -> Person | None: ...

    def sign_out(self, token: str | None) -> bool: ...


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/json")


async def _body(request: Request) -> bytes:
    """The body, empty when it is too large, too slow or cut off: whoever sends those has no password here."""
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for part in request.stream():
                body += part
                if len(body) > BODY_BYTES_MAX:
                    return b""
    except (TimeoutError, ClientDisconnect):
        return b""
    return body


async def _given(request: Request) -> dict[str, str]:
    """Fields of a form or a JSON body; anything else is as if nothing was given."""
    body = await _body(request)
    try:
        if not _is_json(request):
            return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MAX))
        given: Any = msgspec.json.decode(body)
    except (ValueError, RecursionError):  # msgspec's DecodeError is a ValueError
        return {}
    return {k: v for k, v in given.items() if isinstance(v, str)} if isinstance(given, dict) else {}


class SignInRoutes:
    """Sign-in and sign-out. `outcome` is told granted, refused or limited, for the metrics.

    `feed_url` is the desk's; `serves_staff` tells whether staff may sign in where a request came in.
    Without a `counter_url` there is no counter: everybody's day begins at the desk.
    """

    def __init__(
        self,
        get_desk: Callable[[], Desk],
        origins: list[str],
        feed_url: str,
        outcome: Callable[[str], None],
        *,
        serves_staff: Callable[[Request], bool] = lambda _: True,
        counter_url: str = "",
    ) -> None:
        self._get_desk = get_desk
        self._origins = origins
        self._feed_url = feed_url
        self._outcome = outcome
        self._serves_staff = serves_staff
        self._homes = {"desk": f"{feed_url}/desk"} | ({"counter": f"{counter_url}/counter"} if counter_url else {})
        self._turn = asyncio.Semaphore(ATTEMPTS_AT_ONCE_MAX)
        self._waiting = 0

    def routes(self) -> list[Route]:
        """The two routes."""
        return [
            Route("/staff/sign-in", self.sign_in, methods=["POST"]),
            Route("/staff/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Check name and password; set the session cookie."""
        if self._foreign(request):
            return self._refuse(request, 403, "origin")
        if not self._serves_staff(request):
            return self._refuse(request, 403, "elsewhere")
        given = await _given(request)
        name, password = given.get("person", "").strip().lower(), given.get("password", "")
        if not name or not password:
            return self._refuse(request, 422, "incomplete")
        if self._waiting >= ATTEMPTS_WAITING_MAX:
            return self._refuse(request, 503, "busy", 5)
        address = request.client.host if request.client else ""
        self._waiting += 1
        try:
            async with self._turn:
                desk = self._get_desk()
                result = await asyncio.to_thread(desk.sign_in, name, password, given.get("desk", ""), address)
        finally:
            self._waiting -= 1
        if isinstance(result, Refused):
            self._outcome("limited" if result.code == "too_many_attempts" else "refused")
            return self._refuse(request, STATUSES[result.code], result.code, result.retry_after_s)
        self._outcome("granted")
        return self._grant(request, result)

    async def sign_out(self, request: Request) -> Response:
        """End the session and its shift."""
        if self._foreign(request):
            return self._refuse(request, 403, "origin")
        if not await asyncio.to_thread(self._get_desk().sign_out, request.cookies.get(COOKIE)):
            return self._refuse(request, STATUSES["unavailable"], "unavailable", 5)
        response = RedirectResponse(f"{self._feed_url}/sign-in", 303)
        response.delete_cookie(COOKIE)
        return response

    def _foreign(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        return origin is not None and origin not in self._origins

    def _refuse(self, request: Request, status: int, code: str, retry_after_s: int = 0) -> Response:
        headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
        if _is_json(request):
            problem = {"type": "about:blank", "title": REFUSALS[code], "status": status, "code": code}
            return JSONResponse(problem, status, headers, "application/problem+json")
        return RedirectResponse(f"{self._feed_url}/sign-in?problem={code}", 303, headers)

    def _grant(self, request: Request, granted: Granted) -> Response:
        person = granted.person
        response: Response
        if _is_json(request):
            answer = {"person": person.person, "roles": person.roles, "desk": person.desk, "shift": person.shift}
            response = JSONResponse(answer | {"csrf": person.csrf})
        else:
            response = RedirectResponse(self._homes.get(person.home, self._homes["desk"]), 303)
        response.set_cookie(
            COOKIE,
            granted.token,
            max_age=SESSION_HOURS * 3600,
            httponly=True,
            samesite="strict",
            secure=self._feed_url.startswith("https"),
        )
        return response
