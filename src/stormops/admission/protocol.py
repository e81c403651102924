"""uvicorn's HTTP protocol with what it lacks: bounds on a request's head and its time, and answers without a task.

uvicorn with httptools bounds neither the time nor the size of a request's head, nor the connections
of an address. And a refusal that goes the whole way through a task costs as much as a small answer; here
it is a look and one write, which is what lets the rest of the process keep its pace at ten times its
capacity. Requests to `swift` endpoints need no task to be served either (`turn`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Any, NamedTuple
from weakref import ref

from starlette.types import ASGIApp, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from stormops.admission.asgi import GONE, SERVED, Admission
from stormops.admission.doorkeeper import AtHand, Doorkeeper
from stormops.admission.refusal import Refusal
from stormops.admission.turn import Endpoint, Turn

HEAD_SECONDS_MAX = 10.0
"""A request's head must be whole so long after its first byte, or after the connection was made."""

MESSAGE_SECONDS_MAX = 60.0
"""A request must be whole, with its body, so long after its first byte; handlers are stricter."""

HEAD_BYTES_MAX = 16 * 1024
"""A longer head is answered 431."""

HEAD_LINES_MAX = 100
"""A head of more lines is answered 431."""

SENT_AT_ONCE_BYTES = 64 * 1024
"""A larger answer is given to the kernel whole, as far as it takes it: in a crowd each turn of the loop that it
would wait for its rest takes as long as the rest of the world's requests."""

SWAMPED_CONNECTIONS = 1_000
"""So many connections a swamped process keeps even so: new ones come in one a turn, which would be slow when the
flood has gone."""

BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding", b"expect"})

TURN_SECONDS_MAX, TURN_BYTES_MAX = 1.0, 64 * 1024
"""A body that is longer, or comes in pieces over a longer time, is read by a task, which can bound it."""

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


class StaffListener(NamedTuple):
    """The staff's own listener: its port, and what is at hand there."""

    port: int
    at_hand: AtHand | None = None


class GuardedProtocol(HttpToolsProtocol):
    """One connection. Made by `guarded`, which says whose."""

    keeper: Doorkeeper
    staff_port = -1
    keeper_of_staff: Doorkeeper

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
        self._idle_since: float | None = None  # after an answer
        self._in_head = True
        self._fed = 0
        self._too_large = False
        self._turn: Turn | None = None  # of a request that is not whole yet
        self._held: tuple[RequestResponseCycle, ASGIApp] | None = None
        self._answered = False  # the request being read needs no more than its end

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        if self.server is not None and self.server[1] == self.staff_port:
            self.keeper = self.keeper_of_staff
        self._address = self.client[0] if self.client else ""
        self._begun = self.loop.time()
        if not self.keeper.came(self, self._address, len(self.connections)):
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
        self._idle_since = None
        super().data_received(data)
        if self._held is not None:  # its body did not come with its head: it waits like all others
            (cycle, app), self._held = self._held, None
            super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]
        if self._in_head and self._fed > HEAD_BYTES_MAX and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """See httptools."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._begun = self.loop.time()
        self._in_head = True

    def _make_scope(self) -> None:
        """What uvicorn makes when a message begins, and a request that needs no task does not need."""
        url, headers, expect = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expect
        self.scope["headers"] = headers

    def on_headers_complete(self) -> None:
        """See httptools."""
        self._in_head = False
        if (self._fed > HEAD_BYTES_MAX and self._head_bytes() > HEAD_BYTES_MAX) or len(self.headers) > HEAD_LINES_MAX:
            self._too_large = True
            raise HeadTooLarge
        if self.keeper.at_hand is not None and self._answer_at_hand(self.keeper.at_hand):
            return
        swift = self.keeper.swift.get(self.url)
        if swift is None or not self._needs_no_task():
            self._make_scope()
            super().on_headers_complete()
        else:
            scope = {"type": "http", "method": "POST", "path": swift[0], "client": self.client, "headers": self.headers}
            self._turn = Turn(self, scope, swift[1], keep_alive=self.parser.should_keep_alive())
            self.cycle = self._turn  # type: ignore[assignment]

    def _needs_no_task(self) -> bool:
        """Whether a request to a swift endpoint is as nearly all are, and the first that is unanswered."""
        parser = self.parser
        return (
            (self.cycle is None or self.cycle.response_complete)
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and not (self.expect_100_continue or parser.should_upgrade() or self.flow.write_paused)
        )

    def on_body(self, body: bytes) -> None:
        """See httptools."""
        turn = self._turn
        if turn is None:
            super().on_body(body)
            return
        turn.body = turn.body + body if turn.body else body
        if len(turn.body) > TURN_BYTES_MAX:
            self._by_task(turn)

    def _by_task(self, turn: Turn) -> None:
        """Leave a request that is not whole yet to a task."""
        self._turn = self.cycle = None  # type: ignore[assignment]
        self._make_scope()
        super().on_headers_complete()
        self.cycle.body += turn.body

    def _answer_at_hand(self, at_hand: AtHand) -> bool:
        """Answer now when it is this connection's turn, nothing waits in it, and the answer is there."""
        cycle, parser = self.cycle, self.parser
        turn = (cycle is None or cycle.response_complete) and not self.flow.write_paused
        if not turn or parser.get_method() != b"GET" or not parser.should_keep_alive() or parser.should_upgrade():
            return False
        answer = at_hand(self.url, self.headers)
        if answer is None or self.transport.is_closing() or any(name in BODY_HEADERS for name, _ in self.headers):
            return False
        lines = self.keeper.lines(self.server_state.default_headers)
        if len(answer.body) > SENT_AT_ONCE_BYTES:
            self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, len(answer.body))
        self.transport.write(b"HTTP/1.1 %b\r\n%b%b\r\n%b" % (answer.status, lines, answer.lines, answer.body))
        self.server_state.total_requests += 1
        self._answered = True
        return True

    def on_message_complete(self) -> None:
        """See httptools."""
        self._begun = None
        self._fed = 0
        if self._answered:
            self._answered = False
            self._idle_since = self.loop.time()
            return
        if self._turn is not None:
            turn, self._turn = self._turn, None
            turn.more_body = False
            self.keeper.admission.admit(turn.scope, turn.body, turn.go, self.gone)
            return
        super().on_message_complete()
        if self._held is not None:
            (cycle, app), self._held = self._held, None
            self._start(cycle, app, bytes(cycle.body))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Where uvicorn starts a task for a request: here it is screened first, and refused without one."""
        admission = self.keeper.admission
        scope: Scope = cycle.scope  # type: ignore[assignment]  # uvicorn's and Starlette's words for the same
        refused = admission.screen(scope, admission.now())
        if refused is not None:
            self.refuse(cycle, refused)
        elif not admission.gate.queue.length:
            super()._start_asgi_task(cycle, app)
        elif cycle.more_body and scope[SERVED].peek:
            self._held = cycle, app  # whether it tells of danger is in its body
        else:
            self._start(cycle, app, bytes(cycle.body))

    def _turned_away(self, data: bytes) -> bool:
        """Refuse a plain request between two others by its first line."""
        if self._fed or self.transport.is_closing() or not (self.cycle is None or self.cycle.response_complete):
            return False
        admission = self.keeper.admission
        began = admission.now()
        refused = self.keeper.first_line.refused(data, self._address)
        if refused is None:
            return False
        self._begun = None
        if admission.gate.swamped and len(self.keeper.open) > SWAMPED_CONNECTIONS:
            self.transport.write(refused.last)
            self.transport.close()
        else:
            self.transport.write(refused.wire)
        self.on_response_complete()
        admission.gate.refused(began, admission.now())
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
            self.refuse(cycle, refused)
        else:
            scope[GONE] = partial(_gone, ref(self))  # weak as well
            super()._start_asgi_task(cycle, app)

    def refuse(self, cycle: RequestResponseCycle | Turn, refused: Refusal) -> None:
        """Answer as an app would that did not read the body."""
        if self.transport.is_closing():
            return
        # What is sent in a row without waiting for answers ends here: refusing it one inside the other has no bound.
        closing = not cycle.keep_alive or bool(self.pipeline)
        if closing:
            self.transport.write(refused.last)
        elif cycle.scope["method"] == "HEAD":
            self.transport.write(refused.wire.removesuffix(refused.body))
        else:
            self.transport.write(refused.wire)
        cycle.response_started = cycle.response_complete = True
        if closing:
            self.pipeline.clear()
            self.transport.close()
        cycle.on_response()

    def on_response_complete(self) -> None:
        """See uvicorn; but for its timer between requests, which would cost more than all the rest: see the sweep."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle_since = self.loop.time()

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
        """Close the connection when nothing is asked, or when its request does not get on."""
        if self.transport.is_closing():
            return
        if self._idle_since is not None and now - self._idle_since >= self.timeout_keep_alive:
            self.transport.close()
        if self._begun is None:
            return
        if now - self._begun >= (HEAD_SECONDS_MAX if self._in_head else MESSAGE_SECONDS_MAX):
            self.transport.abort()
        elif self._turn is not None and now - self._begun >= TURN_SECONDS_MAX:
            self._by_task(self._turn)


def _gone(held: ref[GuardedProtocol]) -> bool:
    protocol = held()
    return protocol is None or protocol.gone()


def guarded(
    admission: Admission,
    at_hand: AtHand | None = None,
    swift: Mapping[str, Endpoint] | None = None,
    staff: StaffListener | None = None,
) -> type[GuardedProtocol]:
    """The protocol class for uvicorn's `http=`, tied to one process's admission.

    `swift`: by path, what takes POST without a task; open to all, or it asks for a token itself.
    """
    takes = swift or {}

    class Guarded(GuardedProtocol):
        """One process's connections."""

        keeper = Doorkeeper(admission, at_hand, takes, beside_staff=staff is not None)
        if staff is not None:
            staff_port = staff.port
            keeper_of_staff = Doorkeeper(admission, staff.at_hand, takes, staff=True)

    return Guarded
