"""A WebSocket client of bare bytes, for what well-mannered clients do not do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)
HELLO = b'{"type":"hello","resume":null}'


class Raw:
    """One connection."""

    def __init__(self, made: socket.socket) -> None:
        self.socket = made
        self._stream = StreamReader()

    def say(self, opcode: Opcode, data: bytes = b"", *, mask: bool = True, fin: bool = True) -> None:
        self.socket.sendall(Frame(opcode, data, fin=fin).serialize(mask=mask))

    def hear(self) -> Frame:
        """The next frame. Raises EOFError at the end of the connection."""
        parsing = Frame.parse(self._stream.read_exact, mask=False)
        while True:
            try:
                next(parsing)
            except StopIteration as whole:
                frame: Frame = whole.value
                return frame
            data = self.socket.recv(65_536)
            if not data:
                raise EOFError
            self._stream.feed_data(data)

    def until(self, opcode: Opcode) -> bytes:
        """The data of the next frame of this kind."""
        while True:
            frame = self.hear()
            if frame.opcode is opcode:
                return bytes(frame.data)


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as made:
        yield made


@contextmanager
def upgraded(port: int, path: str = "/api/v1/feed?audience=public") -> Iterator[Raw]:
    """A socket that has been accepted."""
    with connected(port) as made:
        made.sendall(UPGRADE.format(path=path, host=f"127.0.0.1:{port}", more="").encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += made.recv(1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        yield Raw(made)
