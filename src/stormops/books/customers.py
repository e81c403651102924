"""The customer on one page: everything of an account that a desk needs at once, as of one position."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select, String, bindparam, select

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
from stormops.books.columns import of_values
from stormops.books.database import Database
from stormops.books.schema import HEAD, TABLES
from stormops.books.together import rows_of

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


_KEY = bindparam("account", type_=String)
_PARTY = select(TABLES["account"].c.party).where(TABLES["account"].c.id == _KEY).scalar_subquery()

_BOUNDED: tuple[type[Record], ...] = (
    ServiceAgreement,
    Deposit,
    Loan,
    Arrangement,
    RefundCase,
    Request,
    Placement,
    BankruptcyCase,
    MedicalCert,
    CutOrder,
    Case,
    Escalation,
    Promise,
)
"""Of these all, up to `OPEN_MAX`."""
_LATEST: dict[type[Record], str] = {Bill: "issued", Receipt: "day", Contact: "at_ms", Letter: "at_ms"}
"""Of these the latest, by a field."""


def _of_account(kind: type[Record]) -> Select[Any]:
    table = TABLES[kind_name(kind)]
    return select(table).where(table.c.account == _KEY)


def _of_party(kind: type[Record]) -> Select[Any]:
    table = TABLES[kind_name(kind)]
    return select(table).where(table.c.party == _PARTY).order_by(table.c.id)


def _queries() -> dict[type[Record], Select[Any]]:
    party, premise, agreement = TABLES["party"], TABLES["premise"], TABLES["service_agreement"]
    receivable = TABLES["receivable"].c
    queries: dict[type[Record], Select[Any]] = {
        Party: select(party).where(party.c.id == _PARTY),
        Account: _of_party(Account),
        ContactPoint: _of_party(ContactPoint),
        Premise: select(premise)
        .where(premise.c.id.in_(select(agreement.c.premise).where(agreement.c.account == _KEY)))
        .order_by(premise.c.id),
        Receivable: _of_account(Receivable)
        .where(receivable.owed + receivable.stayed + receivable.at_agency > 0)
        .order_by(receivable.due, receivable.id)
        .limit(OPEN_MAX + 1),
    }
    for kind in _BOUNDED:
        queries[kind] = _of_account(kind).order_by(TABLES[kind_name(kind)].c.id).limit(OPEN_MAX + 1)
    for kind, by in _LATEST.items():
        columns = TABLES[kind_name(kind)].c
        queries[kind] = _of_account(kind).order_by(columns[by].desc(), columns.id.desc()).limit(RECENT)
    return queries


_QUERIES: dict[Any, Select[Any]] = {"head": select(HEAD.c.position), **_queries()}


class _Page:
    """One account's records, bounded."""

    def __init__(self, rows: dict[Any, list[dict[str, Any]]]) -> None:
        self._rows = rows
        self.cut_short = False

    def of(self, kind: type[R]) -> list[R]:
        """All of a kind, up to the bound, if it has one."""
        found = [of_values(kind, row) for row in self._rows[kind]]
        if kind in _BOUNDED or kind is Receivable:
            self.cut_short |= len(found) > OPEN_MAX
            found = found[:OPEN_MAX]
        return found


def view(database: Database, key: str) -> Customer | None:
    """An account's page; None when there is no such account. Raises BooksUnavailable."""
    with database.reading() as connection:
        rows = rows_of(connection, _QUERIES, {"account": key})
    page = _Page(rows)
    accounts = {each.id: each for each in page.of(Account)}
    account, party = accounts.pop(key, None), next(iter(page.of(Party)), None)
    if account is None or party is None:
        return None
    agreements, receivables = page.of(ServiceAgreement), page.of(Receivable)
    at = {agreement.premise for agreement in agreements}
    return Customer(
        position=rows["head"][0]["position"],
        account=account,
        party=party,
        contacts=[point for point in page.of(ContactPoint) if point.current],
        agreements=agreements,
        premises=[premise for premise in page.of(Premise) if premise.id in at],
        owed=sum(each.owed for each in receivables),
        stayed=sum(each.stayed for each in receivables),
        at_agency=sum(each.at_agency for each in receivables),
        receivables=receivables,
        bills=page.of(Bill),
        receipts=page.of(Receipt),
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
        notes=page.of(Contact),
        letters=page.of(Letter),
        other_accounts=list(accounts),
        cut_short=page.cut_short,
    )
