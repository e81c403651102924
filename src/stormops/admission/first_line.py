"""A request that will be refused, refused from its bytes: no parser, no scope, no task.

In a crowd nearly all requests are refused, and reading each as HTTP first costs more than the refusal. So a plain
request is looked at as it lies in the socket: its path, its session's mark, what danger its body tells of, and whether
its class has room. What is in any way not plain (a read with a body, a write without its whole, a query of the
connection, an origin, half a head, two requests) goes the usual way, and so does whatever would be let in or may wait.
"""

from __future__ import annotations

from stormops.admission.asgi import Admission
from stormops.admission.danger import tells_of_danger
from stormops.admission.gate import Served
from stormops.admission.queue import Lane
from stormops.admission.refusal import Refusal
from stormops.admission.scopes import COOKIE

READ, WRITE, VERSION, END = b"GET ", b"POST ", b" HTTP/1.1\r\n", b"\r\n\r\n"

BYTES_MAX = 4096
"""A longer head goes the usual way."""

PATH_BYTES_MAX = 200

AT_HAND = (b"/ ", b"/?", b"/public/")
"""Beginnings of targets that the protocol may answer without any of this, for less than a refusal costs."""

AT_HAND_FOR_STAFF = b"/api/v1/desk/snapshot "
"""The same for who is signed in."""

PATHS_MAX = 4096
"""Methods and paths whose function is remembered; when there are more all are forgotten."""

REFERRED = (b"\ntransfer-encoding:", b"\nupgrade:", b"\nexpect:", b"\norigin:")
"""What the head of a plain request has not, in small letters: headers that tell of a body without a length, of how the
connection goes on, or of who may read the answer."""

LENGTH, CONNECTION, KEPT = b"\ncontent-length:", b"\nconnection:", (b" keep-alive\r", b"keep-alive\r")
"""`keep-alive` alone is how a connection goes on anyway."""

PAGE = (b"\naccept: text/html", b"\naccept:text/html")


class FirstLine:
    """For the connections of one process."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._served: dict[bytes, Served] = {}

    def refused(self, data: bytes, address: str) -> Refusal | None:
        """The refusal of a whole plain request that finds no room; None when the usual way has to tell."""
        begin = len(READ) if data.startswith(READ) else len(WRITE) if data.startswith(WRITE) else 0
        served = self._function(data, begin) if begin and len(data) <= BYTES_MAX else None
        if served is None or served.free or served.suspended or (begin == len(WRITE) and served.for_staff):
            return None
        admission = self._admission
        now = admission.now()
        lane = self._lane(served, data, now)
        if lane is None or (lane != Lane.P3 and data.startswith(AT_HAND_FOR_STAFF, len(READ))):
            return None
        reason = admission.gate.refuses(served, lane, now)
        if reason is None:
            return None
        head, end, body = data.partition(END)
        head = head.lower() + b"\r\n"
        if not end or not _is_plain(head, body, write=begin == len(WRITE)):
            return None
        if body and served.peek and tells_of_danger(body):
            lane = Lane.SAFETY
            reason = admission.gate.refuses(served, lane, now)
        if reason is None or not admission.counts(address, now):
            return None
        return admission.refusal_of(served, reason, lane, page=PAGE[0] in head or PAGE[1] in head)

    def _function(self, data: bytes, begin: int) -> Served | None:
        """What a request asks for, its target at `begin`; None when its first line is not plain."""
        end = data.find(VERSION, begin, begin + PATH_BYTES_MAX)
        if end < 0 or data.startswith(AT_HAND, len(READ)):
            return None
        line = data[:end].partition(b"?")[0]
        served = self._served.get(line)
        if served is None:
            if not line.startswith(b"/", begin) or b"%" in line or not line.isascii():
                return None
            method, _, path = line.decode("ascii").partition(" ")
            served = self._admission.routes.find({"type": "http", "method": method, "path": path})
            if len(self._served) >= PATHS_MAX:
                self._served.clear()
            self._served[line] = served
        return served

    def _lane(self, served: Served, data: bytes, now: float) -> int | None:
        """The line it would wait in; None when that takes a look at its session."""
        if not served.for_staff:
            return served.lane
        begin = data.find(COOKIE + b"=")
        if begin < 0:
            return Lane.P3
        line = data.rfind(b"\n", 0, begin) + 1
        if data[line : line + 7].lower() != b"cookie:":
            return None
        value = data[begin + len(COOKIE) + 1 : data.find(b"\r", begin)].partition(b";")[0]
        known = self._admission.staff.known(value.decode("latin-1"), now)
        if known is None:
            return None
        return served.lane if known else Lane.P3


def _is_plain(head: bytes, body: bytes, *, write: bool) -> bool:
    """Whether a request is plain; `head` in small letters."""
    if head.count(b"\n") != head.count(b"\r\n"):
        return False
    for name in REFERRED:
        if name in head:
            return False
    at = head.find(CONNECTION)
    if at >= 0 and (not head.startswith(KEPT, at + len(CONNECTION)) or head.count(CONNECTION) > 1):
        return False
    at = head.find(LENGTH)
    if not write:
        return at < 0 and not body
    told = head[at + len(LENGTH) : head.find(b"\r", at)].strip(b" ")
    return at >= 0 and head.count(LENGTH) == 1 and told.isdigit() and int(told) == len(body)
