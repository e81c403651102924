"""The document is valid, names every read that is served, and every real answer is of the shape it says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import reduce
from typing import Any

import jsonschema
import msgspec
import numpy as np
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.routing import Route

from stormops.core.network import EdgeKind
from stormops.feed.openapi import LAYERS, READS, document
from tests.feed.served import COOKIE, Feed, running, storm

DOCUMENT: dict[str, Any] = msgspec.json.decode(document("http://feed.example", "Palmetto Springs"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
"""Requests in each mode; `make bench-fuzz` asks for more."""

MODES = {"as described": schemathesis.GenerationMode.POSITIVE, "against it": schemathesis.GenerationMode.NEGATIVE}
UNKNOWN = "01-0000-0000-000-0"


@pytest.fixture(scope="module")
def feed() -> Iterator[Feed]:
    """A storm in which some reports are closed already, and one incident's premises are known."""
    day = storm(1)
    while not day.situation.closed_reports:
        day.step(reports=4, actions=1.0)
    with running(day) as made:
        made.wait_shown(day.journal.last())
        yield made


def addresses(feed: Feed, path: str) -> list[str]:
    """Real addresses of a described path, every kind of answer among them."""
    situation, premises = feed.day.situation, feed.day.city.premises
    last = feed.day.journal.last()
    path = path.replace("{n}", str(last))
    if "/reports/{receipt}" in path:
        closed = [f"{number:014d}" for number in list(situation.closed_reports)[:3]]
        return [path.replace("{receipt}", receipt) for receipt in [*feed.day.receipts, *closed]]
    if "/incidents/" in path:
        return [path.replace("{name}", incident.id) for incident in situation.incidents.values()]
    if "{premise}" in path:
        known = {situation.reports.premise[row] for row in situation.reports.row_of.values()} - {-1}
        return [path.replace("{premise}", premises.id[row]) for row in [*sorted(known)[:10], 0]]
    if path == "/api/v1/desk/premises":
        place = f"?lon={premises.lon[0]}&lat={premises.lat[0]}"
        return [f"{path}?q={premises.address(0).split()[1]}", path + place]
    fuse = situation.device_ids[int(np.flatnonzero(situation.tree.kind == EdgeKind.FUSE)[0])]
    queries = {
        "/api/v1/desk/switches": [f"q={fuse[:3]}", f"device={fuse}", f"device={fuse}&open=false"],
        "/api/v1/public/area": [f"address={premises.address(row)}" for row in range(0, 40, 8)],
        "/api/v1/desk/past": [f"n={last}", f"previous={last}&known={last}"],
    }
    return [f"{path}?{query}" for query in queries[path]] if path in queries else [path]


def check(value: Any, schema: dict[str, Any]) -> None:
    """Raises ValidationError where the value is not as described."""
    whole = schema | {"components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def test_the_document_is_valid_openapi_3_1() -> None:
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)


def test_what_is_served_is_described_and_nothing_else(feed: Feed) -> None:
    """Pages for people, files and Open311 are not part of this API."""
    served = {
        (route.path, method.lower())
        for route in feed.app.routes
        if isinstance(route, Route) and route.path.startswith(("/api/", "/healthz", "/readyz", "/metrics", "/openapi"))
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert served == {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    with feed.client() as client:
        answer = client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["paths"] == DOCUMENT["paths"]


@pytest.mark.parametrize("path", READS)
def test_real_answers_are_of_the_shape_that_is_described(feed: Feed, path: str) -> None:
    schema = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    with feed.client(staff=READS[path].staff) as client:
        answered = [client.get(address) for address in addresses(feed, path)]
    good = [answer for answer in answered if answer.status_code == 200]
    assert good
    for answer in good:
        assert answer.headers["content-type"] == "application/json"
        check(answer.json(), schema)
    for shape in READS[path].shapes:  # a shape that no answer has is not true
        assert any(_is(answer.content, shape) for answer in good), shape


@pytest.mark.parametrize("path", [path for path, read in READS.items() if 404 in read.codes or read.staff])
def test_refusals_are_of_the_codes_that_are_described(feed: Feed, path: str) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    unknown = {"{n}": "1", "{receipt}": UNKNOWN, "{name}": "E-9999", "{premise}": "nowhere"}
    address = reduce(lambda address, part: address.replace(*part), unknown.items(), path)
    with feed.client() as stranger, feed.client(staff=True) as staff:
        for answer in (stranger.get(address), staff.get(address)):
            if answer.status_code != 200:
                assert answer.status_code in READS[path].codes
                assert answer.headers["content-type"] == "application/problem+json"
                check(answer.json(), problem)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_geojson(feed: Feed, name: str) -> None:
    (media,) = DOCUMENT["paths"][f"/api/v1/map/{name}.geojson"]["get"]["responses"]["200"]["content"].items()
    with feed.client(staff=LAYERS[name]) as client:
        answer = client.get(f"/api/v1/map/{name}.geojson")
    assert answer.headers["content-type"] == media[0]
    check(answer.json(), media[1]["schema"])


def test_an_accounts_premises_are_of_the_shape_that_is_described(feed: Feed) -> None:
    premises = feed.day.city.premises
    content = DOCUMENT["paths"]["/api/v1/public/premise"]["post"]["responses"]["200"]["content"]
    with feed.client() as client:
        rows = [row for row in range(len(premises)) if premises.account[row] and len(premises.phone[row]) >= 4][:20]
        for row in rows:
            body = {"account": premises.account[row], "phone_last4": premises.phone[row][-4:]}
            answer = client.post("/api/v1/public/premise", json=body)
            assert answer.status_code == 200
            check(answer.json(), content["application/json"]["schema"])


@pytest.mark.parametrize("mode", list(MODES))
def test_it_answers_as_it_is_described(feed: Feed, mode: str) -> None:
    """Whatever is asked: no other status, no other shape, no 5xx that is not described."""
    schema = schemathesis.openapi.from_url(f"{feed.url}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert {operation.label for operation in operations} >= {"GET /api/v1/reports/{receipt}", "GET /api/v1/desk/out"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of([operation.as_strategy(MODES[mode]) for operation in operations]))
    def drive(case: schemathesis.Case[Any]) -> None:
        if mode == "as described":
            case.cookies[COOKIE] = "good"
        # A receipt, a name and a place that fit the pattern need not be known here.
        case.call_and_validate(base_url=feed.url, excluded_checks=[positive_data_acceptance], allow_redirects=False)

    drive()


def _is(body: bytes, shape: type[msgspec.Struct]) -> bool:
    try:
        msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError:
        return False
    return True
