"""The document is valid, names every address that is served and no other, and real answers are of its shapes."""

from __future__ import annotations

from typing import Any

import jsonschema
import msgspec
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from starlette.routing import Route

from stormops.accounts.asking.catalogue import BODIES
from stormops.counter.openapi import document
from tests.counter.conftest import API, Desk, billed, opened

DOCUMENT: dict[str, Any] = msgspec.json.decode(document("http://counter.test", "Palmetto Springs"))


def check(value: Any, schema: dict[str, Any]) -> None:
    whole = schema | {"components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def answer_of(path: str, method: str, status: int) -> dict[str, Any]:
    answer = DOCUMENT["paths"][path][method]["responses"][str(status)]
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema: dict[str, Any] = next(iter(answer["content"].values()))["schema"]
    return schema


def test_the_document_is_valid_openapi_3_1() -> None:
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)


def test_what_is_served_is_described_and_nothing_else(desk: Desk) -> None:
    """Pages are for people; a command's address is described once for each command."""
    served = {
        (route.path, method.lower())
        for route in desk.client._transport.app.routes  # type: ignore[attr-defined]
        if isinstance(route, Route) and route.path.startswith(("/api/", "/healthz", "/readyz", "/metrics", "/openapi"))
        for method in (route.methods or set()) - {"HEAD"}
    }
    templates = {(f"{API}/commands/{{command}}{end}", "post") for end in ("", "/preview")}
    assert templates <= served
    served -= templates
    served |= {(f"{API}/commands/{name}{end}", "post") for name in BODIES for end in ("", "/preview")}
    assert {(path, method) for path, item in DOCUMENT["paths"].items() for method in item} == served


async def test_real_answers_are_as_described(desk: Desk) -> None:
    bill = await billed(desk)
    await opened(desk)
    paths = {
        "/session": "/session",
        "/search": "/search?q=palm",
        "/accounts/{account}": "/accounts/a1",
        "/accounts/{account}/journals": "/accounts/a1/journals",
        "/bills/{bill}": f"/bills/{bill}",
        "/decisions/{kind}/{id}": f"/decisions/bill/{bill}",
        "/commands/{key}/decisions": "/commands/k00001/decisions",
        "/queues/{queue}": "/queues/drawers",
        "/checks": "/checks",
        "/audit": "/audit",
        "/looks": "/looks?account=a1",
    }
    for path, real in paths.items():
        answer = await desk.get("manager", API + real)
        assert answer.status_code == 200, real
        check(answer.json(), answer_of(API + path, "get", 200))
    body: dict[str, Any] = {"account": "a1", "number": "r", "cents": 100, "tender": "bank"}
    check(
        await desk.preview("cashier", "take_payment", **body),
        answer_of(f"{API}/commands/take_payment/preview", "post", 200),
    )
    done = await desk.send("cashier", "take_payment", **body)
    check(done.json(), answer_of(f"{API}/commands/take_payment", "post", 200))
    again = await desk.send("cashier", "take_payment", **body)
    assert again.status_code == 409
    check(again.json(), answer_of(f"{API}/commands/take_payment", "post", 409))
    check((await desk.client.get("/readyz")).json(), answer_of("/readyz", "get", 200))


def test_bodies_do_not_have_to_say_what_the_address_says() -> None:
    for name, body in BODIES.items():
        schema = DOCUMENT["components"]["schemas"][body.__name__]
        assert "command" not in schema["required"], name
        assert DOCUMENT["paths"][f"{API}/commands/{name}"]["post"]["description"].startswith("Asks for ")
