"""Problem details as RFC 9457 wants them."""

from __future__ import annotations

import json

import pytest
from starlette.responses import JSONResponse

from stormops.feed import problem


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (problem.unknown_receipt(), 404, "unknown_receipt"),
        (problem.not_signed_in(), 401, "not_signed_in"),
        (problem.not_ready(), 503, "not_ready"),
        (problem.not_found("x"), 404, "not_found"),
        (problem.bad_query("x"), 422, "bad_query"),
        (problem.slow_down(5.2), 429, "too_many_misses"),
    ],
)
def test_every_problem_says_what_it_is(answer: JSONResponse, status: int, code: str) -> None:
    body = json.loads(bytes(answer.body))
    assert answer.status_code == body["status"] == status
    assert body["code"] == code
    assert body["title"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("seconds", "header"), [(0.01, "1"), (5.2, "6"), (59.9, "60")])
def test_who_must_wait_is_told_how_long(seconds: float, header: str) -> None:
    assert problem.slow_down(seconds).headers["retry-after"] == header
