"""From what stands in a form to the body of a command, and back to what may be chosen in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from stormops.accounts.commands_place import plain_address
from stormops.accounts.draft import Reader
from stormops.accounts.letters import LETTERS, letters_about
from stormops.accounts.record import Record
from stormops.accounts.records import KINDS
from stormops.accounts.records_money import Drawer, Receivable
from stormops.accounts.records_place import (
    Account,
    MeterRelease,
    OwnerAgreement,
    Party,
    PartyRole,
    Premise,
    ServiceAgreement,
    ServicePoint,
    Unit,
)
from stormops.counter.describing import describe
from stormops.counter.duty import Duty, Field
from stormops.counter.words import named
from stormops.pages.words import Words

Given = Mapping[str, list[str]]
"""What was typed, by the input's name; of files the hashes."""

MONEY = re.compile(r"[0-9]{1,11}(\.[0-9]{1,2})?")
LINES_MAX = 5_000


class Wrong(ValueError):
    """What was typed is not what the field takes; the message is the key of a sentence (`ui.field_…`)."""


class Choice(NamedTuple):
    """One of what may be chosen."""

    value: str
    label: str


def cents_of(text: str) -> int:
    """An amount as people write it, in cents. Raises Wrong."""
    plain = text.strip().replace(",", "").removeprefix("$")
    if not MONEY.fullmatch(plain):
        raise Wrong("field_money")
    return int(Decimal(plain) * 100)


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text.strip()):
        raise Wrong("field_count")
    return int(text)


def _number(text: str) -> float:
    try:
        return float(Decimal(text.strip()))
    except (InvalidOperation, OverflowError):
        raise Wrong("field_number") from None


def _lines(text: str) -> list[str]:
    found = [line.strip() for line in text.replace(",", "\n").splitlines()]
    return [line for line in found if line][:LINES_MAX]


def _members(text: str) -> list[dict[str, Any]]:
    made = []
    for line in text.splitlines():
        if not line.strip():
            continue
        account, unit, weight, since, *until = (part.strip() for part in f"{line};;;".split(";")[:5])
        if not (account and unit and weight.isdigit() and since):
            raise Wrong("field_members")
        ends = {"until": until[0]} if until and until[0] else {}
        made.append({"account": account, "unit": unit, "weight": int(weight), "since": since, **ends})
    return made


def _points(text: str) -> dict[str, int]:
    made = {}
    for line in text.splitlines():
        criterion, _, points = (part.strip() for part in line.rpartition(":"))
        if not line.strip():
            continue
        if not (criterion and points.isascii() and points.isdigit() and len(points) <= 3) or criterion in made:
            raise Wrong("field_points")
        made[criterion] = int(points)
    return made


def body_of(duty: Duty, given: Given, zone: tzinfo) -> tuple[dict[str, Any], dict[str, str]]:
    """The body of the duty's command, and by field the key of a sentence for what cannot be read."""
    body: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in duty.fixed:
        _put(body, name, value)
    for field in duty.fields:
        try:
            value = _value(field, given, zone)
        except Wrong as wrong:
            errors[field.name] = str(wrong)
            continue
        if value is not None:
            _put(body, field.name, value)
        elif field.needed:
            errors[field.name] = "field_needed"
    return body, errors


def _put(body: dict[str, Any], name: str, value: object) -> None:
    *places, last = name.split(".")
    for place in places:
        body = body.setdefault(place, {})
    body[last] = value


def _value(field: Field, given: Given, zone: tzinfo) -> Any:
    """The value of one field, None when nothing was typed. Raises Wrong."""
    if field.kind == "flag":
        return bool(given.get(field.name))
    if field.kind == "parts":
        return _parts(field, given)
    if field.kind in {"files", "outages"}:
        return given.get(field.name) or None
    text = (given.get(field.name) or [""])[0]
    if not text.strip():
        return "" if field.name == "tax_code" else None
    return _READ.get(field.kind, str.strip)(text) if field.kind != "moment" else _moment(text, zone)


def _parts(field: Field, given: Given) -> list[dict[str, Any]] | None:
    made = []
    for name, values in given.items():
        if name.startswith(f"{field.name}:") and values[0].strip() and (cents := cents_of(values[0])):
            made.append({"receivable": name.removeprefix(f"{field.name}:"), "cents": cents})
    return made or None


def _moment(text: str, zone: tzinfo) -> int:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Wrong("field_moment") from None
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1000)


_READ: dict[str, Callable[[str], Any]] = {
    "money": cents_of,
    "moneys": lambda text: [cents_of(line) for line in text.splitlines() if line.strip()],
    "count": _whole,
    "whole": _whole,
    "number": _number,
    "names": _lines,
    "members": _members,
    "points": _points,
}

# --- what may be chosen ------------------------------------------------------------------------------------


def account_of(duty: Duty, given: Given, reader: Reader) -> str:
    """The account that a form is about: named in it, or that of the record that it begins with."""
    for field in duty.fields:
        text = (given.get(field.name) or [""])[0]
        if field.kind == "record" and text:
            if field.of == ("account",):
                return text
            record = reader.get(KINDS[field.of[0]], text)
            if record is not None and getattr(record, "account", None):
                return str(getattr(record, "account", ""))
    return (given.get("here") or [""])[0]


def resolved(duty: Duty, given: Given, reader: Reader) -> dict[str, list[str]]:
    """What was given, with an address or a meter in the place of a number exchanged for the number that it means."""
    made = {name: list(values) for name, values in given.items()}
    for field in duty.fields:
        text = (given.get(field.name) or [""])[0].strip()
        if field.kind != "record" or not text or field.of[0] not in {"premise", "service_point"}:
            continue
        made[field.name] = [_meant(field, text, reader) or text]
    return made


def _meant(field: Field, text: str, reader: Reader) -> str:
    """The number of the only premise with this address, or service point with this meter; "" where it is one itself."""
    found: list[Premise] | list[ServicePoint]
    if field.of[0] == "premise":
        found = [] if reader.get(Premise, text) else reader.where(Premise, plain=plain_address(text))
        found = [each for each in found if each.state in {"official", "provisional"}]
    else:
        found = [] if reader.get(ServicePoint, text) else reader.where(ServicePoint, meter=text)
    return found[0].id if len(found) == 1 else ""


def typed(field: Field, key: str, reader: Reader) -> str:
    """How a person would type the premise or service point with this number: its address or meter, if that will do."""
    if field.of[0] == "premise":
        premise = reader.get(Premise, key)
        name = "" if premise is None else premise.address
    else:
        point = reader.get(ServicePoint, key)
        name = "" if point is None else point.meter
    return name if name and _meant(field, name, reader) == key else key


def premise_of(duty: Duty, given: Given) -> str:
    """The premise that a form names, "" if none."""
    names = [field.name for field in duty.fields if field.of == ("premise",)]
    return next((values[0] for name in names if (values := given.get(name))), "")


def choices(  # noqa: PLR0917 - what a form knows
    field: Field, account: str, desk: str, reader: Reader, words: Words, premise: str = ""
) -> list[Choice]:
    """The records that a field may name, of an account, a desk or a premise; empty where they are not known."""
    if field.kind == "parts":
        return [
            Choice(each.id, describe(each, words)) for each in reader.where(Receivable, account=account) if each.owed
        ]
    return [Choice(each.id, describe(each, words)) for each in _records(field.of[0], account, desk, reader, premise)]


def subjects(account: str, kind: str, reader: Reader, words: Words) -> list[Choice]:
    """What letters (of one kind, "" = any) can be about: records of the account as they stand, the latest first."""
    kinds = dict.fromkeys(each.about for each in LETTERS.values()) if account else {}
    found = [record for made in kinds for record in reader.where(made, account=account)]
    choices = []
    for record in sorted(found, key=lambda each: (-each.changed, each.id)):
        letters = [name for name in letters_about(record) if kind in {"", name}]
        if letters:
            named_letters = ", ".join(named(words, "choice", name) for name in letters)
            choices.append(Choice(record.id, f"{named_letters}: {describe(record, words)}"))
    return choices


def _records(kind: str, account: str, desk: str, reader: Reader, premise: str) -> list[Record]:
    if kind == "drawer":
        return [each for each in reader.where(Drawer, desk=desk) if each.state == "open"]
    if kind in {"premise", "service_point", "unit", "owner_agreement", "meter_release"}:
        return _places(kind, account, reader, premise)
    found = reader.get(Account, account) if account else None
    if found is None:
        return []
    if kind == "account":
        return [found]
    if kind == "party":
        others = [reader.get(Party, role.party) for role in reader.where(PartyRole, account=account)]
        return [each for each in (reader.get(Party, found.party), *others) if each is not None]
    made = KINDS[kind]
    return list(reader.where(made, account=account)) if "account" in made.__struct_fields__ else []


def _places(kind: str, account: str, reader: Reader, premise: str) -> list[Record]:
    """Premises with service of the account or named in the form; their points, units, and releases of their meters."""
    served = [each.premise for each in reader.where(ServiceAgreement, account=account)] if account else []
    keys = dict.fromkeys([premise, *served] if premise else served)
    if kind == "premise":
        return [each for key in keys if (each := reader.get(Premise, key)) is not None]
    if kind == "unit":
        return [unit for key in keys for unit in reader.where(Unit, premise=key)]
    if kind == "owner_agreement":
        return [agreement for key in keys for agreement in reader.where(OwnerAgreement, premise=key)]
    points = [point for key in keys for point in reader.where(ServicePoint, premise=key)]
    if kind == "service_point":
        return list(points)
    return [release for point in points for release in reader.where(MeterRelease, point=point.id)]
