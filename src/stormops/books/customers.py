"""The customer on one page: everything of an account that a desk needs at once, as of one position."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from sqlalchemy import Connection, select

from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_money import (
    Arrangement,
    BankruptcyCase,
    Bill,
    Deposit,
    Loan,
    Placement,
    Receipt,
    Receivable,
    RefundCase,
    Request,
)
from stormops.accounts.records_place import (
    Account,
    ContactPoint,
    CutOrder,
    MedicalCert,
    Party,
    Premise,
    ServiceAgreement,
)
from stormops.accounts.records_work import Case, Contact, Escalation, Letter, Promise
from stormops.books import chain
from stormops.books.columns import from_row
from stormops.books.database import Database
from stormops.books.reading import SqlReader
from stormops.books.schema import TABLES

R = TypeVar("R", bound=Record)

RECENT = 24
"""Bills, payments and contacts shown, the latest first: two years of months."""
OPEN_MAX = 200
"""Of anything else: what is above it is not shown, and `cut_short` says so."""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """An account and what hangs on it; amounts are cents."""

    position: int
    account: Account
    party: Party
    contacts: list[ContactPoint]
    agreements: list[ServiceAgreement]
    premises: list[Premise]
    owed: int
    stayed: int
    at_agency: int
    receivables: list[Receivable]
    """Those with anything open."""
    bills: list[Bill]
    receipts: list[Receipt]
    deposits: list[Deposit]
    loans: list[Loan]
    arrangements: list[Arrangement]
    refunds: list[RefundCase]
    requests: list[Request]
    placements: list[Placement]
    bankruptcies: list[BankruptcyCase]
    certificates: list[MedicalCert]
    cuts: list[CutOrder]
    cases: list[Case]
    escalations: list[Escalation]
    promises: list[Promise]
    notes: list[Contact]
    letters: list[Letter]
    other_accounts: list[str]
    """Of the same party."""
    cut_short: bool


class _Page:
    """One account's records, bounded."""

    def __init__(self, connection: Connection, account: str) -> None:
        self._connection = connection
        self._account = account
        self.cut_short = False

    def of(self, kind: type[R]) -> list[R]:
        """All of a kind, up to the bound."""
        table = TABLES[kind_name(kind)]
        query = select(table).where(table.c.account == self._account).order_by(table.c.id).limit(OPEN_MAX + 1)
        found = [from_row(kind, row) for row in self._connection.execute(query).mappings()]
        self.cut_short |= len(found) > OPEN_MAX
        return found[:OPEN_MAX]

    def recent(self, kind: type[R], by: str) -> list[R]:
        """The latest of a kind."""
        table = TABLES[kind_name(kind)]
        query = select(table).where(table.c.account == self._account).order_by(table.c[by].desc(), table.c.id.desc())
        return [from_row(kind, row) for row in self._connection.execute(query.limit(RECENT)).mappings()]

    def open_receivables(self) -> list[Receivable]:
        """What is owed, stayed or at an agency, the oldest first."""
        table = TABLES["receivable"]
        query = (
            select(table)
            .where(table.c.account == self._account, table.c.owed + table.c.stayed + table.c.at_agency > 0)
            .order_by(table.c.due, table.c.id)
            .limit(OPEN_MAX + 1)
        )
        found = [from_row(Receivable, row) for row in self._connection.execute(query).mappings()]
        self.cut_short |= len(found) > OPEN_MAX
        return found[:OPEN_MAX]


def view(database: Database, key: str) -> Customer | None:
    """An account's page; None when there is no such account. Raises BooksUnavailable."""
    with database.reading() as connection:
        reader = SqlReader(connection)
        account = reader.get(Account, key)
        party = None if account is None else reader.get(Party, account.party)
        if account is None or party is None:
            return None
        page = _Page(connection, key)
        agreements, receivables = page.of(ServiceAgreement), page.open_receivables()
        at = {agreement.premise: agreement for agreement in agreements}
        return Customer(
            position=chain.read(connection).position,
            account=account,
            party=party,
            contacts=[point for point in reader.where(ContactPoint, party=party.id) if point.current],
            agreements=agreements,
            premises=[premise for where in sorted(at) if (premise := reader.get(Premise, where)) is not None],
            owed=sum(each.owed for each in receivables),
            stayed=sum(each.stayed for each in receivables),
            at_agency=sum(each.at_agency for each in receivables),
            receivables=receivables,
            bills=page.recent(Bill, "issued"),
            receipts=page.recent(Receipt, "day"),
            deposits=page.of(Deposit),
            loans=page.of(Loan),
            arrangements=page.of(Arrangement),
            refunds=page.of(RefundCase),
            requests=page.of(Request),
            placements=page.of(Placement),
            bankruptcies=page.of(BankruptcyCase),
            certificates=page.of(MedicalCert),
            cuts=page.of(CutOrder),
            cases=page.of(Case),
            escalations=page.of(Escalation),
            promises=page.of(Promise),
            notes=page.recent(Contact, "at_ms"),
            letters=page.recent(Letter, "at_ms"),
            other_accounts=[each.id for each in reader.where(Account, party=party.id) if each.id != key],
            cut_short=page.cut_short,
        )
