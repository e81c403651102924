"""The OpenAPI 3.1 document, made from the structs that read and answer, so that it cannot lag behind.

A test compares its addresses with the routes that are served, and drives the app by it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from stormops.core.report import Report
from stormops.intake import batch
from stormops.intake.desk import ACTIONS, INCIDENT_PATTERN, TARGETS, path_of
from stormops.intake.entry import PATH as DESK_ENTRY
from stormops.intake.form import NUMBER_FIELDS, TEXT_FIELDS
from stormops.intake.messages import PATH as MESSAGES
from stormops.intake.messages import MessagesAsked, MessagesWish
from stormops.intake.openapi_meters import KINDS as METER_KINDS
from stormops.intake.openapi_meters import SECURITY as METER_SECURITY
from stormops.intake.openapi_meters import paths as meter_paths
from stormops.intake.openapi_open311 import SCHEMAS as OPEN311_SCHEMAS
from stormops.intake.openapi_open311 import paths as open311_paths
from stormops.intake.reports import Accepted
from stormops.intake.taking import KEY_CHARACTERS_MAX, WHERE_OR_WHO
from stormops.web.http import BODY_BYTES_MAX
from stormops.web.openapi import CSRF, SESSION, assembled, ref
from stormops.web.problem import MEDIA_TYPE, Problem

API_VERSION = "1.0.0"

RECEIPT_PATTERN = "^[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{3}-[0-9]$"


class ActionTaken(msgspec.Struct, frozen=True):
    """The action is on disk; whether it could be applied appears in the desk's view."""

    action: str


class Status(msgspec.Struct, frozen=True):
    """What a probe is told."""

    status: str


FIELDS: dict[str, tuple[str, object]] = {
    "symptom": ("What is wrong.", "lights_out"),
    "account": ("Account number, as on the bill.", "4711-0815"),
    "phone": ("Phone number, the one on the account. Kept as it was given.", "850-555-0123"),
    "meter": ("Meter number, as on its face.", "M-1002003"),
    "service_point": ("Id of a service point.", "E-1002003"),
    "latitude": ("WGS 84, degrees north; together with longitude.", 27.95),
    "longitude": ("WGS 84, degrees east; together with latitude.", -82.46),
    "address": ("Address in one line, however it was said.", "214 Palmetto Ave Apt 3"),
    "landmark": ("A place nearby: a crossing, a shop, a pole number.", "behind the library"),
    "medical": ("Somebody there needs power for medical equipment.", False),
    "note": ("Anything else that the customer said.", "A loud bang, then dark."),
    "callback": ("Whom to call back, and when.", "850-555-0123 after six"),
}
"""What each field of a report means, and an example."""

MESSAGES_FIELDS = {
    "phone": "A number of this country, as written or in E.164.",
    "language": "Language of the messages; the city's first where it has no such.",
    "receipt": "The receipt of a report.",
    "place": "What a page or an answer about one's own premises gave for it; it holds six hours.",
}
MESSAGES_EITHER = [{"required": ["receipt"]}, {"required": ["place"]}]

PROBLEMS = {
    400: "The request or its JSON cannot be read.",
    401: "Nobody is signed in, or no token that may send this was sent.",
    403: "Not from this page, not with this token, or not with this role.",
    404: "There is nothing at this address.",
    408: "The body did not arrive in time.",
    413: f"The body is larger than {BODY_BYTES_MAX // 1024} KiB.",
    415: "The body is of another type.",
    422: "Some fields need correction; `errors` names each and says what to give.",
    429: "Too many attempts; Retry-After says when to come back.",
    503: "Nothing was saved; send the same again after Retry-After seconds.",
}


def document(intake_url: str, title: str, others: Collection[str] = ()) -> bytes:
    """The document as JSON. `others` are paths that are served too; those known here are described."""
    paths = {
        "/api/v1/reports": {"post": _report()},
        batch.PATH: {"post": _batch()},
        "/report": {"post": _form()},
        "/messages": {"post": _messages_form()},
        MESSAGES: {"post": _messages()},
        **{path_of(name): {"post": _action(name)} for name in ACTIONS},
        DESK_ENTRY: {"post": _desk_report()},
        **meter_paths(_key(needed=False), _problems(400, 401, 408, 413, 415, 422, 503)),
        **open311_paths(),
        **{path: {"post": operation} for path, operation in _staff().items() if path in others},
        "/healthz": {"get": _plain("healthz", "Whether the process is alive.", {"application/json": _ref(Status)})},
        "/readyz": {
            "get": _plain(
                "readyz", "Whether a report could be put on disk now.", {"application/json": _ref(Status)}, 503
            )
        },
        "/metrics": {"get": _plain("metrics", "Prometheus metrics.", {"text/plain": {"schema": {"type": "string"}}})},
        "/openapi.json": {
            "get": _plain("openapi", "This document.", {"application/json": {"schema": {"type": "object"}}})
        },
    }
    return assembled(
        f"{title}: intake",
        API_VERSION,
        "Reports of outages and dangers, and what the desk decides. Reads are served by feed.",
        url=intake_url,
        paths=paths,
        components={"schemas": _schemas(), "securitySchemes": SESSION | CSRF | METER_SECURITY},
    )


def _schemas() -> dict[str, Any]:
    kinds = [
        Report,
        Accepted,
        Problem,
        ActionTaken,
        Status,
        MessagesWish,
        MessagesAsked,
        *METER_KINDS,
        batch.Batch,
        batch.BatchAccepted,
        *(kind.body for kind in ACTIONS.values()),
    ]
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    for report in (schemas["KeyedReport"], schemas["Report"]):
        for name, (text, example) in FIELDS.items():
            report["properties"][name] |= {"description": text, "examples": [example]}
        report["anyOf"] = [_given(name) for name in WHERE_OR_WHO] + [_given("latitude", "longitude")]
        report["allOf"] = [
            {"if": _given(one), "then": _given(other)} for one, other in (NUMBER_FIELDS, NUMBER_FIELDS[::-1])
        ]
    schemas["KeyedReport"]["properties"]["key"]["pattern"] = "^[ -~]*$"  # `good_key`; empty = none
    schemas["MessagesForm"] = _messages_fields()
    for name, field in schemas["MessagesWish"]["properties"].items():
        field["description"] = MESSAGES_FIELDS[name]
    schemas["MessagesWish"]["anyOf"] = MESSAGES_EITHER
    schemas["ReportForm"] = _form_fields(schemas["Report"])
    schemas["Accepted"]["properties"]["receipt"]["pattern"] = RECEIPT_PATTERN
    schemas["Split"]["properties"]["receipts"]["items"]["pattern"] = RECEIPT_PATTERN
    for schema in schemas.values():
        schema["description"] = " ".join(schema.get("description", "").split())
    return schemas | OPEN311_SCHEMAS


def _form_fields(report: dict[str, Any]) -> dict[str, Any]:
    """The report as a form has it: text where the report has null or text, and other fields are passed over."""
    fields = {name: report["properties"][name]["anyOf"][0] for name in (*TEXT_FIELDS, *NUMBER_FIELDS)}
    for name, field in fields.items():
        field["description"] = FIELDS[name][0]
    fields["symptom"] = {"$ref": "#/components/schemas/Symptom"}
    fields["medical"] = {"type": "string", "description": "Anything but nothing means yes."}
    fields["key"] = {"type": "string", "description": "One showing of the form; sent twice, it is one report."}
    rules = {name: report[name] for name in ("required", "anyOf", "allOf")}
    return {"title": "ReportForm", "type": "object", "properties": fields, **rules}


def _given(*names: str) -> dict[str, Any]:
    """Schema of an object in which these fields are given, and not just as blanks."""
    kinds = {
        name: {"type": "number"} if name in NUMBER_FIELDS else {"type": "string", "pattern": r"\S"} for name in names
    }
    return {"required": list(names), "properties": kinds}


def _ref(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {"schema": ref(kind)}


def _problems(*codes: int) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for code in codes:
        answers[str(code)] = {"description": PROBLEMS[code], "content": {MEDIA_TYPE: _ref(Problem)}}
        if code in {429, 503}:
            answers[str(code)]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def _key(needed: bool) -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": needed,
        "description": "Sent again within seven days with the same key by the same sender, it is the same one.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": KEY_CHARACTERS_MAX,
            "pattern": "^[!-~]([ -~]*[!-~])?$",
        },
    }


def _body(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": _ref(kind)}}


def _report() -> dict[str, Any]:
    return {
        "operationId": "report",
        "summary": "Report an outage or a danger.",
        "parameters": [_key(needed=False)],
        "requestBody": _body(Report),
        "responses": {
            "202": {
                "description": "The report is on disk; the receipt is valid on every channel.",
                "content": {"application/json": _ref(Accepted)},
            },
            **_problems(400, 408, 413, 415, 422, 503),
        },
    }


def _batch() -> dict[str, Any]:
    return {
        "operationId": "report_batch",
        "summary": "Many reports at once from a partner: all kept or none.",
        "security": [{"partner": []}],
        "requestBody": _body(batch.Batch),
        "responses": {
            "202": {
                "description": "All of them are on disk; a receipt for each, in their order.",
                "content": {"application/json": _ref(batch.BatchAccepted)},
            },
            **_problems(400, 401, 408, 413, 415, 422, 503),
        },
    }


def _desk_report() -> dict[str, Any]:
    return {
        "operationId": "desk_report",
        "summary": "Report what a caller says, typed by staff.",
        "security": [{"session": [], "csrf": []}],
        "parameters": [_key(needed=True)],
        "requestBody": _body(Report),
        "responses": {
            "202": {
                "description": "The report is on disk; the caller may be told the receipt.",
                "content": {"application/json": _ref(Accepted)},
            },
            **_problems(400, 401, 403, 408, 413, 415, 422, 503),
        },
    }


def _form() -> dict[str, Any]:
    page = {"text/html": {"schema": {"type": "string"}}}
    return {
        "operationId": "report_form",
        "summary": "The same from the form, without JavaScript.",
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/ReportForm"}}},
        },
        "responses": {
            "303": {
                "description": "The report is on disk; on to its status page.",
                "headers": {"Location": {"schema": {"type": "string"}}},
            },
            "422": {
                "description": "The form again, with what was typed and what needs correction.",
                "content": page | {MEDIA_TYPE: _ref(Problem)},
            },
            "503": {"description": "The form again, with what was typed: nothing was saved.", "content": page},
            **_problems(408, 413, 415),
        },
    }


def _messages() -> dict[str, Any]:
    return {
        "operationId": "messages",
        "summary": "Ask for text messages about a place. The phone is asked first; no answer tells of a number.",
        "parameters": [_key(needed=False)],
        "requestBody": _body(MessagesWish),
        "responses": {
            "202": {
                "description": "The wish is on disk. The phone is asked once; nothing more is sent before its yes.",
                "content": {"application/json": _ref(MessagesAsked)},
            },
            **_problems(400, 404, 408, 413, 415, 422, 429, 503),
        },
    }


def _messages_form() -> dict[str, Any]:
    page = {"text/html": {"schema": {"type": "string"}}}
    again = {
        422: "The form again: the number or the place needs correction.",
        429: "The form again: too many sign-ups from one source.",
        503: "The form again: nothing was saved.",
    }
    return {
        "operationId": "messages_form",
        "summary": "Ask for text messages about the place of a receipt or a mark. No answer tells of a number.",
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/MessagesForm"}}},
        },
        "responses": {
            "303": {
                "description": "The wish is on disk; on to the page that says what comes next.",
                "headers": {"Location": {"schema": {"type": "string"}}},
            },
            "404": {"description": "No text messages are sent here.", "content": page},
            **{str(code): {"description": text, "content": page} for code, text in again.items()},
            **_problems(408, 413, 415),
        },
    }


def _messages_fields() -> dict[str, Any]:
    """The form of `POST /messages`."""
    fields = MESSAGES_FIELDS | {
        "lang": "Language of the answer.",
        "key": "One showing of the form; sent twice, it is one wish.",
    }
    properties = {name: {"type": "string", "description": text} for name, text in fields.items()}
    rules = {"required": ["phone"], "anyOf": MESSAGES_EITHER}
    return {"title": "MessagesForm", "type": "object", "properties": properties, **rules}


def _action(name: str) -> dict[str, Any]:
    kind = ACTIONS[name]
    target = TARGETS.get(kind.noun, "")
    pattern = INCIDENT_PATTERN if target == "id" else RECEIPT_PATTERN
    path = {"name": target, "in": "path", "required": True, "schema": {"type": "string", "pattern": pattern}}
    return {
        "operationId": name,
        "summary": " ".join((kind.body.__doc__ or "").split()),
        "security": [{"session": [], "csrf": []}],
        "parameters": [
            *([path] if target else []),
            _key(needed=True),
        ],
        "requestBody": _body(kind.body),
        "responses": {
            "202": {
                "description": "The action is on disk; `action` is the Idempotency-Key.",
                "content": {"application/json": _ref(ActionTaken)},
            },
            **_problems(400, 401, 403, 404, 408, 413, 415, 422, 503),
        },
    }


def _staff() -> dict[str, dict[str, Any]]:
    text = {"type": "string"}
    fields = {"type": "object", "properties": {"person": text, "password": text, "desk": text}}
    away = {"description": "On to the desk, or back to sign in; only for a form."}
    return {
        "/staff/sign-in": {
            "operationId": "sign_in",
            "summary": "Sign in and open a shift.",
            "requestBody": {
                "required": True,
                "content": {
                    kind: {"schema": fields} for kind in ("application/json", "application/x-www-form-urlencoded")
                },
            },
            "responses": {
                "200": {
                    "description": "Signed in; the session's cookie is set.",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                "303": away,
                **_problems(401, 403, 422, 429, 503),
            },
        },
        "/staff/sign-out": {
            "operationId": "sign_out",
            "summary": "Sign out and close the shift.",
            "responses": {"303": away, **_problems(403)},
        },
    }


def _plain(name: str, summary: str, content: dict[str, Any], *problems: int) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": summary, "content": content}, **_problems(*problems)},
    }
