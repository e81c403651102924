from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.pages.open311_xml import CHILDREN, encode


def back(element: ET.Element) -> Any:
    """The Spark form of an element whose texts are all that it has."""
    children = list(element)
    if element.tag in CHILDREN:
        return [back(child) for child in children]
    return {child.tag: back(child) for child in children} if children else element.text or ""


# ElementTree reads XML as the standard says, so carriage returns come back as line feeds.
TEXTS = st.text().map(lambda text: text.replace("\r", "")).filter(str.isprintable)


@given(
    st.lists(st.fixed_dictionaries({"service_code": TEXTS, "keywords": TEXTS, "group": TEXTS}), max_size=4),
)
def test_the_xml_says_what_the_json_says(services: list[dict[str, str]]) -> None:
    read = ET.fromstring(encode("services", services, "xml"))  # noqa: S314  # our own
    assert back(read) == services


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_whatever_is_said_the_xml_can_be_read(text: str) -> None:
    read = ET.fromstring(encode("errors", [{"code": 400, "description": text}], "xml"))  # noqa: S314  # our own
    assert read.findtext("error/code") == "400"


@pytest.mark.parametrize(
    ("value", "xml"), [(True, "true"), (False, "false"), (3, "3"), (1.5, "1.5"), ("<&>", "&lt;&amp;&gt;")]
)
def test_values_are_written_as_xml_writes_them(value: Any, xml: str) -> None:
    assert encode("a", value, "xml") == f'<?xml version="1.0" encoding="UTF-8"?>\n<a>{xml}</a>'.encode()


def test_nothing_is_an_empty_element_and_null() -> None:
    assert encode("request", {"lat": None}, "xml").endswith(b"<request><lat/></request>")
    assert encode("request", {"lat": None}, "json") == b'{"lat":null}'


def test_an_array_without_a_name_for_its_children_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        encode("things", ["one"], "xml")
