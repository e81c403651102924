"""The Open311 addresses of intake in its OpenAPI document."""

from __future__ import annotations

from typing import Any

from stormops.core.report import Symptom
from stormops.intake.open311_form import CALLBACK, DEGREES, FIELDS_MAX, TEXTS
from stormops.pages.open311 import NAME_PATTERN, ROOT, YES_OR_NO
from stormops.pages.open311_schema import DEFINITION, DISCOVERY, ERRORS, RECEIPTS, SERVICES

SCHEMAS = {
    "Open311Services": SERVICES,
    "Open311Definition": DEFINITION,
    "Open311Discovery": DISCOVERY,
    "Open311Receipts": RECEIPTS,
    "Open311Errors": ERRORS,
}
"""Schemas of the JSON answers; the XML says the same."""

ERROR_WORDS = {
    400: "Something is missing or cannot be read; each error says what.",
    403: "The API key is missing or may not report.",
    404: "There is no such service, request, jurisdiction or format.",
    503: "Nothing was saved; send the same again after Retry-After seconds.",
}


def paths() -> dict[str, Any]:
    """The paths by template."""
    return {
        f"{ROOT}/discovery.{{format}}": {"get": _read("discovery", "Service discovery.", "Open311Discovery")},
        f"{ROOT}/services.{{format}}": {"get": _read("services", "What can be reported.", "Open311Services")},
        f"{ROOT}/services/{{service_code}}.{{format}}": {
            "get": _read("definition", "The further questions of a service.", "Open311Definition", _service_code())
        },
        f"{ROOT}/requests.{{format}}": {"post": _report(), "get": _away("requests", "Reports, as everybody may see.")},
        f"{ROOT}/requests/{{service_request_id}}.{{format}}": {
            "get": _away("request", "One report.", _path("service_request_id"))
        },
        f"{ROOT}/tokens/{{token}}.{{format}}": {"get": _away("token", "The report of a token.", _path("token"))},
    }


def _path(name: str, **schema: Any) -> dict[str, Any]:
    plain = {"type": "string", "pattern": NAME_PATTERN}
    return {"name": name, "in": "path", "required": True, "schema": schema or plain}


def _service_code() -> dict[str, Any]:
    return _path("service_code", type="string", enum=[symptom.value for symptom in Symptom])


def _format() -> dict[str, Any]:
    return _path("format", type="string", enum=["json", "xml"])


def _content(schema: str) -> dict[str, Any]:
    return {
        "application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}},
        "text/xml": {"schema": {"type": "string"}},
    }


def _errors(*codes: int) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(code): {"description": ERROR_WORDS[code], "content": _content("Open311Errors")} for code in codes
    }
    if 503 in codes:
        answers["503"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def _read(name: str, summary: str, schema: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": f"open311_{name}",
        "summary": f"Open311 GeoReport v2: {summary}",
        "parameters": [*parameters, _format()],
        "responses": {"200": {"description": summary, "content": _content(schema)}, **_errors(404)},
    }


def _away(name: str, summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": f"open311_{name}",
        "summary": f"Open311 GeoReport v2: {summary}",
        "parameters": [*parameters, _format()],
        "responses": {
            "307": {
                "description": "On to feed, with the same query.",
                "headers": {"Location": {"schema": {"type": "string"}}},
            },
            **_errors(404),
        },
    }


def _report() -> dict[str, Any]:
    return {
        "operationId": "open311_report",
        "summary": "Open311 GeoReport v2: report an outage or a danger.",
        "parameters": [_format()],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _form()}},
        },
        "responses": {
            "201": {"description": "The report is on disk.", "content": _content("Open311Receipts")},
            **_errors(400, 403, 404, 503),
        },
    }


def _form() -> dict[str, Any]:
    """The form's fields: those of the standard, and the attributes of every service."""
    line = {"type": "string", "maxLength": 200}
    fields: dict[str, Any] = dict.fromkeys(TEXTS.values(), line)
    fields |= {name: {"type": "string", "maxLength": 40} for name in CALLBACK}
    fields |= {
        "service_code": {"type": "string", "enum": [symptom.value for symptom in Symptom]},
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "long": {"type": "number", "minimum": -180, "maximum": 180},
        "description": {"type": "string", "maxLength": 4000},
        "attribute[medical]": {"type": "string", "enum": list(YES_OR_NO)},
        "jurisdiction_id": {"type": "string", "description": "One jurisdiction is served: it may be left out."},
        "api_key": {"type": "string", "description": "The token of a partner that may report by open311."},
        "media_url": {"type": "string", "description": "Passed over: pictures are not taken here yet."},
        "device_id": {"type": "string", "description": "Passed over."},
        "account_id": {"type": "string", "description": "Passed over: it is the account at the app."},
    }
    said = [{"required": [name], "properties": {name: {"pattern": r"\S"}}} for name in TEXTS.values()]
    return {
        "title": "Open311Request",
        "type": "object",
        "maxProperties": FIELDS_MAX,
        "properties": fields,
        "required": ["service_code"],
        "anyOf": [*said, {"required": list(DEGREES.values())}],
        "allOf": [{"if": {"required": [a]}, "then": {"required": [b]}} for a, b in (("lat", "long"), ("long", "lat"))],
    }
