"""A read that will be refused, refused from its bytes: no parser, no scope, no task.

In a crowd nearly all requests are refused, and reading each as HTTP first costs more than the refusal. So a plain
read is looked at as it lies in the socket: its path, its session's mark, and whether its class has room. What is in
any way not plain (a body, a query of the connection, an origin, half a head, two requests) goes the usual way, and
so does whatever would be let in or may wait.
"""

from __future__ import annotations

import re

from stormops.admission.asgi import Admission
from stormops.admission.gate import Served
from stormops.admission.queue import Lane
from stormops.admission.refusal import Refusal
from stormops.admission.scopes import COOKIE

METHOD, VERSION, END = b"GET ", b" HTTP/1.1\r\n", b"\r\n\r\n"

BYTES_MAX = 4096
"""A longer head goes the usual way."""

PATH_BYTES_MAX = 200

AT_HAND = (b"/ ", b"/?", b"/public/")
"""Beginnings of targets that the protocol may answer without any of this, for less than a refusal costs."""

AT_HAND_FOR_STAFF = b"/api/v1/desk/snapshot "
"""The same for who is signed in."""

PATHS_MAX = 4096
"""Paths whose function is remembered; when there are more all are forgotten."""

NOT_PLAIN = re.compile(
    rb"(?<!\r)\n|\r\n\r\n(?s:.)"
    rb"|\n(?:content-length|transfer-encoding|upgrade|expect|origin):|\nconnection:(?! ?keep-alive\r)",
    re.IGNORECASE,
)
"""What a plain read has not: a line that ends by itself, anything after its head, headers that tell of a body or how
the connection goes on (`keep-alive` alone is how it does anyway), or of who may read the answer."""

PAGE = re.compile(rb"\naccept: ?text/html", re.IGNORECASE)


class FirstLine:
    """For the connections of one process."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._served: dict[bytes, Served] = {}

    def refused(self, data: bytes, address: str) -> Refusal | None:
        """The refusal of a whole plain read that finds no room; None when the usual way has to tell."""
        if not data.startswith(METHOD) or not data.endswith(END) or len(data) > BYTES_MAX:
            return None
        served = self._function(data)
        if served is None or served.free or served.suspended:
            return None
        if NOT_PLAIN.search(data):
            return None
        admission = self._admission
        now = admission.now()
        lane = self._lane(served, data, now)
        if lane is None or (lane != Lane.P3 and data.startswith(AT_HAND_FOR_STAFF, len(METHOD))):
            return None
        reason = admission.gate.refuses(served, lane, now)
        if reason is None or not admission.counts(address, now):
            return None
        return admission.refusal_of(served, reason, lane, page=PAGE.search(data) is not None)

    def _function(self, data: bytes) -> Served | None:
        """What a request asks for; None when its first line is not plain."""
        end = data.find(VERSION, len(METHOD), len(METHOD) + PATH_BYTES_MAX)
        path = data[len(METHOD) : end].partition(b"?")[0]
        if end < 0 or not path.startswith(b"/") or b"%" in path or not path.isascii():
            return None
        if data.startswith(AT_HAND, len(METHOD)):
            return None
        served = self._served.get(path)
        if served is None:
            asked = {"type": "http", "method": "GET", "path": path.decode("ascii")}
            served = self._admission.routes.find(asked)
            if len(self._served) >= PATHS_MAX:
                self._served.clear()
            self._served[path] = served
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
