"""Open311 answers as bytes: one structure, as JSON or as the XML that it is the Spark form of.

GeoReport v2 (wiki.open311.org/GeoReport_v2, "XML Support" and "JSON Support") defines the XML without
a namespace and derives the JSON from it by the Spark convention: an element that only repeats one kind of child
is an array, so in JSON the children's own name is left out. Here it is the other way about: from the
JSON structure and the table of children's names comes the XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape

import msgspec

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"
"""What an answer is made of."""

CHILDREN = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""Elements that are arrays, each with the name of its children in XML."""

FORMATS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
"""The formats by the ending of the address, each with its content type."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped (section 2.2)."""


def encode(root: str, value: Value, form: str) -> bytes:
    """The answer in one of `FORMATS`. `root` names the XML's outermost element; JSON has no name for it."""
    if form == "json":
        return msgspec.json.encode(value)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_element(root, value))}'.encode()


def _element(name: str, value: Value) -> Iterator[str]:
    if value is None:
        yield f"<{name}/>"
        return
    yield f"<{name}>"
    if isinstance(value, Mapping):
        for child, inner in value.items():
            yield from _element(child, inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _element(CHILDREN[name], inner)
    else:
        yield _text(value)
    yield f"</{name}>"


def _text(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_NOT_XML.sub("\ufffd", str(value)))
