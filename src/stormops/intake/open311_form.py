"""The form of an Open311 service request: from its bytes to a report, or to the standard's errors."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from stormops.core.report import Report
from stormops.intake.taking import complete
from stormops.pages.open311 import YES_OR_NO, Refused, symptom_of
from stormops.web.problem import Problem, wrong_fields

FIELDS_MAX = 60
"""Fields in one form: the standard's 16, our attributes, and what an app made for another city may add."""

TEXTS = {
    "address": "address_string",
    "service_point": "address_id",
    "phone": "phone",
    "landmark": "attribute[landmark]",
    "account": "attribute[account]",
    "meter": "attribute[meter]",
}
"""Fields of a report, each with the field of the form that means the same.

The standard's account_id is the user's account at the app, not the utility's: it is passed over, like device_id."""

DESCRIPTION_MAX = 2000
"""Characters of a description that a report's note holds; the standard allows twice as many."""

DEGREES = {"latitude": "lat", "longitude": "long"}

CALLBACK = ("first_name", "last_name", "email", "attribute[callback]")
"""Whom to call back: together they are one field of a report."""

NAMES = {**TEXTS, **DEGREES, "note": "description", "callback": f"{', '.join(CALLBACK)} together"}


def read_form(body: bytes) -> dict[str, str]:
    """The fields by name; of one that is repeated, the last. Raises Refused."""
    try:
        pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise Refused(400, (400, f"A service request has at most {FIELDS_MAX} fields.")) from None
    return {name.removesuffix("[]"): value.strip().replace("\r\n", "\n") for name, value in pairs}


def report_of(values: Mapping[str, str]) -> Report:
    """The report that the fields make; an empty field counts as not given ("Optional Arguments"). Raises Refused."""
    given: dict[str, object] = {"symptom": symptom_of(values.get("service_code")).value}
    given |= {ours: values[theirs] for ours, theirs in TEXTS.items() if values.get(theirs)}
    if note := values.get("description"):
        given["note"] = note[:DESCRIPTION_MAX]
    given |= {ours: _number(values[theirs]) for ours, theirs in DEGREES.items() if values.get(theirs)}
    if callback := " ".join(values[name] for name in CALLBACK if values.get(name)):
        given["callback"] = callback
    if medical := values.get("attribute[medical]"):
        if medical not in YES_OR_NO:
            raise Refused(400, (400, f"attribute[medical]: give one of {', '.join(YES_OR_NO)}."))
        given["medical"] = medical == "yes"
    wrong = wrong_fields(Report, given)
    if wrong:
        raise Refused(400, *((400, f"{NAMES[error.field]}: {error.detail}") for error in wrong))
    report = complete(msgspec.convert(given, Report))
    if isinstance(report, Problem):
        raise Refused(400, (400, "Say where it is: give lat and long, or address_string, or address_id."))
    return report


def _number(text: str) -> float | str:
    """The number; what is none stays as it was typed, to be refused with the field's name."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if abs(number) <= 360 else text
