"""`POST /api/v1/reports`: the one address that a storm is measured by, so it stands in front of Starlette.

It shares with the form everything that decides (`taking`), and with the rest of intake everything
that an answer carries (`http`). Measured, Starlette's routing and middleware would cost as much as
the durable write; a task and the messages of ASGI half of that again, so a server that has the whole
request at hand calls `at_once` instead (`swift`).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.types import Scope

from stormops.core.report import Channel, Report
from stormops.intake.swift import Answer, Headers, Swift
from stormops.intake.taking import Senders, Taker, good_key, read_report, sender_of, wrong_key
from stormops.journal.port import Kept
from stormops.pages.advice import advice
from stormops.web.http import JSON_LINES, RawHeaders, cross_origin, header, is_json_type, lines
from stormops.web.problem import Problem, problem


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


class Reports(Swift):
    """The endpoint. `refused(code)` is called for each problem (for the metrics)."""

    def __init__(
        self, taker: Taker, senders: Senders, feed_url: str, origins: frozenset[bytes], refused: Callable[[str], object]
    ) -> None:
        super().__init__(refused)
        self._taker = taker
        self._senders = senders
        self._feed_url = feed_url
        self._origins = origins

    def head(self, scope: Scope, headers: Headers) -> str | Problem:  # noqa: ARG002 - others need the scope
        """See `Swift`: the idempotency key, empty when there is none."""
        if not is_json_type(headers.get(b"content-type", b"")):
            return problem("unsupported_media_type", "Send the report as JSON, with Content-Type: application/json.")
        sent = headers.get(b"idempotency-key")
        if sent is None:
            return ""
        key = sent.decode("latin-1")
        return key if good_key(key) else wrong_key()

    def take(self, scope: Scope, headers: Headers, said: str, body: bytes, answer: Answer) -> None:
        """See `Swift`."""
        report = read_report(body)
        if isinstance(report, Problem):
            self.refuse(headers, report, answer)
            return

        def tell(kept: Kept | Problem) -> None:
            if isinstance(kept, Problem):
                self.refuse(headers, kept, answer)
            else:
                head = JSON_LINES + lines(self.more_headers(headers)) if b"origin" in headers else JSON_LINES
                answer(202, head, _ENCODER.encode(accepted(kept, report, self._feed_url)))

        sender = sender_of(said, self._named(scope, headers.get(b"user-agent", b""))) if said else ""
        self._taker.offer(report, Channel.API, sender, said, tell)

    def more_headers(self, headers: Headers) -> RawHeaders:
        """See `Swift`."""
        return cross_origin(headers.get(b"origin"), self._origins)

    def sender(self, scope: Scope) -> str:
        """Who sent this, as a keyed hash."""
        return self._named(scope, header(scope, b"user-agent") or b"")

    def _named(self, scope: Scope, agent: bytes) -> str:
        client = scope.get("client")
        return self._senders.name(client[0] if client else "", agent.decode("latin-1"))
