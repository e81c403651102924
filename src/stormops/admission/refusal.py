"""What a refused client is told: RFC 9457 problem details, when to come back, and that nothing was done.

`Admission: shed` means that no handler ran, so any write may be sent again as it is.
"""

from __future__ import annotations

import functools
import json
from typing import NamedTuple

from stormops.admission.gate import Reason
from stormops.admission.page import STYLE_POLICY
from stormops.admission.page import page as refused_page
from stormops.admission.retry import retry_after
from stormops.core.mode import FOR_THE_PUBLIC, FUNCTIONS, Mode


class Told(NamedTuple):
    """What a client is told for a reason: status, title, sentence, and seconds to wait before the jitter."""

    status: int
    title: str
    detail: str
    wait_s: float


_AGAIN = "Nothing was done or saved. Send the same again after the wait; a repeated write is safe."

TOLD: dict[Reason, Told] = {
    "full": Told(503, "Too many at once", _AGAIN, 4),
    "evicted": Told(503, "Too many at once", _AGAIN, 4),
    "late": Told(503, "Too many at once", _AGAIN, 8),
    "bulkhead": Told(503, "This part is busy", _AGAIN, 4),
    "suspended": Told(503, "This service rests during the storm", "", 600),
    "source": Told(
        429, "Too much from your address", "Nothing was done or saved. Slow down, then send the same again.", 10
    ),
}

_COMMON = (
    (b"admission", b"shed"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", f"default-src 'none'; {STYLE_POLICY}; frame-ancestors 'none'".encode()),
)

Header = tuple[bytes, bytes]


class Refusal:
    """A whole answer: status, headers, body; and as it goes on the wire, `last` when the connection ends with it."""

    __slots__ = ("body", "headers", "last", "status", "wire")

    def __init__(self, status: int, headers: list[Header], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.wire = self._raw()
        self.last = self._raw((b"connection", b"close"))

    def _raw(self, *extra: Header) -> bytes:
        """The answer as HTTP/1.1, with more headers."""
        line = b"HTTP/1.1 429 Too Many Requests" if self.status == 429 else b"HTTP/1.1 503 Service Unavailable"
        headers = [name + b": " + value for name, value in [*self.headers, *extra]]
        return b"\r\n".join([line, *headers]) + b"\r\n\r\n" + self.body


def sentence(reason: Reason, function: str, mode: Mode) -> str:
    """What a person is told."""
    if reason != "suspended":
        return TOLD[reason].detail
    return f"{FUNCTIONS[function].title}: not now. {FUNCTIONS[function].sentence} {FOR_THE_PUBLIC[mode]}"


@functools.lru_cache(maxsize=4096)
def refusal(
    reason: Reason, function: str, mode: Mode, wait: int, *, page: bool = False, origin: bytes = b""
) -> Refusal:
    """The answer for a reason, made once for all who wait so many seconds.

    `page` for a browser that asked for one; `origin` is one of ours on another address, which may read it (CORS).
    """
    told = TOLD[reason]
    if page:
        kind, body = b"text/html; charset=utf-8", refused_page(reason, wait)
    else:
        kind = b"application/problem+json"
        body = json.dumps(
            {
                "type": "about:blank",
                "title": told.title,
                "status": told.status,
                "code": f"shed_{reason}",
                "detail": sentence(reason, function, mode),
                "retry_after_s": wait,
            }
        ).encode()
    headers = [
        *_COMMON,
        (b"content-type", kind),
        (b"retry-after", str(wait).encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    if origin:
        headers += [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", b"Retry-After, Admission"),
            (b"vary", b"Origin"),
        ]
    return Refusal(told.status, headers, body)


def wait_seconds(reason: Reason, chance: float) -> int:
    """How long this one is asked to wait; `chance` in [0, 1) spreads the crowd."""
    return retry_after(TOLD[reason].wait_s, chance)
