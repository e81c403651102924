"""The customers of a generated city: who lives and works at its premises, under which agreements, by which meters.

A premise of the city is a premise of the books (`known_as`), also a flat's; a building of flats has one more, with its
units, where its owner has the services that the flats share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import numpy as np

from geo import customer_names, people
from stormops.accounts.commands_place import plain_address
from stormops.accounts.record import Record
from stormops.accounts.records_place import (
    Account,
    ContactPoint,
    Member,
    Party,
    Premise,
    ServiceAgreement,
    ServicePoint,
    Umbrella,
    Unit,
)
from stormops.core.network import SERVICE_BITS, City, PremiseKind, Premises

FLATS_MIN = 4
"""A building of so many flats has an owner who has its water, sewer, waste and stormwater."""
SHARED = 0.5
"""Share of those buildings whose bill is shared among the flats, under an umbrella."""
BY = "city"
HOMES = frozenset({PremiseKind.SINGLE_FAMILY, PremiseKind.MULTI_FAMILY, PremiseKind.MOBILE_HOME})
UNMETERED = ("solid_waste", "stormwater", "fire")
RATES = {"residential": "residential", "commercial": "general", "multi_unit": "general"}
"""Electric rate by category."""
DOCUMENT = "0" * 64
"""Stands for the hash of a roster's document, which a generated city does not have."""


class Customer(NamedTuple):
    """An account and what it has."""

    account: Account
    agreements: list[ServiceAgreement]
    records: list[Record]
    """Everything else of it: party, contacts, premise, points."""
    size: float
    """How much it uses, 1 = an ordinary house."""


class House(NamedTuple):
    """Customers whose bills hang together: one alone, or a building with its owner and flats."""

    customers: list[Customer]
    umbrella: Umbrella | None = None


def houses(city: City, start: date, seed: int, limit: int | None = None) -> Iterator[House]:
    """Every customer of the city, or of its first `limit` premises; served since some day before `start`."""
    premises = city.premises
    count = len(premises) if limit is None else min(limit, len(premises))
    flats = (premises.kind == PremiseKind.MULTI_FAMILY) & (
        np.bincount(premises.building)[premises.building] >= FLATS_MIN
    )
    chance = Random(seed)
    at = 0
    while at < count:
        end = at + 1
        if flats[at]:
            while end < count and premises.building[end] == premises.building[at]:
                end += 1
        yield (
            _building(premises, range(at, end), start, chance)
            if flats[at]
            else House([_customer(premises, at, start, chance)])
        )
        at = end


def _customer(premises: Premises, row: int, start: date, chance: Random, *, flat: bool = False) -> Customer:
    kind = PremiseKind(int(premises.kind[row]))
    category = "residential" if kind in HOMES else "commercial"
    key, number = premises.id[row], premises.account[row]
    spoken = customer_names.language(chance)
    name = customer_names.person(chance, spoken) if category == "residential" else customer_names.business(chance)
    opened = start - timedelta(days=chance.randrange(30, 5_000))
    party = Party(
        id=f"N{number}", name=name, organisation=category != "residential", language=spoken, verified="photo id"
    )
    account = Account(id=number, party=party.id, category=category, opened=opened)
    records: list[Record] = [party, *_contacts(party.id, premises.phone[row], chance)]
    size = float(chance.lognormvariate(0, 0.35)) * (0.6 if flat else 1.0 if category == "residential" else 4.0)
    in_city = bool(premises.services[row] & SERVICE_BITS["sewer"])
    address = premises.address(row)
    records.append(_premise(key, address, premises, row, in_city=in_city, size=size, category=category))
    services = ["electric"] if flat else _services(int(premises.services[row]), in_city=in_city)
    agreements = []
    for service in services:
        point = _point(service, key, premises.meter[row])
        records += [point] if point else []
        agreements.append(_agreement(account, key, service, point, opened))
    return Customer(account, agreements, records, size)


def _building(premises: Premises, rows: range, start: date, chance: Random) -> House:
    """Flats with their own electricity; the owner has the rest, and perhaps shares it out."""
    first = rows[0]
    flats = [_customer(premises, row, start, chance, flat=True) for row in rows]
    number = people.checked(40_000_000 + int(premises.building[first]))
    party = Party(id=f"N{number}", name=customer_names.owner(chance), organisation=True, verified="business register")
    opened = start - timedelta(days=chance.randrange(400, 8_000))
    account = Account(id=number, party=party.id, category="multi_unit", opened=opened)
    key = f"B{int(premises.building[first]):07d}"
    address = f"{premises.house_number[first]} {premises.streets[premises.street[first]]}"
    in_city = bool(premises.services[first] & SERVICE_BITS["sewer"])
    size = 0.5 * len(flats)
    records: list[Record] = [party, *_contacts(party.id, _phone(chance), chance)]
    records.append(_premise(key, address, premises, first, in_city=in_city, size=size, category="multi_unit"))
    records += [
        Unit(id=f"{key}-{place}", premise=key, name=premises.unit[row] or str(place), since=opened)
        for place, row in enumerate(rows, 1)
    ]
    agreements = []
    for service in _services(int(premises.services[first]), in_city=in_city):
        if service == "gas":
            continue
        point = _point(service, key, f"E{number}")
        records += [point] if point else []
        agreements.append(_agreement(account, key, service, point, opened))
    owner = Customer(account, agreements, records, size)
    if chance.random() >= SHARED:
        return House([*flats, owner])
    members = tuple(
        Member(flat.account.id, premises.unit[row] or str(place), chance.choice((1, 2, 2, 3)), opened)
        for place, (row, flat) in enumerate(zip(rows, flats, strict=True), 1)
    )
    umbrella = Umbrella(id=f"U{number}", account=number, rule="dwelling_units", members=members, document=DOCUMENT)
    return House([*flats, owner], umbrella)


def _services(bits: int, *, in_city: bool) -> list[str]:
    """Metered and derived services of a premise; what is outside the city has neither its waste nor its stormwater."""
    metered = [name for name, bit in SERVICE_BITS.items() if bits & bit]
    return metered + (list(UNMETERED) if in_city and len(metered) > 1 else [])


def _premise(
    key: str,
    address: str,
    premises: Premises,
    row: int,
    *,
    in_city: bool,
    size: float,
    category: str,
) -> Premise:
    return Premise(
        id=key,
        address=address,
        plain=plain_address(address),
        state="official",
        made_by=BY,
        parcel=f"{int(premises.building[row]):07d}",
        longitude=float(premises.lon[row]),
        latitude=float(premises.lat[row]),
        jurisdiction="city" if in_city else "county",
        fire_class=f"1/{round(1_500 * size)}" if in_city else "",
        impervious_square_feet=0 if category == "residential" else round(3_000 * size),
        known_as=key if key == premises.id[row] else "",
    )


def _point(service: str, premise: str, meter: str) -> ServicePoint | None:
    """The delivery of a metered service; its id is as in the outage domain."""
    if service not in {"electric", "water", "gas"}:
        return None
    letter = service[0].upper()
    return ServicePoint(
        id=f"{letter}-{premise}", premise=premise, utility=service, meter=re.sub(r"^E", letter, meter) if meter else ""
    )


def _agreement(
    account: Account, premise: str, service: str, point: ServicePoint | None, since: date
) -> ServiceAgreement:
    return ServiceAgreement(
        id=f"{account.id}-{service}",
        account=account.id,
        premise=premise,
        service=service,
        rate=RATES[account.category] if service == "electric" else service,
        since=since,
        state="active",
        point=None if point is None else point.id,
    )


def _contacts(party: str, phone: str, chance: Random) -> list[Record]:
    if not phone:
        return []
    messages = chance.random() < 0.4
    kind = "mobile" if messages else "phone"
    return [ContactPoint(id=f"{party}-1", party=party, kind=kind, value=phone, said_ms=1, messages=messages)]


def _phone(chance: Random) -> str:
    """A number of an office: exchange 555, as everything fictional."""
    return f"850-555-{chance.randrange(200, 9_999):04d}"
