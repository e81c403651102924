"""HTTP in the small: bodies within a bound, answers with the headers that every answer has."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stormops.web.problem import MEDIA_TYPE, Problem, problem

BODY_BYTES_MAX = 64 * 1024
"""The largest body; a longer one is answered 413 and not read to its end."""

BODY_SECONDS_MAX = 20.0
"""A body that takes longer to arrive is answered 408; a slow phone sends a report in one piece."""

RawHeaders = list[tuple[bytes, bytes]]

COMMON_HEADERS: RawHeaders = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
]
DATA_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""For everything that is not a page; a page brings its own policy."""

DATA_HEADERS: RawHeaders = [*COMMON_HEADERS, DATA_POLICY]

JSON_HEADERS: RawHeaders = [
    *(one for one in DATA_HEADERS if one[0] not in {b"x-frame-options", b"cross-origin-opener-policy"}),
    (b"content-type", b"application/json"),
]
"""For what is never a page and must be quick: without the two that only pages need (the policy forbids frames)."""


def lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as they go over the wire."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


JSON_LINES = lines(JSON_HEADERS)


async def read_body(scope: Scope, receive: Receive, bound: int = BODY_BYTES_MAX) -> bytes | Problem:
    """The whole body of at most `bound` bytes, or why it was not taken: too large or too slow.

    ConnectionError when the client goes away. `receive` must bear being given up and asked again, as uvicorn's does.
    """
    first = _at_once(receive)
    if first is not None and not first.get("more_body", False):
        return await _whole(receive, bound, first)  # nothing to wait for: no timer
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared) > bound:
        return too_large(bound)
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await _whole(receive, bound, first or await receive())
    except TimeoutError:
        return problem("too_slow", "Nothing was saved. Send the same again, with the same Idempotency-Key.")


def _at_once(receive: Receive) -> Message | None:
    """What has arrived already, None when it takes waiting. A small body comes with its head."""
    coming = cast("Coroutine[object, None, Message]", receive())
    try:
        coming.send(None)
    except StopIteration as arrived:
        message: Message = arrived.value
        return message
    coming.close()
    return None


async def _whole(receive: Receive, bound: int, message: Message) -> bytes | Problem:
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError("the client went away before its body was complete")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > bound:
            return too_large(bound)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)
        message = await receive()


def too_large(bound: int) -> Problem:
    """The refusal of a body of more than `bound` bytes."""
    return problem("too_large", f"At most {bound // 1024} KiB are taken here. Send less, or send it in parts.")


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """All headers by lower-case name, the first of each name: for who looks at several."""
    return dict(scope["headers"][::-1])


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first header of this lower-case name, None when it was not sent."""
    for key, value in scope["headers"]:
        if key == name:
            sent: bytes = value
            return sent
    return None


def is_json(scope: Scope) -> bool:
    """Whether the body says that it is JSON."""
    return is_json_type(header(scope, b"content-type") or b"")


def is_json_type(said: bytes) -> bool:
    """Whether a content type is JSON's."""
    if said == b"application/json":
        return True
    kind = said.partition(b";")[0].strip().lower()
    return kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json"))


def cross_origin(origin: bytes | None, origins: frozenset[bytes]) -> RawHeaders:
    """The CORS headers for an answer, when the request's `Origin` is one of our own."""
    if origin is not None and origin in origins:
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", b"Retry-After"),
            (b"vary", b"Origin"),
        ]
    return []


async def send_answer(send: Send, status: int, head: bytes, body: bytes) -> None:
    """Send one whole answer; `head` is `lines` of headers."""
    headers = [line.split(b": ", 1) for line in head.split(b"\r\n") if line]
    headers.append([b"content-length", b"%d" % len(body)])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def problem_headers(refusal: Problem) -> RawHeaders:
    """The headers that a problem adds."""
    headers = [(b"content-type", MEDIA_TYPE.encode())]
    if refusal.retry_after_s:
        headers.append((b"retry-after", str(refusal.retry_after_s).encode()))
    if refusal.code == "no_token":
        headers.append((b"www-authenticate", b"Bearer"))
    return headers


def problem_response(refusal: Problem) -> Response:
    """The problem as a Starlette response."""
    headers = {k.decode(): v.decode() for k, v in problem_headers(refusal)}
    return Response(msgspec.json.encode(refusal), refusal.status, headers)


class WithHeaders:
    """Adds the common headers to every answer of the app behind it, unless the answer has its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {key for key, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in DATA_HEADERS if h[0] not in there)]
            await send(message)

        await self._app(scope, receive, send_with)


async def no_icon(_request: Request) -> Response:
    """`GET /favicon.ico`, which browsers ask for by themselves: there is none, and they need not ask again today."""
    return Response(None, 204, {"Cache-Control": "public, max-age=86400"})
