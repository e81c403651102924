"""Feed's OpenAPI 3.1 document: every read of the API, with the shapes of `answers`.

A test compares its addresses with the routes that are served and holds real answers against its schemas. Pages
for people and Open311 (docs/open311.md, which has its own published schemas) are not described here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from stormops.feed import answers
from stormops.pages.words import LANGUAGES
from stormops.web.openapi import SESSION, assembled, ref

API_VERSION = "1.0.0"

GEOJSON = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": {"type": "object"}}},
}

CODES = {
    304: "It is what the client has (If-None-Match).",
    401: "Nobody is signed in.",
    404: "It is not known here.",
    413: "The body is too large.",
    422: "A parameter or the body is missing or wrong.",
    429: "Too many wrong guesses from this address; Retry-After says when to come back.",
    503: "The picture is being rebuilt, or there is too much to answer: ask again after Retry-After seconds.",
}
"""Besides these any address may answer 429 or 503 with `Admission: shed`: more is asked than can be answered."""


class Read(NamedTuple):
    """One read. `shapes`: one of them is the answer. `staff`: with a session."""

    summary: str
    shapes: tuple[type[msgspec.Struct], ...] = ()
    codes: tuple[int, ...] = ()
    staff: bool = False
    query: tuple[tuple[str, str], ...] = ()


READS: dict[str, Read] = {
    "/api/v1/reports/{receipt}": Read("What became of a report.", (answers.ReceiptStatus,), (404, 429, 503)),
    "/api/v1/public/snapshot": Read("The public picture.", (answers.Snapshot,), (304, 503)),
    "/api/v1/public/area": Read(
        "The area of an address.", (answers.AreaOfAddress,), (404, 422, 503), query=(("address", "House and street."),)
    ),
    "/api/v1/public/places": Read("Where there is help.", (answers.Places,)),
    "/api/v1/public/transit-alerts": Read("Alerts of the buses that hold now.", (answers.TransitAlerts,)),
    "/api/v1/config": Read("What a page needs to know of the city.", (answers.Config,)),
    "/api/v1/session": Read("Who is signed in.", (answers.Session,), (401,), staff=True),
    "/api/v1/desk/snapshot": Read("The desk's picture.", (answers.Snapshot,), (304, 401, 503), staff=True),
    "/api/v1/desk/out": Read("All premises that are out.", (answers.AllOut,), (401, 503), staff=True),
    "/api/v1/desk/customers/{premise}": Read(
        "The customer on the line, on one page.", (answers.Customer,), (401, 404, 503), staff=True
    ),
    "/api/v1/desk/course": Read("The storm so far, a sample a minute.", (answers.Course,), (401, 503), staff=True),
    "/api/v1/desk/modes": Read("Modes and service levels.", (answers.ModeTable,), (401,), staff=True),
    "/api/v1/desk/premises": Read(
        "Premises by words, or near a place (`lon` and `lat`).",
        (answers.FoundPremises,),
        (401, 422),
        staff=True,
        query=(("q", "Words of an address."), ("lon", "Degrees east."), ("lat", "Degrees north.")),
    ),
    "/api/v1/desk/premises/{premise}": Read(
        "What is known of a premise.", (answers.PremiseKnown,), (401, 404, 503), staff=True
    ),
    "/api/v1/desk/links": Read(
        "Links of customers to transformers that are likely wrong.", (answers.DoubtedLinks,), (401, 503), staff=True
    ),
    "/api/v1/desk/switches": Read(
        "Devices that can be opened and closed by part of their name (`q`), or one (`device`) and what it would do.",
        (answers.FoundSwitches, answers.SwitchDetail),
        (401, 404, 422, 503),
        staff=True,
        query=(
            ("q", "Part of a device's name."),
            ("device", "A device's name."),
            ("open", "true or false: to open or to close it; otherwise what it is not."),
        ),
    ),
    "/api/v1/desk/incidents/{name}": Read(
        "An incident with its reports.", (answers.IncidentDetail,), (401, 404, 503), staff=True
    ),
    "/api/v1/desk/incidents/{name}/premises": Read(
        "Who is out because of an incident.", (answers.PremisesOut,), (401, 404, 503), staff=True
    ),
    "/api/v1/desk/reports/{receipt}": Read(
        "A report in full, open or not.",
        (answers.OpenReportDetail, answers.ClosedReportDetail),
        (401, 404, 503),
        staff=True,
    ),
    "/api/v1/desk/past": Read(
        "The desk's picture at a past position: one of n, at_ms, next and previous.",
        (answers.PastWhole, answers.PastChanges),
        (401, 404, 422, 503),
        staff=True,
        query=(
            ("n", "Journal position."),
            ("at_ms", "Platform time in ms: as the last tick until then had it."),
            ("next", "The next change after this position."),
            ("previous", "The last change before this position."),
            ("known", "Position of the picture that the desk holds."),
        ),
    ),
    "/api/v1/desk/past/marks": Read("What stands out in the journal.", (answers.Marks,), (401, 503), staff=True),
    "/api/v1/desk/past/outages/{premise}": Read(
        "Outages of a premise that people confirmed or ended, the latest first.",
        (answers.PremiseOutages,),
        (401, 404, 503),
        staff=True,
    ),
    "/api/v1/desk/past/{n}/incidents/{name}": Read(
        "An incident as it was known then.", (answers.IncidentDetail,), (401, 404, 422, 503), staff=True
    ),
    "/api/v1/desk/past/{n}/reports/{receipt}": Read(
        "A report as it was known then.",
        (answers.OpenReportDetail, answers.ClosedReportDetail),
        (401, 404, 422, 503),
        staff=True,
    ),
    "/api/v1/desk/past/{n}/customers/{premise}": Read(
        "The customer's page as it was then.", (answers.Customer,), (401, 404, 422, 503), staff=True
    ),
    "/api/v1/desk/past/{n}/premises/{premise}": Read(
        "What was known of a premise then.", (answers.PremiseKnown,), (401, 404, 422, 503), staff=True
    ),
    "/api/v1/desk/situation-reports": Read(
        "Names of situation reports.", (answers.SituationReportNames,), (401,), staff=True
    ),
    "/healthz": Read("Whether the process is alive.", (answers.Alive,)),
    "/readyz": Read("Whether the picture follows the journal (503: not yet, the same body).", (answers.Ready,)),
}
"""Reads that answer JSON of a shape of ours."""

LAYERS = {"streets": False, "ground": False, "landmarks": False, "areas": False, "network": True, "devices": True}
"""Map layers, and whether they are for staff."""


def document(feed_url: str, title: str) -> bytes:
    """The document as JSON."""
    shapes = sorted({shape for read in READS.values() for shape in read.shapes}, key=lambda shape: shape.__name__)
    _, schemas = msgspec.json.schema_components(
        [*shapes, answers.PremisesOfAccount, answers.Problem], ref_template="#/components/schemas/{name}"
    )
    paths: dict[str, Any] = {path: {"get": _operation(path, read)} for path, read in READS.items()}
    paths |= {f"/api/v1/map/{name}.geojson": {"get": _layer(name, staff=staff)} for name, staff in LAYERS.items()}
    paths["/api/v1/desk/situation-reports/{name}"] = {"get": _situation_report()}
    paths["/api/v1/desk/links.csv"] = {"get": _links_csv()}
    paths["/api/v1/public/premise"] = {"post": _premise()}
    paths["/api/v1/public/premise/{home}"] = {"get": _marked()}
    paths["/metrics"] = {"get": _plain("metrics", "Prometheus metrics.", "text/plain", {"type": "string"})}
    paths["/openapi.json"] = {"get": _plain("openapi", "This document.", "application/json", {"type": "object"})}
    return assembled(
        f"{title}: feed",
        API_VERSION,
        "Reads of the public and of the desk. Writes are taken by intake. Live views: WebSocket /api/v1/feed "
        "(ARCHITECTURE.md).",
        url=feed_url,
        paths=dict(sorted(paths.items())),
        components={"schemas": schemas, "securitySchemes": SESSION},
    )


def _problems(*codes: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": ref(answers.Problem)}}
    return {str(code): {"description": CODES[code]} | ({"content": content} if code != 304 else {}) for code in codes}


def _operation(path: str, read: Read) -> dict[str, Any]:
    schemas = [ref(shape) for shape in read.shapes]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    answered = {"200": {"description": read.summary, "content": {"application/json": {"schema": schema}}}}
    if path == "/readyz":
        answered["503"] = answered["200"]
    return {
        "operationId": path.removeprefix("/api/v1").strip("/").replace("/", "_").replace("{", "").replace("}", ""),
        "summary": read.summary,
        "parameters": _in_path(path)
        + [
            {"name": name, "in": "query", "description": said, "schema": {"type": "string"}}
            | ({"required": True} if name == "address" else {})
            for name, said in read.query
        ],
        "responses": answered | _problems(*read.codes),
    } | ({"security": [{"session": []}]} if read.staff else {})


def _in_path(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _plain(name: str, summary: str, media: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": summary, "content": {media: {"schema": schema}}}},
    }


def _layer(name: str, *, staff: bool) -> dict[str, Any]:
    operation = _plain(f"map_{name}", f"The map's {name}, as GeoJSON.", "application/geo+json", GEOJSON)
    operation["responses"] |= _problems(304, *([401] if staff else []))
    return operation | ({"security": [{"session": []}]} if staff else {})


def _situation_report() -> dict[str, Any]:
    operation = _plain("situation_report", "One report: NAME.html or NAME.json.", "text/html", {"type": "string"})
    operation["responses"]["200"]["content"]["application/json"] = {"schema": {"type": "object"}}
    operation["responses"] |= _problems(401, 404)
    lang = {"name": "lang", "in": "query", "description": "The page's language.", "schema": {"enum": list(LANGUAGES)}}
    return operation | {"parameters": [*_in_path("{name}"), lang], "security": [{"session": []}]}


def _links_csv() -> dict[str, Any]:
    operation = _plain("desk_links_csv", "The list of likely wrong links as CSV.", "text/csv", {"type": "string"})
    operation["responses"] |= _problems(401, 503)
    return operation | {"security": [{"session": []}]}


def _marked() -> dict[str, Any]:
    operation = _plain(
        "public_home",
        "The same of one premise, by the mark that the counter made for its signed-in customer.",
        "application/json",
        ref(answers.PremisesOfAccount),
    )
    operation["responses"] |= _problems(404, 503)
    return operation | {"parameters": _in_path("{home}")}


def _premise() -> dict[str, Any]:
    """A read with a body, so that no account stands in an address."""
    body = {
        "type": "object",
        "required": ["account", "phone_last4"],
        "properties": {"account": {"type": "string"}, "phone_last4": {"type": "string"}},
        "additionalProperties": False,
    }
    operation = _plain(
        "public_premise", "What is known of an account's premises.", "application/json", ref(answers.PremisesOfAccount)
    )
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    operation["responses"] |= _problems(404, 413, 422, 429, 503)
    return operation
