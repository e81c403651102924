from __future__ import annotations

import json
from typing import get_args

import pytest

from stormops.admission.gate import Reason
from stormops.admission.refusal import TOLD, refusal, wait_seconds
from stormops.core.mode import Mode


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_is_a_whole_answer(reason: Reason) -> None:
    made = refusal(reason, "exports", Mode.STORM, 4)
    headers = dict(made.headers)
    body = json.loads(made.body)
    assert made.status == body["status"] == (429 if reason == "source" else 503)
    assert headers[b"admission"] == b"shed"
    assert headers[b"retry-after"] == b"4"
    assert headers[b"content-length"] == str(len(made.body)).encode()
    assert body["code"] == f"shed_{reason}"
    assert body["detail"]
    assert made.wire.endswith(b"\r\n\r\n" + made.body)


def test_a_suspended_function_is_refused_with_its_sentence() -> None:
    detail = json.loads(refusal("suspended", "exports", Mode.STORM, 600).body)["detail"]
    assert detail.startswith("Exports for other offices: not now.")
    assert "Storm service" in detail


def test_a_browser_gets_a_page_and_our_own_pages_may_read_it() -> None:
    made = refusal("full", "report", Mode.NORMAL, 5, page=True, origin=b"https://outages.example")
    assert b"Try again in 5 seconds" in made.body
    assert (b"access-control-allow-origin", b"https://outages.example") in made.headers


def test_waits_are_spread() -> None:
    for reason in TOLD:
        waits = {wait_seconds(reason, n / 50) for n in range(50)}
        assert len(waits) >= 3
        assert max(waits) <= round(TOLD[reason].wait_s * 1.25)
