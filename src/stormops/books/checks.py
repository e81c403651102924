"""What an auditor asks: the trial balance, sub-ledgers against their control accounts, whether the chain holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from stormops.accounts import audit
from stormops.accounts.audit import AuditEvent
from stormops.accounts.chart import CHART, Side
from stormops.accounts.money import Cents
from stormops.accounts.record import kind_name
from stormops.accounts.subledger import SUBLEDGERS
from stormops.books import chain
from stormops.books.database import Database
from stormops.books.schema import AUDIT, JOURNAL, JOURNAL_END, LINE, TABLES

PAGE = 5_000

_SIGNED = case((LINE.c.side == Side.DEBIT.value, LINE.c.cents), else_=-LINE.c.cents)
_POSTED = or_(JOURNAL.c.state == "posted", JOURNAL_END.c.state == "posted")


def _posted_lines(*columns: ColumnElement[Any]) -> Select[Any]:
    """A query over the lines of all posted journals."""
    joined = LINE.join(JOURNAL, JOURNAL.c.id == LINE.c.journal)
    joined = joined.outerjoin(JOURNAL_END, JOURNAL_END.c.journal == JOURNAL.c.id)
    return select(*columns).select_from(joined).where(_POSTED)


class Difference(msgspec.Struct, frozen=True):
    """An item of a sub-ledger that is not what the lines on its control account add up to."""

    account: str
    item: str
    control: Cents
    item_cents: Cents


class Soundness(msgspec.Struct, frozen=True):
    """Everything that was looked at, and what is wrong; sound when the last four are empty or None."""

    position: int
    journals: int
    trial: dict[str, dict[str, Cents]]
    """Account → fund → debits less credits."""
    unbalanced_funds: dict[str, Cents]
    differences: tuple[Difference, ...]
    broken_at: int | None
    """The first position at which the audit's chain does not hold."""
    ends_early: bool
    """The audit or its last seal is not at the books' position."""


def trial_balance(database: Database) -> dict[tuple[str, str], Cents]:
    """(account, fund) → debits less credits of all that is posted. Raises BooksUnavailable."""
    with database.reading(long=True) as connection:
        return _trial(connection)


def _trial(connection: Connection) -> dict[tuple[str, str], Cents]:
    query = _posted_lines(LINE.c.account, LINE.c.fund, func.sum(_SIGNED).label("cents")).group_by(
        LINE.c.account, LINE.c.fund
    )
    return {(row.account, row.fund): int(row.cents) for row in connection.execute(query)}


def differences(database: Database) -> list[Difference]:
    """Items of sub-ledgers that differ from their control accounts. Raises BooksUnavailable."""
    with database.reading(long=True) as connection:
        return list(differing(connection))


def differing(connection: Connection) -> Iterator[Difference]:
    """As `differences`, in a transaction that is open."""
    for code, (kind, field) in SUBLEDGERS.items():
        sign = 1 if CHART[code].normal is Side.DEBIT else -1
        table = TABLES[kind_name(kind)]
        control = (
            _posted_lines(LINE.c.item, (sign * func.sum(_SIGNED)).label("cents"))
            .where(LINE.c.account == code)
            .group_by(LINE.c.item)
            .subquery()
        )
        amount = table.c[field]
        either = (
            select(table.c.id, amount, func.coalesce(control.c.cents, 0))
            .outerjoin(control, control.c.item == table.c.id)
            .where(amount != func.coalesce(control.c.cents, 0))
        )
        orphans = (
            select(control.c.item, control.c.cents)
            .outerjoin(table, table.c.id == control.c.item)
            .where(and_(table.c.id.is_(None), control.c.cents != 0))
        )
        for item, item_cents, cents in connection.execute(either):
            yield Difference(code, item, int(cents), item_cents)
        for item, cents in connection.execute(orphans):
            yield Difference(code, item, int(cents), 0)


def _broken(connection: Connection) -> tuple[int | None, str, int]:
    """The first position at which the chain breaks, the last seal, and how many events there are."""
    previous, reached = audit.FIRST, 0
    while True:
        page = select(AUDIT).where(AUDIT.c.position > reached).order_by(AUDIT.c.position).limit(PAGE)
        rows = connection.execute(page).all()
        for row in rows:
            if row.position != reached + 1 or not _holds(previous, row.body, row.sealed):
                return row.position, previous, reached
            previous, reached = row.sealed, row.position
        if len(rows) < PAGE:
            return None, previous, reached


def _holds(previous: str, body: str, sealed: str) -> bool:
    try:
        return audit.seal(previous, msgspec.json.decode(body, type=AuditEvent)) == sealed
    except msgspec.DecodeError:  # whoever forged it did not even leave an event
        return False


def soundness(database: Database) -> Soundness:
    """Look at everything, at one moment. Raises BooksUnavailable."""
    with database.reading(long=True) as connection:
        head = chain.read(connection)
        trial: dict[str, dict[str, Cents]] = {}
        funds: dict[str, Cents] = {}
        for (account, fund), cents in sorted(_trial(connection).items()):
            trial.setdefault(account, {})[fund] = cents
            funds[fund] = funds.get(fund, 0) + cents
        broken, sealed, reached = _broken(connection)
        return Soundness(
            position=head.position,
            journals=connection.execute(select(func.count()).select_from(JOURNAL)).scalar_one(),
            trial=trial,
            unbalanced_funds={fund: cents for fund, cents in funds.items() if cents},
            differences=tuple(differing(connection)),
            broken_at=broken,
            ends_early=broken is None and (reached, sealed) != head,
        )
