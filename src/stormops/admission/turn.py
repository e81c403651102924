"""One request's turn without a task: from its last byte to the answer in plain calls.

uvicorn gives each request a task, an event and two messages; for the route that a storm is measured by
that is half of its time. To uvicorn's protocol a turn is what its own `RequestResponseCycle` is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from stormops.admission.gate import Ticket
from stormops.admission.refusal import Refusal

if TYPE_CHECKING:
    from stormops.admission.protocol import GuardedProtocol

Answer = Callable[[int, bytes, bytes], None]
"""Sends a whole answer, once: status, header lines that end in CRLF and are known to be clean, body."""


class Endpoint(Protocol):
    """What takes whole requests."""

    def at_once(self, scope: Scope, headers: dict[bytes, bytes], body: bytes, answer: Answer) -> None:
        """Take a request; `answer` is called once, now or later, on the event loop. What it raises is a bug."""


class _Nobody:
    """In the place of an event that nobody waits for."""

    def set(self) -> None:
        """Nobody is woken."""


class Turn:
    """The turn. `disconnected` when the client has gone: then nothing is begun, and what was begun is not told."""

    __slots__ = (
        "_endpoint",
        "_protocol",
        "_ticket",
        "body",
        "disconnected",
        "keep_alive",
        "more_body",
        "response_complete",
        "response_started",
        "scope",
    )
    message_event = _Nobody()

    def __init__(self, protocol: GuardedProtocol, scope: Scope, endpoint: Endpoint, *, keep_alive: bool) -> None:
        self.scope = scope
        self.body = b""
        self.more_body = True
        self.keep_alive = keep_alive
        self.disconnected = self.response_started = self.response_complete = False
        self._protocol = protocol
        self._endpoint = endpoint
        self._ticket: Ticket | None = None

    def on_response(self) -> None:
        """See uvicorn: the answer is written."""
        self._protocol.on_response_complete()

    def go(self, outcome: Ticket | Refusal | None) -> None:
        """The request is whole: run, or be refused; None: there is nobody to be answered."""
        if outcome is None:
            self._protocol.transport.abort()
            return
        if isinstance(outcome, Refusal):
            self._protocol.refuse(self, outcome)
            return
        self._ticket = outcome
        if self.disconnected:
            self._leave()
            return
        headers = dict(reversed(self.scope["headers"]))  # of each name the first
        try:
            self._endpoint.at_once(self.scope, headers, self.body, self.answer)
        except Exception:  # a bug, which the endpoint has answered if it could
            self._protocol.logger.exception("Exception in a swift endpoint")
            self.answer(500, b"", b"")

    def answer(self, status: int, head: bytes, body: bytes) -> None:
        """See `Answer`."""
        self._leave()
        if self.response_complete:
            return  # who was answered and then met a bug is not answered again
        protocol = self._protocol
        self.response_started = self.response_complete = True
        if not protocol.transport.is_closing():
            lines = protocol.keeper.lines(protocol.server_state.default_headers)
            ending = b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
            length = b"content-length: %d\r\n" % len(body)
            protocol.transport.write(b"".join((STATUS_LINE[status], lines, head, length, ending, body)))
            if not self.keep_alive:
                protocol.transport.close()
        protocol.on_response_complete()

    def _leave(self) -> None:
        if self._ticket is not None:
            admission = self._protocol.keeper.admission
            ticket, self._ticket = self._ticket, None
            admission.gate.leave(ticket, admission.now())
