from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request

from stormops.web.problem import Problem
from stormops.web.session import writer
from tests.intake.conftest import Person


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw, "query_string": b""})


async def signed_in(_: Request) -> Person | None:
    return Person(csrf="t")


async def nobody(_: Request) -> Person | None:
    return None


@pytest.mark.parametrize(
    ("headers", "authenticate", "token", "code"),
    [
        ({"origin": "http://evil"}, signed_in, None, "origin"),
        ({"x_csrf_token": "t"}, nobody, None, "not_signed_in"),
        ({}, signed_in, None, "csrf"),
        ({"x_csrf_token": "t"}, signed_in, "other", "csrf"),
        ({"x_csrf_token": "\u00ff"}, signed_in, None, "csrf"),
        ({"x_csrf_token": "t", "origin": "http://ours"}, signed_in, None, ""),
        ({}, signed_in, "t", ""),
    ],
)
async def test_who_writes_comes_from_our_pages_with_the_sessions_token(
    headers: dict[str, str], authenticate: Any, token: str | None, code: str
) -> None:
    found = await writer(request(**headers), authenticate, ["http://ours"], token)
    assert (found.code if isinstance(found, Problem) else "") == code
