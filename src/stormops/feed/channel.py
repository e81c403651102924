"""One audience's picture and its recent changes, encoded once for all clients. Pure: no socket, no clock.

A channel holds the view as encoded values and a ring of change messages; a client is only a
position in it. What a client misses beyond the ring, it gets back as a snapshot. At most
`RING_CHANGES_MAX` changes and `RING_BYTES_MAX` bytes are kept, the oldest dropped first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

RING_CHANGES_MAX = 512
"""Changes kept for clients that resume or lag: about two minutes at the desk's cadence. Beyond: a snapshot."""

RING_BYTES_MAX = 16 * 1024 * 1024
"""Bytes of changes kept. Beyond: the oldest go, and who still needed them gets a snapshot."""

_JSON = msgspec.json.Encoder(order=None)


Encoded = Mapping[str, bytes]
"""Keys with their values as JSON."""


def encode(view: Mapping[str, Any]) -> dict[str, bytes]:
    """The values as JSON, once for all clients; may run on any thread."""
    return {key: _JSON.encode(value) for key, value in view.items()}


class Change(NamedTuple):
    """One change message: from position `previous` to `n`; `end` counts the bytes of all changes so far."""

    previous: int
    n: int
    message: bytes
    end: int


class Channel:
    """The picture of one audience at position `n`, and how it came from earlier positions.

    `epoch` names the life of the positions: those of another epoch are answered with a snapshot.
    """

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.n = 0
        self.at_ms = 0
        self._values: dict[str, bytes] = {}
        self._size = 0
        self._ring: deque[Change] = deque()
        self._ring_bytes = 0
        self._from: dict[int, Change] = {}
        self._end = 0
        self._view: bytes | None = None
        self.ready = False
        """False until the first picture: nothing is shown before it is known."""

    def start(self, n: int, at_ms: int, view: Encoded) -> None:
        """Take the first picture, or a wholly new one: clients at older positions get a snapshot."""
        self._values = dict(view)
        self._size = sum(len(key) + len(value) + 4 for key, value in self._values.items())
        self._ring.clear()
        self._from.clear()
        self._ring_bytes = 0
        self._view = None
        self.n, self.at_ms, self.ready = n, at_ms, True

    def confirm(self, at_ms: int) -> None:
        """The picture still holds at this later time: what is sent from now on says so."""
        self.at_ms = max(self.at_ms, at_ms)

    def publish(self, n: int, at_ms: int, *, server_ms: int, put: Encoded, unset: Iterable[str]) -> bool:
        """Move the picture to position `n`; False (and no message) when nothing shown differs.

        Values equal to those held are left out, so callers may name keys generously.
        """
        fresh = {key: encoded for key, encoded in put.items() if self._values.get(key) != encoded}
        gone = [key for key in unset if key in self._values]
        if not fresh and not gone:
            return False
        for key, encoded in fresh.items():
            before = self._values.get(key)
            self._size += len(encoded) - len(before) if before is not None else len(key) + len(encoded) + 4
            self._values[key] = encoded
        for key in gone:
            self._size -= len(key) + len(self._values.pop(key)) + 4
        self._push(n, changes_message(Step(self.n, n, at_ms, server_ms), fresh, gone))
        self.n, self.at_ms, self._view = n, at_ms, None
        return True

    def _push(self, n: int, message: bytes) -> None:
        self._end += len(message)
        change = Change(self.n, n, message, self._end)
        self._ring.append(change)
        self._from[change.previous] = change
        self._ring_bytes += len(message)
        while len(self._ring) > RING_CHANGES_MAX or (self._ring_bytes > RING_BYTES_MAX and len(self._ring) > 1):
            old = self._ring.popleft()
            del self._from[old.previous]
            self._ring_bytes -= len(old.message)

    def after(self, n: int) -> Change | None:
        """The change that starts exactly at position `n`; None when `n` is newest, dropped or never was."""
        return self._from.get(n)

    def pending_bytes(self, change: Change) -> int:
        """Bytes from this change to the newest, itself included."""
        return self._end - change.end + len(change.message)

    @property
    def snapshot_bytes(self) -> int:
        """About how large a snapshot is now."""
        return self._size

    def value(self, key: str) -> bytes | None:
        """One key's value as JSON, None when the picture does not have it."""
        return self._values.get(key)

    def view(self) -> bytes:
        """The whole picture as one JSON object; made at most once for each position."""
        if self._view is None:
            self._view = json_object(self._values)
        return self._view

    @property
    def values(self) -> Encoded:
        """The picture by keys; for reading."""
        return self._values

    def body(self, server_ms: int) -> bytes:
        """The picture with its position, as the snapshot reads over HTTP give it."""
        return b"".join((b"{", self._position(server_ms), self.view(), b"}"))

    def snapshot(self, server_ms: int) -> tuple[bytes, ...]:
        """The snapshot message at the present position, in parts: the large one is the same object for all clients."""
        return b'{"type":"snapshot",' + self._position(server_ms), self.view(), b"}"

    def heartbeat(self, server_ms: int) -> bytes:
        """The message that says that nothing was missed."""
        return f'{{"type":"heartbeat","n":{self.n},"at_ms":{self.at_ms},"server_ms":{server_ms}}}'.encode()

    def _position(self, server_ms: int) -> bytes:
        return (f'"n":{self.n},"epoch":"{self.epoch}","at_ms":{self.at_ms},"server_ms":{server_ms},"view":').encode()


class Step(NamedTuple):
    """From a position to another and its time (platform ms); `server_ms` when it is said."""

    before: int
    n: int
    at_ms: int
    server_ms: int


def changes_message(step: Step, put: Encoded, gone: Sequence[str]) -> bytes:
    """The message that leads a client along a step (ARCHITECTURE.md, "WebSocket")."""
    before, n, at_ms, server_ms = step
    head = f'{{"type":"changes","from":{before},"n":{n},"at_ms":{at_ms},"server_ms":{server_ms},"set":'
    return b"".join((head.encode(), json_object(put), b',"unset":', _JSON.encode(gone), b"}"))


def json_object(values: Mapping[str, bytes]) -> bytes:
    """Values that are JSON already, as one object."""
    return b"{" + b",".join(_JSON.encode(key) + b":" + value for key, value in values.items()) + b"}"
