"""One socket after its handshake: bytes out when there is room, messages in, an orderly end. No protocol of ours.

The transport's mark is 0: whatever the kernel does not take at once makes the socket *full* until it has
drained, and a full socket is sent nothing more. So our memory holds at most one message of a client.

What goes to many is given to the kernel here and now (`put`): through the transport each socket would be queued
and taken up again by the loop, a twelfth of what a delivery costs (`docs/results/feed.md`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from websockets.frames import Opcode

from stormops.feed.frames import PayloadTooBig, ProtocolError, Reader, close_frame, echo_of, pong_frame
from stormops.feed.session import MESSAGE_BYTES_MAX, TOO_LARGE, Close

PROTOCOL_ERROR = 1002
GOING_AWAY = 1012


class Wire(asyncio.Protocol):
    """Subclasses say what happens when something is `heard`, when room comes and goes, and at the end."""

    __slots__ = ("_descriptor", "_reader", "closing", "connections", "full", "transport", "write")

    transport: asyncio.Transport
    write: Callable[[bytes], None]

    def __init__(self, connections: set[object]) -> None:
        self.connections = connections  # the server's, which ends them when it ends
        self._reader: Reader | None = None
        self.full = False
        self.closing = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        self.transport = transport
        self.write = transport.write
        plain = transport.get_extra_info("sslcontext") is None
        self._descriptor = transport.get_extra_info("socket").fileno() if plain else -1
        transport.set_write_buffer_limits(high=0)
        self.connections.add(self)

    def put(self, frame: bytes) -> None:
        """Write without waiting for the loop's turn; what the kernel does not take goes through the transport."""
        transport = self.transport
        # Behind what still waits, or encrypted, or when the transport may let go of the descriptor: its own way.
        if self._descriptor < 0 or transport.get_write_buffer_size() or transport.is_closing():
            self.write(frame)
            return
        try:
            sent = os.write(self._descriptor, frame)
        except OSError:  # full, or broken: the transport finds out which
            sent = 0
        if sent < len(frame):
            self.write(frame[sent:])

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        reader = self._reader or Reader(MESSAGE_BYTES_MAX)
        try:
            frames = reader.feed(data)
        except PayloadTooBig:
            self.end(Close(TOO_LARGE, f"a message has at most {MESSAGE_BYTES_MAX} bytes"))
            return
        except ProtocolError:
            self.end(Close(PROTOCOL_ERROR, ""))
            return
        self._reader = None if reader.idle else reader
        for frame in frames:
            if frame.opcode is Opcode.CLOSE:
                self._leave(bytes(frame.data))
            elif self.closing:
                continue
            elif frame.opcode is Opcode.TEXT:
                self.heard(bytes(frame.data))
            elif frame.opcode is Opcode.PING and not self.full:
                self.write(pong_frame(bytes(frame.data)))

    def _leave(self, data: bytes) -> None:
        """The client closes, or answers our closing."""
        if not self.closing:
            self.closing = True
            self.left()
            if not self.full:
                self.write(echo_of(data))
        self.transport.close()

    def end(self, close: Close) -> None:
        """Say why and close; who does not answer is cut off by `abort`."""
        if self.closing:
            return
        self.closing = True
        self.left()
        self.write(close_frame(close.code, close.reason))

    def shutdown(self) -> None:
        """See uvicorn: the server ends."""
        self.end(Close(GOING_AWAY, "the feed restarts"))
        self.transport.close()

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self.full = True
        self.filled()

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self.full = False
        if not self.closing:
            self.drained()

    def connection_lost(self, _exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self.connections.discard(self)
        if not self.closing:
            self.closing = True
            self.left()
        self.lost()

    def heard(self, message: bytes) -> None:
        """The client said something."""
        raise NotImplementedError

    def filled(self) -> None:
        """There is no more room."""
        raise NotImplementedError

    def drained(self) -> None:
        """There is room again."""
        raise NotImplementedError

    def left(self) -> None:
        """Nothing more will be said to it: it begins to close, for whatever reason."""
        raise NotImplementedError

    def lost(self) -> None:
        """The connection is gone."""
        raise NotImplementedError
