"""The addresses of intake for meters and telemetry in its OpenAPI document."""

from __future__ import annotations

from typing import Any

from stormops.intake.meters import BODY_BYTES, FORMS, RECEIPT_HEADER, DeviceStates, EventsKept, Form, MeterEvents

KINDS = (MeterEvents, DeviceStates, EventsKept)
"""Structs whose schemas the document needs."""

SECURITY = {"partner": {"type": "http", "scheme": "bearer", "description": "A token of 'stormops partner add'."}}

SUMMARIES = {
    "/api/v1/meters/events": "Events of meters, in JSON: any number, all kept or none.",
    "/api/v1/meters/multispeak": "Events of meters: MultiSpeak 4.1 ODEventNotification in its SOAP envelope.",
    "/api/v1/meters/pon": "Events of meters: Itron-style MeterException, power outage and restoration notifications.",
    "/api/v1/telemetry/states": "States of telemetered devices, in JSON: any number, all kept or none.",
}


def paths(key: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The paths, given the Idempotency-Key parameter and the answers of refusals."""
    return {form.path: {"post": _operation(form, key, problems)} for form in FORMS}


def _operation(form: Form, key: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    kind = MeterEvents if form.right == "meters" else DeviceStates
    body = {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}
    kept = {"application/json": {"schema": {"$ref": "#/components/schemas/EventsKept"}}}
    return {
        "operationId": f"{form.right}_{form.path.rpartition('/')[2]}",
        "summary": f"{SUMMARIES[form.path]} At most {BODY_BYTES // 1024**2} MiB.",
        "security": [{"partner": []}],
        "parameters": [key],
        "requestBody": {
            "required": True,
            "content": {"text/xml": text, "application/xml": text} if form.xml else body,
        },
        "responses": {
            "200" if form.soap else "202": {
                "description": "All of the body is on disk.",
                "headers": {RECEIPT_HEADER: {"schema": {"type": "string"}}},
                "content": {"text/xml": text} if form.soap else kept,
            },
            **problems,
        },
    }
