"""The customer on one page: everything of an account that a desk needs at once, as of one position."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

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
    Rebate,
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
    MeterRelease,
    OwnerAgreement,
    Party,
    Premise,
    ServiceAgreement,
    ServiceOrder,
    ServicePoint,
    Umbrella,
    Unit,
    WeatherHold,
)
from stormops.accounts.records_work import Case, Contact, Escalation, Letter, Promise, ServiceRequest
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


class Opened(NamedTuple):
    """What a desk's page of an account shows."""

    customer: Customer
    beside: list[Record]
    """Rebates, field work, buildings, releases, deposits that it stands for; units, meters, what owners signed;
    weather holds."""


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

_MINE: tuple[type[Record], ...] = (ServiceOrder, ServiceRequest, Rebate, Umbrella)
_THERE: tuple[type[Record], ...] = (Unit, OwnerAgreement, ServicePoint)
"""What a desk sees beside: of the account, and of its premises, still in force."""


def _beside() -> dict[Any, Select[Any]]:
    hold, deposit, agreement = (TABLES[name] for name in ("weather_hold", "deposit", "service_agreement"))
    point, release = TABLES["service_point"], TABLES["meter_release"]
    premises = select(agreement.c.premise).where(agreement.c.account == _KEY)
    points = select(point.c.id).where(point.c.premise.in_(premises))
    stands_for = deposit.c.guarantor == _KEY, deposit.c.state == "instrument"
    queries: dict[Any, Select[Any]] = {
        WeatherHold: select(hold).where(hold.c.state == "declared").order_by(hold.c.id),
        "stands for": select(deposit).where(*stands_for).order_by(deposit.c.id),
        MeterRelease: select(release).where(release.c.point.in_(points)).order_by(release.c.id),
    }
    for kind in _MINE:
        queries[kind] = _of_account(kind).order_by(TABLES[kind_name(kind)].c.id)
    for kind in _THERE:
        table = TABLES[kind_name(kind)].c
        queries[kind] = select(TABLES[kind_name(kind)]).where(table.premise.in_(premises)).order_by(table.id)
    return queries


_OPENED: dict[Any, Select[Any]] = {**_QUERIES, **_beside()}


class _Page:
    """One account's records, bounded."""

    def __init__(self, rows: dict[Any, list[dict[str, Any]]]) -> None:
        self._rows = rows
        self.cut_short = False

    def of(self, kind: type[R]) -> list[R]:
        """All of a kind, up to the bound, if it has one."""
        found: list[R] = _records(self._rows, kind)
        if kind in _BOUNDED or kind is Receivable:
            self.cut_short |= len(found) > OPEN_MAX
            found = found[:OPEN_MAX]
        return found


def view(database: Database, key: str) -> Customer | None:
    """An account's page; None when there is no such account. Raises BooksUnavailable."""
    with database.reading() as connection:
        return _customer(rows_of(connection, _QUERIES, {"account": key}), key)


def opened(database: Database, key: str) -> Opened | None:
    """The same with what a desk sees beside it, read together. Raises BooksUnavailable."""
    with database.reading() as connection:
        rows = rows_of(connection, _OPENED, {"account": key})
    customer = _customer(rows, key)
    if customer is None:
        return None
    held, releases = _records(rows, WeatherHold), _records(rows, MeterRelease)
    mine = [each for kind in _MINE for each in _records(rows, kind)]
    units, agreed, meters = (_records(rows, kind) for kind in _THERE)
    served = {each.point for each in customer.agreements}
    # In a building the meters of others' units are not this customer's.
    meters = [each for each in meters if each.unit is None or each.id in served]
    seen = {each.id for each in meters}
    beside: list[Record] = [*held, *mine]
    beside += [of_values(Deposit, row) for row in rows["stands for"]]
    beside += [each for each in releases if each.point in seen]
    beside += [each for each in (*units, *agreed, *meters) if getattr(each, "until", None) is None]
    return Opened(customer, beside)


def _records(rows: dict[Any, list[dict[str, Any]]], kind: type[Record]) -> list[Any]:
    return [of_values(kind, row) for row in rows[kind]]


def _customer(rows: dict[Any, list[dict[str, Any]]], key: str) -> Customer | None:
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
