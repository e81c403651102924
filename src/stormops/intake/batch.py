"""`POST /api/v1/reports/batch`: many reports at once from a partner, all kept or none.

It stands in front of Starlette as `reports` does, and for the same reason. Each report has a receipt
and a place of its own; what they share is one request and one write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from starlette.types import Receive, Scope, Send

from stormops.core.report import Channel, Report
from stormops.intake.http import (
    DATA_HEADERS,
    JSON_HEADERS,
    answer,
    headers_of,
    is_json_type,
    problem_headers,
    read_body,
)
from stormops.intake.partners import May, no_token
from stormops.intake.problem import FieldError, Problem, problem, wrong_fields
from stormops.intake.taking import KEY_CHARACTERS_MAX, Taker, complete, good_key

PATH = "/api/v1/reports/batch"
REPORTS_MAX = 1_000
BODY_BYTES = 4 * 1024 * 1024
"""The largest body: a thousand reports, each as large as a report may well be."""


class KeyedReport(Report, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A report in a batch, with the partner's own idempotency key for it."""

    key: Annotated[str, msgspec.Meta(max_length=KEY_CHARACTERS_MAX)] = ""


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body."""

    reports: Annotated[list[KeyedReport], msgspec.Meta(min_length=1, max_length=REPORTS_MAX)]


class BatchAccepted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer when all of them are on disk: a receipt for each, in their order."""

    receipts: list[str]


_DECODER = msgspec.json.Decoder(Batch)
_ENCODER = msgspec.json.Encoder()


class Batches:
    """The ASGI endpoint. `may` tells partners by their tokens; `refused(code)` is called for each problem."""

    def __init__(self, taker: Taker, may: May, refused: Callable[[str], object]) -> None:
        self._taker = taker
        self._may = may
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        try:
            result = await self._take(scope, receive)
        except ConnectionError:
            return  # nobody is there to be answered, and nothing was complete
        body = _ENCODER.encode(result)
        if isinstance(result, Problem):
            self._refused(result.code)
            await answer(send, result.status, body, [*DATA_HEADERS, *problem_headers(result)])
        else:
            await answer(send, 202, body, JSON_HEADERS)

    async def _take(self, scope: Scope, receive: Receive) -> BatchAccepted | Problem:
        partner = self._may(scope["headers"], "reports")
        if partner is None:
            return no_token("reports")
        if not is_json_type(headers_of(scope).get(b"content-type", b"")):
            return problem("unsupported_media_type", "Send the reports as JSON, with Content-Type: application/json.")
        body = await read_body(scope, receive, BODY_BYTES)
        batch = body if isinstance(body, Problem) else read_batch(body)
        if isinstance(batch, Problem):
            return batch
        said = [(report, _key_taken(report)) for report in batch]
        kept = await self._taker.take_all(said, Channel.API, f"partner {partner}")
        return kept if isinstance(kept, Problem) else BatchAccepted(receipts=[one.receipt for one in kept])


def read_batch(body: bytes) -> list[KeyedReport] | Problem:
    """The reports of a body, or the problem that names the first wrong one and every wrong field of it."""
    try:
        batch = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _explained(body, str(error))
    for place, report in enumerate(batch.reports):
        whole = complete(report)
        if isinstance(whole, Problem):
            return _in_batch(place, whole.errors)
        if report.key and not good_key(report.key):
            return _in_batch(place, [FieldError("key", f"Give 1 to {KEY_CHARACTERS_MAX} printable ASCII characters.")])
    return batch.reports


def _key_taken(report: KeyedReport) -> str:
    """The key, which is no part of what is kept as the report: without it a `KeyedReport` is written as a `Report`."""
    key = report.key
    if key:
        msgspec.structs.force_setattr(report, "key", "")
    return key


def _explained(body: bytes, why: str) -> Problem:
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return problem("malformed_json", f"Send one JSON object in UTF-8. The reader says: {error}.")
    reports = given.get("reports") if isinstance(given, dict) else None
    if not isinstance(reports, list) or not 1 <= len(reports) <= REPORTS_MAX:
        return problem("invalid", "", FieldError("reports", f"Give a list of 1 to {REPORTS_MAX} reports."))
    for place, report in enumerate(reports):
        errors = wrong_fields(KeyedReport, report) if isinstance(report, dict) else [FieldError("", "Give an object.")]
        if errors:
            return _in_batch(place, errors)
    return problem("invalid", "", FieldError("", why))


def _in_batch(place: int, errors: list[FieldError]) -> Problem:
    """The problem of one report, which refuses all of them."""
    named = [FieldError(f"reports.{place}.{error.field}".rstrip("."), error.detail) for error in errors]
    return problem("invalid", f"Nothing was saved: report {place} (from 0) needs correction.", *named)
