"""A building's roster as a storm needs it: each unit, who is there, its premise, and who depends on power."""

from __future__ import annotations

import re
from datetime import date

import msgspec
from sqlalchemy import select

from stormops.accounts.records_place import MedicalCert, Premise, ServiceAgreement, Umbrella
from stormops.books import chain
from stormops.books.database import Database
from stormops.books.reading import SqlReader
from stormops.books.schema import TABLES


class UnitThere(msgspec.Struct, frozen=True):
    """One unit of a roster on a day."""

    unit: str
    account: str
    name: str
    premises: tuple[str, ...]
    """By their ids in the outage domain, where they have one."""
    medical: bool
    """Service is medically essential: certified, or asked for and not yet decided."""
    battery_hours: int | None


class Roster(msgspec.Struct, frozen=True):
    """A building's units on a day, as of a position of the books."""

    position: int
    umbrella: str
    units: tuple[UnitThere, ...]


def roster(database: Database, key: str, day: date) -> Roster | None:
    """The roster of an umbrella; None when there is none. Raises BooksUnavailable."""
    with database.reading() as connection:
        reader = SqlReader(connection)
        umbrella = reader.get(Umbrella, key)
        if umbrella is None:
            return None
        members = [m for m in umbrella.members if m.since <= day and (m.until is None or day < m.until)]
        accounts, parties = TABLES["account"], TABLES["party"]
        named = select(accounts.c.id, parties.c.name).join(parties, parties.c.id == accounts.c.party)
        rows = connection.execute(named.where(accounts.c.id.in_([member.account for member in members])))
        names = {row.id: row.name for row in rows}
        units = tuple(
            _unit(reader, member.unit, member.account, names[member.account], day)
            for member in sorted(members, key=lambda member: _counted(member.unit))
        )
        return Roster(chain.read(connection).position, umbrella.id, units)


def _unit(reader: SqlReader, unit: str, account: str, name: str, day: date) -> UnitThere:
    served = [each for each in reader.where(ServiceAgreement, account=account) if each.state == "active"]
    places = {premise.known_as for each in served if (premise := reader.get(Premise, each.premise)) is not None}
    certificates = [
        each
        for each in reader.where(MedicalCert, account=account)
        if each.state == "pending" or (each.state == "valid" and day <= each.expires)
    ]
    hours = [each.battery_hours for each in certificates if each.battery_hours is not None]
    return UnitThere(unit, account, name, tuple(sorted(places - {""})), bool(certificates), min(hours, default=None))


def _counted(unit: str) -> list[tuple[int, str]]:
    """An order in which Apt 2 is before Apt 10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", unit)]
