"""Endpoints that decide at once: what follows their request's last byte needs no task and awaits nothing.

A server that has a whole request at hand calls `at_once` (`admission.protocol` does); one that speaks
ASGI calls the endpoint as an app. Both ways are the same rules in the same order.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

import msgspec
from starlette.types import Receive, Scope, Send

from stormops.web.http import (
    BODY_BYTES_MAX,
    DATA_HEADERS,
    RawHeaders,
    headers_of,
    lines,
    problem_headers,
    read_body,
    send_answer,
    too_large,
)
from stormops.web.problem import Problem, bug

Headers = dict[bytes, bytes]
"""The first of each name, lower-case."""

Answer = Callable[[int, bytes, bytes], object]
"""Sends a whole answer, once: status, header lines that end in CRLF, body. Now or later, on the event loop."""

_ENCODER = msgspec.json.Encoder()


class Swift(ABC):
    """The endpoint. `refused(code)` is called for each problem (for the metrics)."""

    bytes_max = BODY_BYTES_MAX
    """The largest body."""

    def __init__(self, refused: Callable[[str], object]) -> None:
        self._refused = refused

    @abstractmethod
    def head(self, scope: Scope, headers: Headers) -> str | Problem:
        """What a request's head says that `take` needs; or what is wrong with it, before its body is read."""

    @abstractmethod
    def take(self, scope: Scope, headers: Headers, said: str, body: bytes, answer: Answer) -> None:
        """Take a body; `said` is from `head`."""

    def more_headers(self, headers: Headers) -> RawHeaders:  # noqa: ARG002 - for who has some
        """What else an answer to this request carries."""
        return []

    def at_once(self, scope: Scope, headers: Headers, body: bytes, answer: Answer) -> None:
        """Take a whole request. What it raises is a bug, and was answered as one."""
        try:
            said = self.head(scope, headers)
            if isinstance(said, Problem):
                self.refuse(headers, said, answer)
            elif len(body) > self.bytes_max:
                self.refuse(headers, too_large(self.bytes_max), answer)
            else:
                self.take(scope, headers, said, body, answer)
        except Exception:
            self.refuse(headers, bug(), answer)
            raise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        headers = headers_of(scope)
        try:
            said = self.head(scope, headers)
            body = said if isinstance(said, Problem) else await read_body(scope, receive, self.bytes_max)
        except ConnectionError:
            return  # nobody is there to be answered, and nothing was complete
        told: asyncio.Future[tuple[int, bytes, bytes]] = asyncio.get_running_loop().create_future()

        def answer(status: int, head: bytes, content: bytes) -> None:
            if not told.done():  # else its request went away
                told.set_result((status, head, content))

        if isinstance(said, Problem):
            self.refuse(headers, said, answer)
        elif isinstance(body, Problem):
            self.refuse(headers, body, answer)
        else:
            self.take(scope, headers, said, body, answer)
        await send_answer(send, *await told)

    def refuse(self, headers: Headers, refusal: Problem, answer: Answer) -> None:
        """Answer with a problem; `headers` are the request's."""
        self._refused(refusal.code)
        said = [*DATA_HEADERS, *self.more_headers(headers), *problem_headers(refusal)]
        answer(refusal.status, lines(said), _ENCODER.encode(refusal))
