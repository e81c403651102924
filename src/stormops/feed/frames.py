"""WebSocket frames: those we send, made once for everybody, and those that a client may send. No I/O.

The codec is the `websockets` library's; what is kept of a client between two of its messages is nothing.
"""

from __future__ import annotations

from collections.abc import Generator

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Close as CloseFrame
from websockets.frames import CloseCode, Frame, Opcode
from websockets.streams import StreamReader

__all__ = ["PayloadTooBig", "ProtocolError", "Reader", "close_frame", "echo_of", "pong_frame", "text_head"]

_SHORT, _LONG = 126, 65_536


def text_head(size: int) -> bytes:
    """The head of an unfragmented, unmasked, uncompressed text frame of so many bytes (RFC 6455, 5.2)."""
    if size < _SHORT:
        return bytes((0x81, size))
    if size < _LONG:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def close_frame(code: int, reason: str) -> bytes:
    """A closing frame; the reason has at most 123 bytes."""
    return Frame(Opcode.CLOSE, CloseFrame(code, reason).serialize()).serialize(mask=False)


def echo_of(data: bytes) -> bytes:
    """The answer to a closing frame with this in it."""
    try:
        code = CloseFrame.parse(data).code
        return close_frame(CloseCode.NORMAL_CLOSURE if code == CloseCode.NO_STATUS_RCVD else code, "")
    except (ProtocolError, UnicodeDecodeError):
        return close_frame(CloseCode.PROTOCOL_ERROR, "")


def pong_frame(data: bytes) -> bytes:
    """The answer to a ping."""
    return Frame(Opcode.PONG, data).serialize(mask=False)


class Reader:
    """Puts a client's bytes together to frames, and fragments to messages of at most `most` bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._stream = StreamReader()
        self._parsing: Generator[None, None, Frame] | None = None
        self._parts: list[bytes] | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is half read: another reader may go on."""
        return self._parts is None and self._parsing is None

    def feed(self, data: bytes) -> list[Frame]:
        """Whole messages (as one frame) and control frames. Raises PayloadTooBig, ProtocolError."""
        self._stream.feed_data(data)
        found: list[Frame] = []
        while self._stream.buffer or self._parsing is not None:
            frame = self._next()
            if frame is None:
                break
            whole = frame if frame.opcode in {Opcode.CLOSE, Opcode.PING, Opcode.PONG} else self._join(frame)
            if whole is not None:
                found.append(whole)
        return found

    def _next(self) -> Frame | None:
        if self._parsing is None:
            self._parsing = Frame.parse(self._stream.read_exact, mask=True, max_size=self._most)
        try:
            next(self._parsing)
        except StopIteration as whole:
            self._parsing = None
            frame: Frame = whole.value
            return frame
        return None

    def _join(self, frame: Frame) -> Frame | None:
        if (frame.opcode is Opcode.CONT) == (self._parts is None):
            raise ProtocolError("fragments out of order")
        self._parts = [*(self._parts or ()), bytes(frame.data)]
        if sum(map(len, self._parts)) > self._most or len(self._parts) > self._most:
            raise PayloadTooBig(None, self._most)
        if not frame.fin:
            return None
        data, self._parts = b"".join(self._parts), None
        return Frame(Opcode.TEXT, data)
