from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import msgspec
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from stormops.clock import Clock
from stormops.core.report import Report
from stormops.intake.openapi import FIELDS, document
from stormops.intake.web import IntakeSettings, create_intake
from stormops.journal.door import Door
from stormops.telemetry import Metrics
from tests.intake.conftest import Intake, Person


@pytest.fixture
async def description(intake: Intake) -> dict[str, Any]:
    response = await intake.client.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"
    described: dict[str, Any] = response.json()
    return described


async def test_the_document_is_valid_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    validate(description, cls=OpenAPIV31SpecValidator)


async def test_every_address_that_is_served_is_described_and_no_other(
    description: dict[str, Any], intake: Intake
) -> None:
    assert isinstance(intake.client._transport, httpx2.ASGITransport)
    app: Any = intake.client._transport.app
    served = {
        (route.path, method.lower())
        for route in app._app.routes
        for method in (route.methods or set()) - {"HEAD"}
        if isinstance(route, Route)
    }
    described = {(path, method) for path, item in description["paths"].items() for method in item}
    assert described == served


def test_sign_in_is_described_where_it_is_served() -> None:
    paths = ["/staff/sign-in", "/staff/sign-out"]
    described = msgspec.json.decode(document("http://i.test", "x", paths))
    assert set(paths) < set(described["paths"])
    validate(described, cls=OpenAPIV31SpecValidator)
    assert b"/staff/" not in document("http://i.test", "x")


def test_every_field_of_a_report_is_explained() -> None:
    assert set(FIELDS) == set(Report.__struct_fields__)


# --- driven by its own description ----------------------------------------------------------------


class Server(uvicorn.Server):
    """A real server on a free port, in a thread of its own."""

    url = ""

    def install_signal_handlers(self) -> None:
        """Not in a thread."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    person = Person(csrf="token")

    async def authenticate(request: Request) -> Person | None:
        return person if request.cookies.get("stormops_session") == "session" else None

    door = Door(tmp_path_factory.mktemp("door") / "node-01.door", 1, Clock())
    given_settings = IntakeSettings(
        title="Palmetto",
        phone="",
        intake_url="http://i.test",
        feed_url="http://f.test",
        origins=[],
        senders_secret=bytes(16),
        places_secret=bytes(16),
    )

    def may(headers: Iterable[tuple[bytes, bytes]], _what: str) -> str | None:
        return "head-end" if (b"authorization", b"Bearer token") in headers else None

    app: ASGIApp = create_intake(given_settings, door, Metrics(), authenticate, may=may)
    made = Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none"))
    thread = threading.Thread(target=made.run)
    thread.start()
    while not made.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    made.url = f"http://127.0.0.1:{made.servers[0].sockets[0].getsockname()[1]}"
    yield made
    made.should_exit = True
    thread.join()
    door.close()


WITH_MORE_TO_IT = (
    "place",
    "withdraw",
    "acknowledge",
    "split",
    "service-only",
    "merge",
    "messages",
    "multispeak",
    "pon",
)
"""Receipts have a check digit, phones a plan, nothing merges into itself, XML has its schema: this cannot say so."""


def sign_in(case: schemathesis.Case[Any], *, always: bool) -> None:
    """Put a session's true values where the case has any; a key that nobody has used where it has to be a good one."""
    if always or "X-CSRF-Token" in case.headers:
        case.headers["X-CSRF-Token"] = "token"
    if always or "stormops_session" in case.cookies:
        case.cookies["stormops_session"] = "session"
    if always or "Authorization" in case.headers:
        case.headers["Authorization"] = "Bearer token"
    if always:
        case.headers["Idempotency-Key"] = uuid4().hex
        body: Any = case.body
        for report in body.get("reports", ()) if isinstance(body, dict) else ():  # a batch has a key for each
            if "key" in report:
                report["key"] = uuid4().hex


EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
"""Requests in each mode; `make bench-fuzz` asks for more."""

MODES = {"as described": schemathesis.GenerationMode.POSITIVE, "against it": schemathesis.GenerationMode.NEGATIVE}


@pytest.mark.parametrize("mode", list(MODES))
def test_it_answers_as_it_is_described(server: Server, mode: str) -> None:
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert {o.label for o in operations} >= {"POST /api/v1/reports", "POST /report", "GET /readyz"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of([operation.as_strategy(MODES[mode]) for operation in operations]))
    def drive(case: schemathesis.Case[Any]) -> None:
        more = str(case.operation.path).endswith(WITH_MORE_TO_IT)
        sign_in(case, always=mode == "as described")
        excluded: list[schemathesis.CheckFunction] = [positive_data_acceptance] if more else []
        if case.method == "GET" and "/open311/" in str(case.operation.path):
            excluded.append(negative_data_rejection)  # a read is led to feed as it is (307): feed judges it
        case.call_and_validate(base_url=server.url, excluded_checks=excluded, allow_redirects=False)

    drive()
