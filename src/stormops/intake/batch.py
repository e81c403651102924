"""`POST /api/v1/reports/batch`: many reports at once from a partner, all kept or none.

It stands in front of Starlette as `reports` does, and for the same reason. Each report has a receipt
and a place of its own; what they share is one request and one write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from starlette.types import Scope

from stormops.core.report import Channel, Report
from stormops.intake.partners import May, no_token
from stormops.intake.swift import Answer, Headers, Swift
from stormops.intake.taking import KEY_CHARACTERS_MAX, Taker, complete, good_key
from stormops.journal.port import KeptBundle
from stormops.web.http import JSON_LINES, is_json_type
from stormops.web.problem import FieldError, Problem, problem, wrong_fields

PATH = "/api/v1/reports/batch"
REPORTS_MAX = 1_000
BODY_BYTES = 4 * 1024 * 1024
"""The largest body: a thousand reports, each as large as a report may well be."""


class KeyedReport(Report, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
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


class Batches(Swift):
    """The endpoint. `may` tells partners by their tokens; `refused(code)` is called for each problem."""

    bytes_max = BODY_BYTES

    def __init__(self, taker: Taker, may: May, refused: Callable[[str], object]) -> None:
        super().__init__(refused)
        self._taker = taker
        self._may = may

    def head(self, scope: Scope, headers: Headers) -> str | Problem:
        """See `Swift`: the partner's name."""
        partner = self._may(scope["headers"], "reports")
        if partner is None:
            return no_token("reports")
        if not is_json_type(headers.get(b"content-type", b"")):
            return problem("unsupported_media_type", "Send the reports as JSON, with Content-Type: application/json.")
        return partner

    def take(self, scope: Scope, headers: Headers, said: str, body: bytes, answer: Answer) -> None:  # noqa: ARG002 - others need it
        """See `Swift`."""
        batch = read_batch(body)
        if isinstance(batch, Problem):
            self.refuse(headers, batch, answer)
            return

        def tell(kept: KeptBundle | Problem) -> None:
            if isinstance(kept, Problem):
                self.refuse(headers, kept, answer)
            else:
                answer(202, JSON_LINES, _ENCODER.encode(BatchAccepted(receipts=kept.receipts)))

        self._taker.offer_all(batch, _keys_taken(batch), Channel.API, f"partner {said}", tell)


def read_batch(body: bytes) -> list[KeyedReport] | Problem:
    """The reports of a body, or the problem that names the first wrong one and every wrong field of it."""
    try:
        batch = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _explained(body, str(error))
    for place, report in enumerate(batch.reports):
        if report.latitude is None or report.longitude is None:  # else it says where: no call for each
            whole = complete(report)
            if isinstance(whole, Problem):
                return _in_batch(place, whole.errors)
        if report.key and not good_key(report.key):
            return _in_batch(place, [FieldError("key", f"Give 1 to {KEY_CHARACTERS_MAX} printable ASCII characters.")])
    return batch.reports


def _keys_taken(batch: list[KeyedReport]) -> list[str]:
    """The keys, which are no part of what is kept as the report; none at all when none is given.

    Without it a `KeyedReport` is written as a `Report`.
    """
    keys = [report.key for report in batch]
    if not any(keys):
        return []
    for report in batch:
        msgspec.structs.force_setattr(report, "key", "")
    return keys


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
