"""JSON schemas of Open311 answers, from the tables "Response" of wiki.open311.org/GeoReport_v2 and Service_Discovery.

They are stricter than the standard: what it calls "may not be returned" is always there, as null when we have nothing.
"""

from __future__ import annotations

from typing import Any

from stormops.core.report import Symptom

Schema = dict[str, Any]

RECEIPT = "^[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{3}-[0-9]$"
LISTED = "^public-[0-9a-f]{16}$"
"""The service_request_id of a request in the public list: a name that leads to nobody's receipt."""

_TEXT: Schema = {"type": "string", "minLength": 1}
_TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
_NONE: Schema = {"type": "null"}
_TIME: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
_CODE: Schema = {"type": "string", "enum": [symptom.value for symptom in Symptom]}


def _whole(**fields: Schema) -> Schema:
    """An object with exactly these fields."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _array(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": least}


SERVICES = _array(
    _whole(
        service_code=_CODE,
        service_name=_TEXT,
        description=_TEXT,
        metadata={"type": "boolean"},
        type={"enum": ["realtime", "batch", "blackbox"]},
        keywords=_TEXT,
        group=_TEXT,
    ),
    least=1,
)

DEFINITION = _whole(
    service_code=_CODE,
    attributes=_array(
        _whole(
            variable={"type": "boolean"},
            code=_TEXT,
            datatype={"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
            required={"type": "boolean"},
            datatype_description=_TEXT_OR_NONE,
            order={"type": "integer", "minimum": 1},
            description=_TEXT,
            values=_array(_whole(key=_TEXT, name=_TEXT)),
        )
    ),
)

DISCOVERY = _whole(
    changeset=_TEXT,
    contact=_TEXT,
    key_service=_TEXT,
    endpoints=_array(
        _whole(
            specification={"const": "http://wiki.open311.org/GeoReport_v2"},
            url={"type": "string", "format": "uri"},
            changeset=_TEXT,
            type={"enum": ["production", "test"]},
            formats=_array({"enum": ["text/xml", "application/json"]}, least=1),
        ),
        least=1,
    ),
)

RECEIPTS = _array(
    _whole(service_request_id={"type": "string", "pattern": RECEIPT}, service_notice=_TEXT_OR_NONE, account_id=_NONE),
    least=1,
)
"""The answer to POST requests."""

TOKENS = _array(
    _whole(
        service_request_id={"type": "string", "pattern": RECEIPT},
        token=_TEXT,
    ),
    least=1,
)

REQUESTS = _array(
    _whole(
        service_request_id={"type": "string", "pattern": f"{RECEIPT}|{LISTED}"},
        status={"enum": ["open", "closed"]},
        status_notes=_TEXT,
        service_name=_TEXT,
        service_code=_CODE,
        description=_NONE,
        agency_responsible=_TEXT,
        service_notice=_NONE,
        requested_datetime=_TIME,
        updated_datetime=_TIME,
        expected_datetime=_NONE,
        address=_TEXT_OR_NONE,
        address_id=_NONE,
        zipcode=_NONE,
        lat={"type": ["number", "null"], "minimum": -90, "maximum": 90},
        long={"type": ["number", "null"], "minimum": -180, "maximum": 180},
        media_url=_NONE,
    )
)
"""Requests as everybody may see them: what was said, and any place finer than a public area, is always null."""

ERRORS = _array(_whole(code={"type": "integer"}, description=_TEXT), least=1)
