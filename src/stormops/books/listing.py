"""Lists for who looks after the books: records by state, an account's journals, what was done, and by which command."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, func, select

from stormops.accounts.audit import AuditEvent
from stormops.accounts.ledger import Journal
from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_money import Placement
from stormops.accounts.records_place import CutOrder
from stormops.books.columns import from_row
from stormops.books.database import Database
from stormops.books.reading import journals, of_party
from stormops.books.schema import AUDIT, COMMAND, TABLES

R = TypeVar("R", bound=Record)

LISTED_MAX = 200

_COLLECTS = CutOrder | Placement


class Done(msgspec.Struct, frozen=True):
    """One event of the audit at its position."""

    position: int
    event: AuditEvent


class Kept(msgspec.Struct, frozen=True):
    """A command as it was decided."""

    key: str
    position: int
    name: str
    body: msgspec.Raw
    envelope: msgspec.Raw
    refusal: str | None


def in_state(database: Database, kind: type[R], states: Collection[str], limit: int = LISTED_MAX) -> list[R]:
    """Records of a kind that are in one of the states, the longest unchanged first. Raises BooksUnavailable."""
    table = TABLES[kind_name(kind)]
    query = select(table).where(table.c.state.in_(states)).order_by(table.c.changed, table.c.id).limit(limit)
    with database.reading() as connection:
        return [from_row(kind, row) for row in connection.execute(query).mappings()]


class Whose(msgspec.Struct, frozen=True):
    """The customer's name and the address that a record is about, each "" where it is about none.

    `owed`: what the customer owes, cents, with what is at an agency, where a record is about that. `service`: of its
    agreement.
    """

    name: str = ""
    address: str = ""
    owed: int = 0
    service: str = ""


def whose(database: Database, records: Collection[Record]) -> dict[str, Whose]:
    """Names and addresses by the records' ids, in a read for each way to them. Raises BooksUnavailable."""
    party, account, premise = TABLES["party"], TABLES["account"], TABLES["premise"]
    named = select(account.c.id, party.c.name).join(party, party.c.id == account.c.party)
    ways = {"premise": select(premise.c.id, premise.c.address)}
    for field, kind in (("agreement", "service_agreement"), ("point", "service_point")):
        ways[field] = select(TABLES[kind].c.id, premise.c.address).join(premise, premise.c.id == TABLES[kind].c.premise)
    names: dict[str, str] = {}
    addresses: dict[str, str] = {}
    with database.reading() as connection:

        def read(field: str, query: Select[Any]) -> dict[str, str]:
            keys = {each.id: key for each in records if (key := getattr(each, field, None))}
            if not keys:
                return {}
            rows = connection.execute(query.where(query.selected_columns[0].in_(set(keys.values()))))
            said = {row[0]: row[1] for row in rows}
            return {each: said[key] for each, key in keys.items() if key in said}

        names = read("account", named)
        agreement = TABLES["service_agreement"].c
        services = read("agreement", select(agreement.id, agreement.service))
        for field, query in ways.items():
            addresses = read(field, query) | addresses
        indebted = {each.account for each in records if isinstance(each, _COLLECTS)}
        owed = _owed(connection, indebted) if indebted else {}
    return {
        each.id: Whose(
            names.get(each.id, ""),
            addresses.get(each.id, ""),
            owed.get(each.account, 0) if isinstance(each, _COLLECTS) else 0,
            services.get(each.id, ""),
        )
        for each in records
    }


def _owed(connection: Connection, accounts: Collection[str]) -> dict[str, int]:
    columns = TABLES["receivable"].c
    total = func.sum(columns.owed + columns.at_agency)
    query = select(columns.account, total).where(columns.account.in_(accounts)).group_by(columns.account)
    return {account: int(cents) for account, cents in connection.execute(query)}


def counts(database: Database, wanted: Mapping[str, tuple[type[Record], Collection[str]]]) -> dict[str, int]:
    """How many records of a kind are in one of the states, by the name of the question. Raises BooksUnavailable."""
    made = {}
    with database.reading() as connection:
        for name, (kind, states) in wanted.items():
            table = TABLES[kind_name(kind)]
            query = select(func.count()).select_from(table).where(table.c.state.in_(states))
            made[name] = connection.execute(query).scalar_one()
    return made


def of_account(database: Database, account: str, limit: int = LISTED_MAX) -> list[Journal]:
    """Journals with a line of the account, the latest posted first. Raises BooksUnavailable."""
    with database.reading() as connection:
        found = journals(connection, of_party(account))
    return sorted(found, key=lambda entry: (-entry.posted_ms, entry.id))[:limit]


def done(database: Database, before: int | None = None, limit: int = LISTED_MAX) -> list[Done]:
    """Events of the audit, the latest first, of positions below `before`. Raises BooksUnavailable."""
    query = select(AUDIT.c.position, AUDIT.c.body).order_by(AUDIT.c.position.desc()).limit(limit)
    if before is not None:
        query = query.where(AUDIT.c.position < before)
    with database.reading() as connection:
        return [Done(row.position, msgspec.json.decode(row.body, type=AuditEvent)) for row in connection.execute(query)]


def command(database: Database, key: str) -> Kept | None:
    """The command with this key, refused ones too. Raises BooksUnavailable."""
    columns = COMMAND.c.key, COMMAND.c.position, COMMAND.c.name, COMMAND.c.body, COMMAND.c.envelope, COMMAND.c.refusal
    with database.reading() as connection:
        row = connection.execute(select(*columns).where(COMMAND.c.key == key)).first()
    if row is None:
        return None
    body, envelope = (msgspec.Raw(text.encode()) for text in (row.body, row.envelope))
    return Kept(row.key, row.position, row.name, body, envelope, row.refusal)
