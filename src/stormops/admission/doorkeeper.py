"""What the connections of one listener share: how many there are, which are slow, what every answer says.

A process listens to the public and, on a port of their own, to staff. Each listener has a doorkeeper, for each has
its own bounds; admission behind them is one and knows no ports.
"""

from __future__ import annotations

import asyncio
import resource
import select
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol
from weakref import WeakSet

from stormops.admission.asgi import Admission
from stormops.admission.first_line import FirstLine
from stormops.admission.turn import Endpoint

CONNECTIONS_MAX = 16_000
"""Connections to the public's listener that are no sockets yet; one more is closed as it comes."""

STAFF_CONNECTIONS_MAX, STAFF_SHARE = 1_000, 0.1
"""The same of the staff's listener: who floods that cannot take the public's places either. So many descriptors (of a
process that may have few, a share) the public's connections and sockets leave free for it."""

CONNECTIONS_PER_ADDRESS_MAX = 2_000
"""The same of one address: a neighbourhood behind a carrier keeps a few hundred open."""

FILES_MAX, FILES_SHARE = 256, 0.05
"""Descriptors left to everything else of a process (of one that may have few, a share): doors, journal, look-ups."""

SWEEP_SECONDS = 1.0
"""How often the slow are looked for."""


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


class Connection(Protocol):
    """What is kept of a connection."""

    loop: asyncio.AbstractEventLoop

    def end_if_slow(self, now: float) -> None:
        """Close it when it does not get on; `now` is the loop's time."""


class Doorkeeper:
    """What the connections of one listener share: their number by address, and the sweep for the slow.

    `staff`: it is theirs; `beside_staff`: the process has one of theirs as well.
    """

    def __init__(
        self,
        admission: Admission,
        at_hand: AtHand | None,
        swift: Mapping[str, Endpoint],
        *,
        staff: bool = False,
        beside_staff: bool = False,
    ) -> None:
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        spared = min(STAFF_CONNECTIONS_MAX, int(descriptors * STAFF_SHARE)) if beside_staff else 0
        self.held_most = descriptors - min(FILES_MAX, int(descriptors * FILES_SHARE)) - spared
        """Connections and sockets together; without a descriptor left no file could be opened, and none accepted."""
        self.connections_most = STAFF_CONNECTIONS_MAX if staff else CONNECTIONS_MAX
        self.admission = admission
        self.at_hand = at_hand
        self.first_line = FirstLine(admission)
        self._poll = select.poll()
        self.swift = {path.encode(): (path, endpoint) for path, endpoint in swift.items()}
        self.by_address: Counter[str] = Counter()
        self.open: WeakSet[Connection] = WeakSet()
        self._default: list[tuple[bytes, bytes]] = []
        self._lines = b""  # `_default`, written out
        self._sweeping = False

    def came(self, protocol: Connection, address: str, held: int) -> bool:
        """Whether one more connection of this address is taken; `held` by the process with it, sockets among them."""
        if held > self.held_most or len(self.open) >= self.connections_most:
            return False
        if self.by_address[address] >= CONNECTIONS_PER_ADDRESS_MAX:
            return False
        self.by_address[address] += 1
        self.open.add(protocol)
        if not self._sweeping:
            self._sweeping = True
            protocol.loop.call_later(SWEEP_SECONDS, self._sweep, protocol.loop)
        return True

    def went(self, protocol: Connection, address: str) -> None:
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

    def lines(self, default: list[tuple[bytes, bytes]]) -> bytes:
        """The headers that every answer has (the date), as they go over the wire: another list each second."""
        if default is not self._default:
            self._default = default
            self._lines = b"".join(b"%b: %b\r\n" % header for header in default)
        return self._lines

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for protocol in list(self.open):
            protocol.end_if_slow(now)
        self._sweeping = bool(self.open)
        if self._sweeping:
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)
