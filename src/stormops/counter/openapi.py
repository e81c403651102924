"""The counter's OpenAPI 3.1 document, made from the structs that read and answer, so that it cannot lag behind."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from stormops.accounts.asking.catalogue import BODIES
from stormops.accounts.records import KINDS
from stormops.books.checks import Soundness
from stormops.books.customers import Customer
from stormops.books.rosters import Roster
from stormops.counter import answers
from stormops.counter.api import API, KEY_CHARACTERS_MAX
from stormops.counter.clerk import CHANNELS
from stormops.counter.continuous import Continuous
from stormops.counter.evidence import FILE_BYTES_MAX
from stormops.counter.queues import QUEUES
from stormops.counter.rights import NEEDS, summary
from stormops.web.openapi import CSRF, SESSION, assembled, ref
from stormops.web.problem import MEDIA_TYPE, Problem

API_VERSION = "1.0.0"

CODES = {
    400: "The body is not JSON.",
    401: "Nobody is signed in.",
    403: "Not from our pages, not with this token, or not with this authority; `code` says which.",
    404: "It is not in the books, or there is no such command.",
    408: "The body did not arrive in time.",
    409: "The rules or the books refuse it as things stand; `code` and `detail` say why.",
    412: "It would do something else now than the preview whose seal was sent in If-Match.",
    413: "The body is larger than is taken here.",
    415: "The body is not JSON.",
    422: "A field needs correction, or the Idempotency-Key was used for something else.",
    503: "The books cannot be reached; send the same again after Retry-After seconds.",
}
READ_CODES = (401, 403, 404, 503)
WRITE_CODES = (400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 503)


class Read(NamedTuple):
    """One read."""

    summary: str
    shape: type[msgspec.Struct]
    query: tuple[tuple[str, str], ...] = ()
    codes: tuple[int, ...] = READ_CODES


READS: dict[str, Read] = {
    "/session": Read("Who is signed in, and what they may ask for.", answers.SessionAnswer, codes=(401, 403)),
    "/search": Read(
        "Accounts by name, address, telephone, account or meter.",
        answers.FoundAnswer,
        (("q", "What the caller says."),),
    ),
    "/accounts/{account}": Read("Everything of one account, as of one position.", Customer),
    "/accounts/{account}/journals": Read("What was posted of an account.", answers.JournalsAnswer),
    "/bills/{bill}": Read("A bill, and the same computed again.", answers.BillAnswer),
    "/decisions/{kind}/{id}": Read("Why: the decisions that a record keeps.", answers.WhyAnswer),
    "/commands/{key}/decisions": Read("Why: the decisions that a command brought.", answers.WhyAnswer),
    "/queues/{queue}": Read("What waits for somebody.", answers.QueueAnswer),
    "/checks": Read("Trial balance, sub-ledgers against control accounts, the audit's chain.", Soundness),
    "/looks": Read(
        "Who looked at whom.",
        answers.LooksAnswer,
        (("account", "Who looked at it."), ("actor", "At what this person looked.")),
        (*READ_CODES, 422),
    ),
    "/continuous": Read(
        "The continuous audit of a period: doubts by the city's rules, and a sample that is drawn again by its seed.",
        Continuous,
        (
            ("since", "First day; else a month ago."),
            ("until", "The day after the last; else tomorrow."),
            ("seed", "Of the sample; else today."),
            ("of_ten_thousand", "Share of the sample; else 500."),
        ),
        (*READ_CODES, 422),
    ),
    "/buildings/{umbrella}": Read("A building's units today: who is there, and who depends on power.", Roster),
    "/audit": Read(
        "Who did what, the latest first.",
        answers.AuditAnswer,
        (("before", "Position before which to begin."),),
        (*READ_CODES, 422),
    ),
}
ENUMS = {"queue": list(QUEUES), "kind": list(KINDS)}


def document(counter_url: str, title: str) -> bytes:
    """The document as JSON."""
    paths: dict[str, Any] = {}
    for name in BODIES:
        paths[f"{API}/commands/{name}"] = {"post": _command(name)}
        paths[f"{API}/commands/{name}/preview"] = {"post": _preview(name)}
    paths |= {API + path: {"get": _read(path, read)} for path, read in READS.items()}
    paths[f"{API}/evidence"] = {"post": _evidence()}
    paths[f"{API}/evidence/{{hash}}"] = {"get": _file()}
    paths["/healthz"] = {"get": _plain("healthz", "Whether the process is alive.", _of(answers.Status))}
    paths["/readyz"] = {"get": _plain("readyz", "Whether the books answer.", _of(answers.Status), 503)}
    paths["/metrics"] = {
        "get": _plain("metrics", "Prometheus metrics.", {"text/plain": {"schema": {"type": "string"}}})
    }
    paths["/openapi.json"] = {"get": _plain("openapi", "This document.", _of({"type": "object"}))}
    components = {
        "schemas": _schemas(),
        "responses": {_named(code): _problem(code) for code in CODES},
        "parameters": _PARAMETERS,
        "securitySchemes": SESSION | CSRF,
    }
    said = "Customer accounts for staff. Amounts are cents; days are the city's."
    return assembled(f"{title}: counter", API_VERSION, said, url=counter_url, paths=paths, components=components)


def _schemas() -> dict[str, Any]:
    kinds = [
        *dict.fromkeys(BODIES.values()),
        *dict.fromkeys(read.shape for read in READS.values()),
        answers.PreviewAnswer,
        answers.DoneAnswer,
        answers.EvidenceAnswer,
        answers.Status,
        Problem,
    ]
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    for kind in BODIES.values():
        schema = schemas[kind.__name__]
        # The address names the command; the body may say it again.
        schema["required"] = [name for name in schema.get("required", []) if name != "command"]
    for schema in schemas.values():
        schema["description"] = " ".join(schema.get("description", "").split())
    return dict(schemas)


def _of(kind: type[msgspec.Struct] | dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {media: {"schema": kind if isinstance(kind, dict) else ref(kind)}}


def _named(code: int) -> str:
    return f"Problem{code}"


def _problem(code: int) -> dict[str, Any]:
    return {"description": CODES[code], "content": _of(Problem, MEDIA_TYPE)}


def _problems(codes: tuple[int, ...]) -> dict[str, Any]:
    return {str(code): {"$ref": f"#/components/responses/{_named(code)}"} for code in codes}


def _header(name: str, said: str, *, needed: bool = False, **schema: object) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": needed,
        "description": said,
        "schema": {"type": "string", **schema},
    }


def _writes(name: str) -> dict[str, Any]:
    rights = " or ".join(sorted(NEEDS[name]))
    return {
        "summary": summary(name),
        "description": f"Asks for {rights}.",
        "security": [{"session": [], "csrf": []}],
        "requestBody": {"required": True, "content": _of(BODIES[name])},
    }


_PARAMETERS: dict[str, dict[str, Any]] = {
    "Key": _header(
        "Idempotency-Key",
        "One key, one effect, however often it is sent.",
        needed=True,
        pattern=f"^[A-Za-z0-9._:-]{{1,{KEY_CHARACTERS_MAX}}}$",
    ),
    "Seal": _header("If-Match", "The seal of the preview that was confirmed."),
    "Channel": {
        "name": "channel",
        "in": "query",
        "description": "How the customer came.",
        "schema": {"type": "string", "enum": list(CHANNELS), "default": "desk"},
    },
    "AsOf": {
        "name": "as_of",
        "in": "query",
        "description": "The position that was in sight.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 10**15 - 1},
    },
}
"""What every command takes besides its body; a preview takes the last two."""


def _parameters(*names: str) -> list[dict[str, Any]]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _command(name: str) -> dict[str, Any]:
    done = {"description": "Done, or done before.", "content": _of(answers.DoneAnswer)}
    return _writes(name) | {
        "operationId": name,
        "tags": ["commands"],
        "parameters": _parameters(*_PARAMETERS),
        "responses": {"200": done} | _problems(WRITE_CODES),
    }


def _preview(name: str) -> dict[str, Any]:
    would = {"description": "What it would do; nothing is written.", "content": _of(answers.PreviewAnswer)}
    return _writes(name) | {
        "operationId": f"{name}_preview",
        "tags": ["previews"],
        "parameters": _parameters("Channel", "AsOf"),
        "responses": {"200": would} | _problems(tuple(code for code in WRITE_CODES if code != 412)),
    }


def _read(path: str, read: Read) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | ({"enum": ENUMS[name]} if name in ENUMS else {}),
        }
        for name in names
    ]
    parameters += [
        {"name": name, "in": "query", "description": said, "schema": {"type": "string"}} for name, said in read.query
    ]
    return {
        "summary": read.summary,
        "operationId": "_".join(part.strip("{}") for part in path.strip("/").split("/")),
        "tags": ["reads"],
        "security": [{"session": []}],
        "parameters": parameters,
        "responses": {"200": {"description": "As the books have it.", "content": _of(read.shape)}}
        | _problems(read.codes),
    }


def _evidence() -> dict[str, Any]:
    return {
        "summary": f"A file of evidence, up to {FILE_BYTES_MAX // 2**20} MiB; requests name it by its hash.",
        "operationId": "keep_evidence",
        "tags": ["commands"],
        "security": [{"session": [], "csrf": []}],
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
        "responses": {"200": {"description": "It is kept.", "content": _of(answers.EvidenceAnswer)}}
        | _problems((401, 403, 408, 413, 422, 503)),
    }


def _file() -> dict[str, Any]:
    name = {"name": "hash", "in": "path", "required": True, "schema": {"type": "string"}}
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "summary": "A file of evidence, as it came.",
        "operationId": "evidence",
        "tags": ["reads"],
        "security": [{"session": []}],
        "parameters": [name],
        "responses": {"200": {"description": "The file.", "content": content}} | _problems(READ_CODES),
    }


def _plain(operation: str, said: str, content: dict[str, Any], *codes: int) -> dict[str, Any]:
    return {
        "summary": said,
        "operationId": operation,
        "tags": ["process"],
        "responses": {"200": {"description": "So it is.", "content": content}} | _problems(codes),
    }
