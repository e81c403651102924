from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from stormops.web import http
from stormops.web.http import BODY_BYTES_MAX, cross_origin, header, is_json, read_body
from stormops.web.problem import Problem


async def body_of(*parts: bytes, declared: bytes | None = None) -> bytes | Problem:
    messages: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": part, "more_body": i + 1 < len(parts)} for i, part in enumerate(parts)
    ]

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    headers = [] if declared is None else [(b"content-length", declared)]
    return await read_body({"type": "http", "headers": headers}, receive)


async def test_a_body_comes_in_one_piece_or_many() -> None:
    assert await body_of(b"abc") == b"abc"
    assert await body_of(b"a", b"", b"bc") == b"abc"
    assert await body_of(b"") == b""


async def test_the_bound_is_kept_by_what_is_declared_and_by_what_is_sent() -> None:
    most = b"x" * BODY_BYTES_MAX
    assert await body_of(most) == most
    for large in (await body_of(most, b"y"), await body_of(b"", b"", declared=str(BODY_BYTES_MAX + 1).encode())):
        assert isinstance(large, Problem)
        assert large.code == "too_large"
    assert await body_of(b"abc", declared=b"nonsense") == b"abc"


async def test_a_client_that_goes_away_is_told_apart() -> None:
    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(ConnectionError):
        await read_body({"type": "http", "headers": []}, receive)


async def test_a_body_that_does_not_arrive_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS_MAX", 0.01)

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError

    late = await read_body({"type": "http", "headers": []}, receive)
    assert isinstance(late, Problem)
    assert (late.status, late.code) == (408, "too_slow")


def test_headers() -> None:
    scope = {"headers": [(b"a", b"1"), (b"a", b"2"), (b"content-type", b"Application/JSON ; charset=x")]}
    assert header(scope, b"a") == b"1"
    assert header(scope, b"b") is None
    assert is_json(scope)
    assert not is_json({"headers": [(b"content-type", b"text/json")]})


def test_only_our_own_origins_are_let_in() -> None:
    ours = frozenset({b"http://a.test"})
    assert dict(cross_origin(b"http://a.test", ours))[b"vary"] == b"Origin"
    assert cross_origin(b"http://b.test", ours) == []
    assert cross_origin(None, ours) == []
