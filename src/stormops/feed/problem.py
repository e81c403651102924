"""Answers that are not the thing asked for: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import JSONResponse


class Json(JSONResponse):
    """JSON by msgspec: an incident in full is some hundred kilobytes, and the usual encoder takes ten times as long."""

    def render(self, content: object) -> bytes:
        """See Starlette."""
        return msgspec.json.encode(content)


def problem(status: int, code: str, title: str, headers: Mapping[str, str] | None = None) -> Json:
    """A problem with a `code` for programs and a `title` for people."""
    body = {"type": "about:blank", "title": title, "status": HTTPStatus(status).value, "code": code}
    return Json(body, status, {"Cache-Control": "no-store", **(headers or {})}, "application/problem+json")


def unknown_receipt() -> Json:
    """The one answer for a receipt that is not known, whatever is wrong with it."""
    return problem(404, "unknown_receipt", "No report has this receipt number. Check it and try again.")


def slow_down(seconds: float) -> Json:
    """Too many wrong receipts from one address."""
    wait = str(max(1, round(seconds + 0.5)))
    return problem(429, "too_many_misses", "Too many wrong receipt numbers. Wait and try again.", {"Retry-After": wait})


def not_signed_in() -> Json:
    """The desk's reads are for staff."""
    return problem(401, "not_signed_in", "Sign in first.")


def not_ready() -> Json:
    """The feed has not caught up with the journal yet, or has too much to answer."""
    return problem(503, "not_ready", "The picture is being rebuilt. Try again in a moment.", {"Retry-After": "1"})


def not_found(title: str) -> Json:
    """Something named in the address does not exist (any more)."""
    return problem(404, "not_found", title)


def bad_query(title: str) -> Json:
    """A query parameter is missing or wrong."""
    return problem(422, "bad_query", title)
