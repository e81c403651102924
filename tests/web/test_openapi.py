from __future__ import annotations

import json

import msgspec
from openapi_spec_validator import validate

from stormops.web.openapi import CSRF, SESSION, assembled, ref


class Told(msgspec.Struct):
    said: str


def test_the_document_is_valid_and_says_whose_it_is() -> None:
    answer = {"description": "So it is.", "content": {"application/json": {"schema": ref(Told)}}}
    paths = {"/told": {"get": {"security": [{"session": []}], "responses": {"200": answer}}}}
    _, schemas = msgspec.json.schema_components([Told], ref_template="#/components/schemas/{name}")
    components = {"schemas": schemas, "securitySchemes": SESSION | CSRF}
    made = json.loads(
        assembled("City: told", "1.2.0", "What is told.", url="http://told.test", paths=paths, components=components)
    )
    validate(made)
    assert made["info"]["title"] == "City: told"
    assert made["servers"] == [{"url": "http://told.test"}]
