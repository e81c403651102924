from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from starlette.types import Message

from tests.intake.conftest import FEED, INTAKE, Intake

REPORT = {"symptom": "tree", "account": "1"}
ROOT = Path(__file__).parents[2]


async def test_alive_and_ready(intake: Intake) -> None:
    assert (await intake.client.get("/healthz")).json() == {"status": "alive"}
    assert (await intake.client.get("/readyz")).json() == {"status": "ready"}


async def test_not_ready_while_the_disk_is_away_but_alive(intake: Intake, broken_disk: Callable[[], None]) -> None:
    broken_disk()
    response = await intake.client.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert (await intake.client.get("/healthz")).status_code == 200


async def test_readiness_is_tried_once_however_many_ask(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0
    real = intake.door.check

    async def check() -> None:
        nonlocal tried
        tried += 1
        await real()

    monkeypatch.setattr(intake.door, "check", check)
    answers = await asyncio.gather(*(intake.client.get("/readyz") for _ in range(50)))
    assert {a.status_code for a in answers} == {200}
    assert tried == 1


@pytest.mark.parametrize("path", ["/api/v1/reports", "/report"])
async def test_a_bug_is_a_problem_for_the_client_and_an_error_for_the_server(
    intake: Intake, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("1 Secret Lane")

    monkeypatch.setattr(intake.door, "offer", broken)
    assert isinstance(intake.client._transport, httpx2.ASGITransport)
    how = {"json": REPORT} if path.startswith("/api") else {"data": REPORT}
    with pytest.raises(ZeroDivisionError):
        await intake.client.post(path, **how)  # type: ignore[arg-type]
    intake.client._transport.raise_app_exceptions = False
    response = await intake.client.post(path, **how)  # type: ignore[arg-type]
    assert (response.status_code, response.json()["code"]) == (500, "bug")
    assert "Secret" not in response.text


async def test_metrics_count_and_carry_nothing_personal(intake: Intake) -> None:
    answer = await intake.report(symptom="tree", address="9 Secret Lane", phone="850-555-7777", note="it is me")
    await intake.report(symptom="9 Secret Lane")
    page = await intake.client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    assert 'intake_reports_total{channel="api"} 1.0' in page.text
    assert 'intake_refused_total{code="invalid"} 1.0' in page.text
    for said in ("Secret", "7777", "it is me", answer.json()["receipt"], "203.0.113.9"):
        assert said not in page.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/api/v1/reports", 405, "method_not_allowed"),
        ("PUT", "/api/v1/reports", 405, "method_not_allowed"),
        ("GET", "/report", 405, "method_not_allowed"),
        ("POST", "/api/v1/desk/incidents/i1/explode", 404, "not_found"),
        ("POST", "/healthz", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_a_problem_too(
    intake: Intake, method: str, path: str, status: int, code: str
) -> None:
    response = await intake.client.request(method, path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/reports"),
        ("GET", "/healthz"),
        ("GET", "/nothing"),
        ("POST", "/report"),
        ("GET", "/openapi.json"),
    ],
)
async def test_every_answer_has_the_security_headers(intake: Intake, method: str, path: str) -> None:
    headers = (await intake.client.request(method, path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cache-control"] == "no-store"
    assert len(headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize("path", ["/api/v1/reports", "/api/v1/desk/incidents/i1/confirm"])
async def test_a_browser_asks_first_and_our_own_pages_may(intake: Intake, path: str) -> None:
    asked = {
        "Origin": FEED,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, idempotency-key, x-csrf-token",
    }
    response = await intake.client.options(path, headers=asked)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == FEED
    assert response.headers["access-control-allow-credentials"] == "true"
    response = await intake.client.options(path, headers=asked | {"Origin": "https://elsewhere.test"})
    assert response.status_code == 400
    assert "access-control-allow-origin" not in response.headers


async def test_both_our_origins_are_ours(intake: Intake) -> None:
    for origin in (INTAKE, FEED):
        response = await intake.client.get("/healthz", headers={"Origin": origin})
        assert response.headers["access-control-allow-origin"] == origin


def test_intake_starts_without_numbers_geometry_or_anything_of_the_other_packages() -> None:
    script = """
import sys
import stormops.intake.web, stormops.journal.door, stormops.journal.hints, stormops.journal.secret, stormops.telemetry
heavy = {"numpy", "scipy", "shapely", "geopandas", "pandas", "pyogrio", "rapidfuzz", "sqlalchemy", "redis", "rq",
         "argon2", "websockets", "httpx2", "uvicorn"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
print(sorted(n for n in sys.modules if n.startswith("stormops.") and n.split(".")[1] not in
      {"core", "intake", "journal", "pages", "web", "clock", "limiting", "telemetry"}))
print(sorted(n for n in sys.modules if n.startswith("stormops.core.")))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, env={"PYTHONPATH": "src"}
    )
    heavy, others, core = done.stdout.splitlines()
    assert heavy == "[]"
    assert others == "[]"
    assert core == "['stormops.core.entry', 'stormops.core.levels', 'stormops.core.report', 'stormops.core.sentence']"


async def test_no_address_is_made_of_the_host_that_a_client_names(intake: Intake) -> None:
    response = await intake.client.get("/api/v1/reports/", headers={"Host": "evil.test"})
    assert response.status_code == 404
    assert "location" not in response.headers


@pytest.mark.parametrize("path", ["/report", "/api/v1/reports"])
async def test_a_client_that_goes_away_is_no_failure(intake: Intake, path: str) -> None:
    kind = b"application/json" if path.startswith("/api") else b"application/x-www-form-urlencoded"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-type", kind)],
    }

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def nobody(_: Message) -> None:
        """Nobody hears this."""

    transport = intake.client._transport
    assert isinstance(transport, httpx2.ASGITransport)
    await transport.app(scope, gone, nobody)
    assert intake.facts() == []
