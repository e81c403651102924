from __future__ import annotations

from stormops.intake.open311_form import CALLBACK, DEGREES, TEXTS
from stormops.intake.openapi_open311 import SCHEMAS, paths


def test_every_field_that_is_read_is_described() -> None:
    post = paths()["/open311/v2/requests.{format}"]["post"]
    form = post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert {*TEXTS.values(), *DEGREES.values(), *CALLBACK, "description", "attribute[medical]"} < set(
        form["properties"]
    )
    assert form["required"] == ["service_code"]


def test_every_schema_that_is_named_is_there() -> None:
    named = str(paths())
    assert {name for name in SCHEMAS if f"'#/components/schemas/{name}'" in named} == set(SCHEMAS)
