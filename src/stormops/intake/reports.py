"""`POST /api/v1/reports`: the one address that a storm is measured by, so it stands in front of Starlette.

It shares with the form everything that decides (`taking`), and with the rest of intake everything
that an answer carries (`http`). Measured, Starlette's routing and middleware would cost as much as
the durable write.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.types import Receive, Scope, Send

from stormops.core.report import Channel, Report
from stormops.intake.http import (
    DATA_HEADERS,
    JSON_HEADERS,
    JSON_LINES,
    WHOLE,
    answer,
    cross_origin,
    header,
    headers_of,
    is_json_type,
    problem_headers,
    read_body,
)
from stormops.intake.problem import Problem, problem
from stormops.intake.taking import Senders, Taker, good_key, read_report, wrong_key
from stormops.journal.port import Kept
from stormops.pages.advice import advice


class Accepted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a report that is on disk.

    `received_ms`: milliseconds since 1970, UTC. `status_url`: the page that tells the bearer more.
    """

    receipt: str
    received_ms: int
    status_url: str
    safety: bool
    advice: str | None = None


def accepted(kept: Kept, report: Report, feed_url: str) -> Accepted:
    """The answer to a report that was kept."""
    safety = report.safety
    return Accepted(
        receipt=kept.receipt,
        received_ms=kept.recorded_ms,
        status_url=f"{feed_url}/r/{kept.receipt}",
        safety=safety,
        advice=advice(report) if safety else None,
    )


_ENCODER = msgspec.json.Encoder()


class Reports:
    """The ASGI endpoint. `refused(code)` is called for each problem (for the metrics)."""

    def __init__(
        self, taker: Taker, senders: Senders, feed_url: str, origins: frozenset[bytes], refused: Callable[[str], object]
    ) -> None:
        self._taker = taker
        self._senders = senders
        self._feed_url = feed_url
        self._origins = origins
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        headers = headers_of(scope)
        try:
            result = await self._take(scope, headers, receive)
        except ConnectionError:
            return  # nobody is there to be answered, and nothing was complete
        cors = cross_origin(scope, self._origins) if b"origin" in headers else []
        body = _ENCODER.encode(result)
        if isinstance(result, Problem):
            self._refused(result.code)
            await answer(send, result.status, body, [*DATA_HEADERS, *cors, *problem_headers(result)])
            return
        whole = scope.get("extensions", {}).get(WHOLE)
        if cors or whole is None or not whole(b"202 Accepted", JSON_LINES, body):
            await answer(send, 202, body, [*JSON_HEADERS, *cors])

    async def _take(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Accepted | Problem:
        if not is_json_type(headers.get(b"content-type", b"")):
            return problem("unsupported_media_type", "Send the report as JSON, with Content-Type: application/json.")
        sent = headers.get(b"idempotency-key")
        key = "" if sent is None else sent.decode("latin-1")
        if sent is not None and not good_key(key):
            return wrong_key()
        body = await read_body(scope, receive)
        if isinstance(body, Problem):
            return body
        report = read_report(body)
        if isinstance(report, Problem):
            return report
        kept = await self._taker.take(report, Channel.API, self.sender(scope) if key else "", key)
        return kept if isinstance(kept, Problem) else accepted(kept, report, self._feed_url)

    def sender(self, scope: Scope) -> str:
        """Who sent this, as a keyed hash."""
        client = scope.get("client")
        agent = header(scope, b"user-agent") or b""
        return self._senders.name(client[0] if client else "", agent.decode("latin-1"))
