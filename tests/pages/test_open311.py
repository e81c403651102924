from __future__ import annotations

import contextlib
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stormops.core.report import SYMPTOMS, Symptom
from stormops.pages import open311_schema as schemas
from stormops.pages.open311 import (
    ATTRIBUTES,
    DANGER,
    KEYWORDS,
    Place,
    Refused,
    check_jurisdiction,
    describe,
    listed,
    read_time,
    refusal,
    services,
    symptom_of,
    written,
)

PLACE = Place(
    title="Palmetto <Springs>",
    phone="850-555-0100",
    jurisdiction="palmetto",
    intake_url="http://i.test",
    feed_url="http://f.test",
)


def told(name: str, code: str | None = None, form: str = "json", jurisdiction: str | None = None) -> Any:
    return json.loads(describe(name, code, form, PLACE, jurisdiction).body)


@pytest.mark.parametrize(
    ("name", "code", "schema"),
    [
        ("discovery", None, schemas.DISCOVERY),
        ("services", None, schemas.SERVICES),
        *(("services", symptom.value, schemas.DEFINITION) for symptom in Symptom),
    ],
)
def test_what_is_described_keeps_to_the_standard(name: str, code: str | None, schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(told(name, code))
    xml = ET.fromstring(describe(name, code, "xml", PLACE, None).body)  # noqa: S314  # our own
    assert xml.tag == ("service_definition" if code else name)


def test_every_symptom_is_a_service_and_danger_is_a_group_of_its_own() -> None:
    offered = {service["service_code"]: service for service in services()}
    assert set(offered) == {symptom.value for symptom in Symptom} <= set(KEYWORDS)
    dangers = {code for code, service in offered.items() if service["group"] == DANGER}
    assert dangers == {symptom.value for symptom, meaning in SYMPTOMS.items() if meaning.safety}
    assert "911" in str(offered["wire_down"]["description"])


def test_attributes_are_ordered_and_none_has_to_be_answered() -> None:
    attributes = told("services", "lights_out")["attributes"]
    assert [attribute["order"] for attribute in attributes] == list(range(1, len(ATTRIBUTES) + 1))
    assert not any(attribute["required"] for attribute in attributes)


@pytest.mark.parametrize(
    ("code", "form", "jurisdiction", "status"),
    [
        ("lights_out", "json", "", 200),
        ("lights_out", "json", "palmetto", 200),
        ("lights_out", "json", "elsewhere", 404),
        ("graffiti", "json", None, 404),
        ("lights_out", "yaml", None, 404),
    ],
)
def test_what_is_not_there_is_404_with_the_standards_errors(
    code: str, form: str, jurisdiction: str | None, status: int
) -> None:
    answer = describe("services", code, form, PLACE, jurisdiction)
    assert answer.status == status
    if status != 200 and form == "json":
        errors = json.loads(answer.body)
        Draft202012Validator(schemas.ERRORS).validate(errors)
        assert errors[0]["code"] == 404
    assert answer.media_type == ("application/json" if form == "json" else "text/xml") + "; charset=utf-8"


def test_errors_in_xml_are_the_standards() -> None:
    body = refusal(Refused(403, (403, "No <key>.")), "xml").body
    assert body.endswith(b"<errors><error><code>403</code><description>No &lt;key&gt;.</description></error></errors>")


def test_a_jurisdiction_need_not_be_given() -> None:
    for given_one in (None, "", "palmetto"):
        check_jurisdiction(given_one, PLACE)
    with pytest.raises(Refused):
        check_jurisdiction("sfgov.org", PLACE)


@pytest.mark.parametrize(("code", "status"), [(None, 400), ("", 400), ("001", 404)])
def test_a_service_code_is_needed_and_must_be_one(code: str | None, status: int) -> None:
    with pytest.raises(Refused) as refused:
        symptom_of(code)
    assert refused.value.status == status


@pytest.mark.parametrize("text", ["2010-05-24T00:00:00Z", "2010-05-23T20:00:00-04:00"])
def test_times_are_read_with_their_offset(text: str) -> None:
    assert read_time(text) == 1_274_659_200_000
    assert written(read_time(text)) == "2010-05-24T00:00:00Z"


@given(st.text(max_size=40) | st.datetimes().map(str) | st.from_regex(r"[0-9]{4}-1[0-9]-[0-9]{2}T00:00:00[Z+-].*"))
def test_a_time_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        assert isinstance(read_time(text), int)


@pytest.mark.parametrize("text", ["2010-05-24", "2010-05-24T00:00:00", "yesterday", ""])
def test_a_time_without_an_offset_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_time(text)


def test_lists_are_comma_delimited_and_may_be_repeated() -> None:
    assert listed(["a, b", "", "c,,"]) == ["a", "b", "c"]
