"""Refusals as RFC 9457 problem details: what is wrong, with which field, and what to do about it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

MEDIA_TYPE = "application/problem+json"

PROBLEMS: dict[str, tuple[int, str]] = {
    "malformed_request": (400, "The request cannot be read"),
    "malformed_json": (400, "The body is not JSON"),
    "not_signed_in": (401, "Sign in first"),
    "no_token": (401, "A bearer token that may send this is needed"),
    "may_not_act": (403, "Your role may look but not act"),
    "may_not_look": (403, "Your role may not look at this"),
    "csrf": (403, "The CSRF token is missing or wrong"),
    "origin": (403, "This page may not write here"),
    "signature": (403, "The signature is missing or wrong"),
    "not_found": (404, "There is nothing at this address"),
    "method_not_allowed": (405, "This address does not take this method"),
    "too_slow": (408, "The request did not arrive in time"),
    "too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "The body is not of a type that is taken here"),
    "invalid": (422, "Some fields need correction"),
    "key_reused": (422, "This Idempotency-Key was used for something else"),
    "slow_down": (429, "Too many at once from this source"),
    "busy": (503, "Too many at once"),
    "unavailable": (503, "Nothing can be saved just now"),
    "bug": (500, "Something broke here"),
}
"""Every code with its status and title. A code, once released, keeps its meaning."""


class FieldError(msgspec.Struct, frozen=True):
    """One field (JSON name, header name or `path` part) and the sentence that says what to give instead."""

    field: str
    detail: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457. `code` is for programs, `title` and `detail` are for people."""

    title: str
    status: int
    code: str
    detail: str = ""
    errors: list[FieldError] = []
    retry_after_s: int = 0


T = TypeVar("T", bound=msgspec.Struct)


def problem(code: str, detail: str = "", *errors: FieldError, retry_after_s: int = 0) -> Problem:
    """The problem of a declared code. KeyError on an undeclared one: declare it above first."""
    status, title = PROBLEMS[code]
    return Problem(
        title=title, status=status, code=code, detail=detail, errors=list(errors), retry_after_s=retry_after_s
    )


def bug() -> Problem:
    """Something broke here: the server logs it; the client learns that it was not its fault."""
    return problem("bug", "Nothing was promised. Send the same again, with the same Idempotency-Key.")


def read(decoder: msgspec.json.Decoder[T], body: bytes) -> T | Problem:
    """The body as the decoder's struct, or the problem that names every wrong field."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _explained(decoder.type, body, str(error))


def _explained(kind: type[msgspec.Struct], body: bytes, why: str) -> Problem:
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return problem("malformed_json", f"Send one JSON object in UTF-8. The reader says: {error}.")
    if not isinstance(given, dict):
        return problem("invalid", "Send one JSON object, with the fields by name.")
    return problem("invalid", "", *(wrong_fields(kind, given) or [FieldError("", why)]))


def wrong_fields(kind: type[msgspec.Struct], given: dict[str, object]) -> list[FieldError]:
    """Every field of `given` that this struct would not take, and every one that it misses."""
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    errors = []
    for name, field in fields.items():
        if name not in given:
            if field.required:
                errors.append(FieldError(name, f"This field is needed. {wanted(field.type)}"))
            continue
        try:
            msgspec.convert(given[name], field.type)
        except msgspec.ValidationError:
            errors.append(FieldError(name, wanted(field.type)))
    known = ", ".join(fields)
    errors += [
        FieldError(name[:100], f"There is no such field. Leave it out; the fields are {known}.")
        for name in given
        if name not in fields
    ]
    return errors


def wanted(kind: object) -> str:
    """What a field of this type takes, as a sentence."""
    return f"Give {_phrase(msgspec.inspect.type_info(kind))}."


def _phrase(info: msgspec.inspect.Type) -> str:
    seen = msgspec.inspect
    phrase = "null"
    match info:
        case seen.UnionType(types=types):
            phrase = " or ".join(_phrase(t) for t in types if not isinstance(t, seen.NoneType))
        case seen.StrType(min_length=least, max_length=most):
            phrase = f"text of {least or 0} to {most} characters" if most else "text"
        case seen.FloatType(ge=least, le=most):
            phrase = f"a number from {least} to {most}"
        case seen.BoolType():
            phrase = "true or false"
        case seen.EnumType(cls=cls):
            phrase = "one of " + ", ".join(member.value for member in cls)
        case seen.ListType(item_type=item, min_length=least, max_length=most):
            phrase = f"a list of {least or 0} to {most} items, each {_phrase(item)}"
    return phrase
