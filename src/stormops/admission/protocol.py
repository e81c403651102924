"""uvicorn's HTTP protocol with what it lacks: bounds on a request's head and its time, and refusal at the socket.

uvicorn with httptools bounds neither the time nor the size of a request's head, nor the connections
of an address (its keep-alive timer runs only between requests). And a refusal that goes the whole way
through a task costs as much as a small answer; here it is a look and one write, which is what lets
the rest of the process keep its pace at ten times its capacity.
"""

from __future__ import annotations

import asyncio
import select
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from weakref import WeakSet, ref

from starlette.types import ASGIApp, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from stormops.admission.asgi import GONE, SERVED, Admission
from stormops.admission.first_line import FirstLine
from stormops.admission.refusal import Refusal

HEAD_SECONDS_MAX = 10.0
"""A request's head must be whole so long after its first byte, or after the connection was made."""

MESSAGE_SECONDS_MAX = 60.0
"""A request must be whole, with its body, so long after its first byte; handlers are stricter."""

HEAD_BYTES_MAX = 16 * 1024
"""A longer head is answered 431."""

HEAD_LINES_MAX = 100
"""A head of more lines is answered 431."""

CONNECTIONS_MAX = 16_000
"""Connections of a process that are no sockets yet; one more is closed as it comes."""

CONNECTIONS_PER_ADDRESS_MAX = 2_000
"""The same of one address: a neighbourhood behind a carrier keeps a few hundred open."""

BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding", b"expect"})

SWEEP_SECONDS = 1.0
"""How often the slow are looked for."""

WHOLE = "stormops.whole"
"""An ASGI extension: `scope["extensions"][WHOLE](status, headers, body)` sends a whole answer in one write.

The two messages of ASGI cost two writes and a check of each header; for the one route that a storm is
measured by that is a third of its time. `headers` are lines that end in CRLF, known to be clean. False:
the socket is full, send by the messages (which wait).
"""


class Whole(Protocol):
    """A whole answer. `lines` of the head end in CRLF each and hold the length; `status` is code and phrase."""

    @property
    def status(self) -> bytes: ...

    @property
    def lines(self) -> bytes: ...

    @property
    def body(self) -> bytes: ...


AtHand = Callable[[bytes, list[tuple[bytes, bytes]]], Whole | None]
"""The answer to a GET, by its target and headers, when nothing has to be done for it; None = the usual way.

It is asked before admission: it costs less than a refusal would, and counts for no limit.
"""

_TOO_LARGE_BODY = b'{"title":"The head of the request is too large","status":431,"code":"head_too_large"}'
_TOO_LARGE = b"\r\n".join(
    [
        b"HTTP/1.1 431 Request Header Fields Too Large",
        b"content-type: application/problem+json",
        b"connection: close",
        b"content-length: %d" % len(_TOO_LARGE_BODY),
        b"",
        _TOO_LARGE_BODY,
    ]
)


class HeadTooLarge(Exception):
    """Tells the parser that a request's head is beyond the bounds."""


class Doorkeeper:
    """What the connections of one process share: their number by address, and the sweep for the slow."""

    def __init__(self, admission: Admission, at_hand: AtHand | None = None) -> None:
        self.admission = admission
        self.at_hand = at_hand
        self.first_line = FirstLine(admission)
        self._poll = select.poll()
        self.by_address: Counter[str] = Counter()
        self.open: WeakSet[GuardedProtocol] = WeakSet()
        self.default: list[tuple[bytes, bytes]] = []
        self.lines = b""  # of the headers that every answer has: `default`, written out
        self._sweeping = False

    def default_lines(self, default: list[tuple[bytes, bytes]]) -> bytes:
        """Uvicorn's own headers (the date) as they are sent; it makes them anew each second."""
        if default is not self.default:
            self.default = default
            self.lines = b"".join(b"%b: %b\r\n" % header for header in default)
        return self.lines

    def came(self, protocol: GuardedProtocol, address: str) -> bool:
        """Whether one more connection of this address is taken."""
        if len(self.open) >= CONNECTIONS_MAX or self.by_address[address] >= CONNECTIONS_PER_ADDRESS_MAX:
            return False
        self.by_address[address] += 1
        self.open.add(protocol)
        if not self._sweeping:
            self._sweeping = True
            protocol.loop.call_later(SWEEP_SECONDS, self._sweep, protocol.loop)
        return True

    def went(self, protocol: GuardedProtocol, address: str) -> None:
        """A connection ended, or became a socket."""
        if protocol in self.open:
            self.open.discard(protocol)
            self.by_address[address] -= 1
            if not self.by_address[address]:
                del self.by_address[address]

    def hung_up(self, fd: int) -> bool:
        """Whether the other end has closed: what it asked waited in the kernel for longer than it did."""
        self._poll.register(fd, select.POLLRDHUP)
        try:
            return bool(self._poll.poll(0))
        finally:
            self._poll.unregister(fd)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for protocol in list(self.open):
            protocol.end_if_slow(now)
        self._sweeping = bool(self.open)
        if self._sweeping:
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)


class GuardedProtocol(HttpToolsProtocol):
    """One connection. Made by `guarded`, which says whose."""

    keeper: Doorkeeper

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._address = ""
        self._begun: float | None = None  # of a request that is not whole yet
        self._in_head = True
        self._fed = 0
        self._too_large = False
        self._held: tuple[RequestResponseCycle, ASGIApp] | None = None
        self._answered = False  # the request being read needs no more than its end

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._begun = self.loop.time()
        if not self.keeper.came(self, self._address):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self.keeper.went(self, self._address)
        self._held = None
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """See uvicorn: from here on the connection is another protocol's."""
        self.keeper.went(self, self._address)
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self.keeper.admission.gate.queue.length and self._turned_away(data):
            return
        self._fed += len(data)
        super().data_received(data)
        if self._held is not None:  # its body did not come with its head: it waits like all others
            (cycle, app), self._held = self._held, None
            super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]
        if self._in_head and self._fed > HEAD_BYTES_MAX and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """See httptools."""
        super().on_message_begin()
        self._begun = self.loop.time()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """See httptools."""
        self._in_head = False
        if (self._fed > HEAD_BYTES_MAX and self._head_bytes() > HEAD_BYTES_MAX) or len(self.headers) > HEAD_LINES_MAX:
            self._too_large = True
            raise HeadTooLarge
        if self.keeper.at_hand is not None and self._answer_at_hand(self.keeper.at_hand):
            return
        super().on_headers_complete()

    def _answer_at_hand(self, at_hand: AtHand) -> bool:
        """Answer now when it is this connection's turn, nothing waits in it, and the answer is there."""
        cycle, parser = self.cycle, self.parser
        turn = (cycle is None or cycle.response_complete) and not self.flow.write_paused
        if not turn or parser.get_method() != b"GET" or not parser.should_keep_alive() or parser.should_upgrade():
            return False
        answer = at_hand(self.url, self.headers)
        if answer is None or self.transport.is_closing() or any(name in BODY_HEADERS for name, _ in self.headers):
            return False
        lines = self.keeper.default_lines(self.server_state.default_headers)
        self.transport.write(b"HTTP/1.1 %b\r\n%b%b\r\n%b" % (answer.status, lines, answer.lines, answer.body))
        self.server_state.total_requests += 1
        self._answered = True
        return True

    def on_message_complete(self) -> None:
        """See httptools."""
        if self._answered:
            self._answered = False
            self._begun = None
            self._fed = 0
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            return
        super().on_message_complete()
        self._begun = None
        self._fed = 0
        if self._held is not None:
            (cycle, app), self._held = self._held, None
            self._start(cycle, app, bytes(cycle.body))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Where uvicorn starts a task for a request: here it is screened first, and refused without one."""
        admission = self.keeper.admission
        scope: Scope = cycle.scope  # type: ignore[assignment]  # uvicorn's and Starlette's words for the same
        scope["extensions"] = {WHOLE: partial(self._whole, ref(cycle))}  # weak: no cycle of references a request
        refused = admission.screen(scope, admission.now())
        if refused is not None:
            self._refuse(cycle, refused)
        elif not admission.gate.queue.length:
            super()._start_asgi_task(cycle, app)
        elif cycle.more_body and scope[SERVED].peek:
            self._held = cycle, app  # whether it tells of danger is in its body
        else:
            self._start(cycle, app, bytes(cycle.body))

    def _whole(self, held: ref[RequestResponseCycle], status: bytes, headers: bytes, body: bytes) -> bool:
        """See `WHOLE`."""
        cycle = held()
        if cycle is None or cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
            return False
        if not self.transport.is_closing():
            lines = self.keeper.default_lines(self.server_state.default_headers)
            ending = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
            head = b"HTTP/1.1 %b\r\n%b%bcontent-length: %d\r\n%b" % (
                status,
                lines,
                headers,
                len(body),
                ending,
            )
            self.transport.write(head + body)
            if not cycle.keep_alive:
                self.transport.close()
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        cycle.on_response()
        return True

    def _turned_away(self, data: bytes) -> bool:
        """Refuse a plain read between two others by its first line."""
        if self._fed or self.transport.is_closing() or not (self.cycle is None or self.cycle.response_complete):
            return False
        refused = self.keeper.first_line.refused(data, self._address)
        if refused is None:
            return False
        self._begun = None
        self.transport.write(refused.wire)
        self.on_response_complete()
        return True

    def gone(self) -> bool:
        """Whether nobody waits for an answer here any more."""
        return self.transport.is_closing() or self.keeper.hung_up(self.transport.get_extra_info("socket").fileno())

    def _start(self, cycle: RequestResponseCycle, app: Any, body: bytes) -> None:
        """The way of a crowd: who has gone is not served, and is looked for again when their turn comes."""
        admission = self.keeper.admission
        scope: Scope = cycle.scope  # type: ignore[assignment]  # as above
        if self.gone():
            admission.lost(scope)
            self.transport.abort()
            return
        refused = admission.at_once(scope, body, admission.now())
        if refused is not None:
            self._refuse(cycle, refused)
        else:
            scope[GONE] = partial(_gone, ref(self))  # weak as well
            super()._start_asgi_task(cycle, app)

    def _refuse(self, cycle: RequestResponseCycle, refused: Refusal) -> None:
        """Answer as an app would that did not read the body."""
        if self.transport.is_closing():
            return
        # What is sent in a row without waiting for answers ends here: refusing it one inside the other has no bound.
        closing = not cycle.keep_alive or bool(self.pipeline)
        if closing:
            self.transport.write(refused.raw((b"connection", b"close")))
        elif cycle.scope["method"] == "HEAD":
            self.transport.write(refused.wire.removesuffix(refused.body))
        else:
            self.transport.write(refused.wire)
        cycle.response_started = cycle.response_complete = True
        if closing:
            self.pipeline.clear()
            self.transport.close()
        cycle.on_response()

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def send_400_response(self, msg: str) -> None:
        """See uvicorn: what is sent when a request cannot be read."""
        if not self._too_large:
            super().send_400_response(msg)
            return
        self.transport.write(_TOO_LARGE)
        self.transport.close()

    def end_if_slow(self, now: float) -> None:
        """Close the connection when its request does not get on."""
        if self._begun is None or self.transport.is_closing():
            return
        if now - self._begun >= (HEAD_SECONDS_MAX if self._in_head else MESSAGE_SECONDS_MAX):
            self.transport.abort()


def _gone(held: ref[GuardedProtocol]) -> bool:
    protocol = held()
    return protocol is None or protocol.gone()


def guarded(admission: Admission, at_hand: AtHand | None = None) -> type[GuardedProtocol]:
    """The protocol class for uvicorn's `http=`, tied to one process's admission."""

    class Guarded(GuardedProtocol):
        """One process's connections."""

        keeper = Doorkeeper(admission, at_hand)

    return Guarded
