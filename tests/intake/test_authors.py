"""Who may write from the desk; what is refused is in test_desk.py and test_entry.py, over HTTP."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from stormops.core.entry import Actor
from stormops.intake.authors import Author, Authors
from tests.intake.conftest import FEED, Person


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("roles", "may_relax"), [(["dispatcher"], False), (["supervisor"], True), (["supervisor", "viewer"], True)]
)
async def test_only_a_supervisor_may_relax(roles: list[str], may_relax: bool) -> None:
    async def authenticate(_: Request) -> Person | None:
        return Person(roles=roles)

    authors = Authors(authenticate, [FEED])
    assert await authors.author(request(x_csrf_token="a token", origin=FEED)) == Author(
        Actor(person="ann", desk="north", shift=3), may_relax
    )
