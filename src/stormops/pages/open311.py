"""Open311 GeoReport v2: what both ports serve of it. The services are our symptoms; the standard names the fields.

Source: wiki.open311.org/GeoReport_v2 and wiki.open311.org/Service_Discovery (both frozen). See docs/open311.md
for what we do where the standard leaves a choice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from stormops.core.report import SYMPTOMS, Symptom, Utility
from stormops.pages.advice import advice_for
from stormops.pages.open311_xml import FORMATS, Value, encode
from stormops.pages.words import words

ROOT = "/open311/v2"

NAME_PATTERN = "^[0-9A-Za-z-]{1,64}$"
"""What the name of a request, or a token, looks like; there is nothing under any other."""
"""Where the endpoint is, on either port."""

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"

CHANGED = "2026-11-23 22:00"
"""When services or attributes last changed: clients then ask for the definitions again."""

GROUPS = {Utility.ELECTRIC: "electricity", Utility.WATER: "water", Utility.GAS: "gas", Utility.SEWER: "water"}
DANGER = "danger"
"""Group of the symptoms at which life may be at risk."""

KEYWORDS: dict[str, tuple[str, ...]] = {
    "lights_out": ("power", "outage", "blackout", "lights out", "no electricity"),
    "partial": ("power", "partial", "half the house", "dead phase"),
    "flickering": ("power", "flicker", "dim", "voltage"),
    "wire_down": ("wire", "line", "cable", "downed", "sparks"),
    "pole_down": ("pole", "broken", "leaning"),
    "tree": ("tree", "branch", "limb", "line"),
    "transformer": ("transformer", "bang", "smoke", "hum"),
    "entrapment": ("trapped", "elevator", "stuck", "rescue"),
    "gas_odour": ("gas", "leak", "odor", "smell"),
    "water": ("water", "main", "pressure", "burst"),
    "sewer": ("sewer", "drain", "overflow", "backup"),
}
"""Words by which a user of an app may look for a service."""

YES_OR_NO = {"yes": "Yes", "no": "No"}


class Attribute(NamedTuple):
    """One further question of a service. `values` (key, title) for a list of choices."""

    code: str
    datatype: str
    description: str
    datatype_description: str | None = None
    values: Mapping[str, str] = {}


ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("medical", "singlevaluelist", "Does somebody there need power for medical equipment?", values=YES_OR_NO),
    Attribute("landmark", "string", "A place nearby: a crossing, a shop, a pole number.", "At most 200 characters."),
    Attribute("account", "string", "Utility account number, as on the bill.", "At most 200 characters."),
    Attribute("meter", "string", "Meter number, as on its face.", "At most 200 characters."),
    Attribute("callback", "string", "Whom to call back, and when.", "At most 200 characters."),
)
"""The questions of every service; none has to be answered."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Who serves the endpoint. URLs without a slash at the end; `jurisdiction` is the one accepted jurisdiction_id."""

    title: str
    phone: str
    jurisdiction: str
    intake_url: str
    feed_url: str


class Refused(Exception):
    """An answer other than success: HTTP status, and for each error its code and its sentence."""

    def __init__(self, status: int, *errors: tuple[int, str], retry_after_s: int = 0) -> None:
        super().__init__(status, errors)
        self.status = status
        self.errors = errors
        self.retry_after_s = retry_after_s


class Answer(NamedTuple):
    """An encoded answer."""

    status: int
    body: bytes
    media_type: str


def answered(root: str, value: Value, form: str, status: int = 200) -> Answer:
    """The answer in one of the two formats."""
    return Answer(status, encode(root, value, form), FORMATS[form])


def refusal(refused: Refused, form: str) -> Answer:
    """The standard's array of errors. In XML when the format asked for is not one of ours: it is the required one."""
    errors: list[Value] = [{"code": code, "description": sentence} for code, sentence in refused.errors]
    return answered("errors", errors, form if form in FORMATS else "xml", refused.status)


def check_format(form: str) -> None:
    """Raises Refused for an ending that is no format."""
    if form not in FORMATS:
        raise Refused(404, (404, f"The formats are {' and '.join(sorted(FORMATS))}: end the address in one of them."))


def check_jurisdiction(given: str | None, place: Place) -> None:
    """Raises Refused for a jurisdiction that is not ours. One is served, so it need not be given."""
    if given and given != place.jurisdiction:
        raise Refused(404, (404, f"jurisdiction_id was not found: only {place.jurisdiction} is served here."))


def symptom_of(code: str | None) -> Symptom:
    """The symptom that a service_code stands for. Raises Refused."""
    if not code:
        raise Refused(400, (400, "service_code was not provided: take one from services."))
    try:
        return Symptom(code)
    except ValueError:
        raise Refused(404, (404, "service_code was not found: take one from services.")) from None


def service_name(symptom: Symptom) -> str:
    """The service's name for people."""
    return words("en")(f"symptom.{symptom}")


def services() -> list[dict[str, Value]]:
    """The service list."""
    return [
        {
            "service_code": symptom.value,
            "service_name": service_name(symptom),
            "description": f"{words('en')(f'symptom_hint.{symptom}')}. {advice_for(symptom)}".rstrip(),
            "metadata": True,
            "type": "realtime",
            "keywords": ", ".join(KEYWORDS[symptom.value]),
            "group": DANGER if SYMPTOMS[symptom].safety else GROUPS[SYMPTOMS[symptom].utility],
        }
        for symptom in Symptom
    ]


def definition(symptom: Symptom) -> dict[str, Value]:
    """The service's definition: its further questions."""
    return {
        "service_code": symptom.value,
        "attributes": [
            {
                "variable": True,
                "code": attribute.code,
                "datatype": attribute.datatype,
                "required": False,
                "datatype_description": attribute.datatype_description,
                "order": order,
                "description": attribute.description,
                "values": [{"key": key, "name": name} for key, name in attribute.values.items()],
            }
            for order, attribute in enumerate(ATTRIBUTES, start=1)
        ],
    }


def discovery(place: Place) -> dict[str, Value]:
    """The service discovery document."""
    call = f", or call {place.phone}" if place.phone else ""
    return {
        "changeset": CHANGED,
        "contact": f"{place.title}: see {place.feed_url}/{call}",
        "key_service": f"Ask the operator of {place.title} for a key; it is made for each partner by name{call}.",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{place.intake_url}{ROOT}",
                "changeset": CHANGED,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def describe(name: str, code: str | None, form: str, place: Place, jurisdiction: str | None) -> Answer:
    """Discovery, the service list, or (with a code) one definition; or the refusal."""
    try:
        check_format(form)
        check_jurisdiction(jurisdiction, place)
        if name == "discovery":
            return answered("discovery", discovery(place), form)
        if code is None:
            return answered("services", services(), form)
        return answered("service_definition", definition(symptom_of(code)), form)
    except Refused as refused:
        return refusal(refused, form)


def written(ms: int) -> str:
    """A time as the standard writes it (W3C date and time, UTC), to the second. 1 ≤ ms < year 10000."""
    return dt.datetime.fromtimestamp(ms // 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: str) -> int:
    """Milliseconds since 1970 of a W3C date and time with its offset. Raises Refused."""
    try:
        when = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise Refused(400, (400, "Dates are written like 2010-01-01T00:00:00Z, with Z or the offset from UTC."))
    try:
        return int(when.timestamp() * 1000)
    except OverflowError:
        raise Refused(400, (400, "This date is outside the calendar.")) from None


def listed(texts: Iterable[str]) -> list[str]:
    """The items of an argument that may be repeated and comma delimited; empty ones count as not given."""
    return [item.strip() for text in texts for item in text.split(",") if item.strip()]
