"""What an auditor asks: the trial balance, sub-ledgers against their control accounts, whether the chain holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select, union_all

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
JOURNALS = 20_000
"""Summed at once."""

_SIGNED = case((LINE.c.side == Side.DEBIT.value, LINE.c.cents), else_=-LINE.c.cents)
_POSTED = or_(JOURNAL.c.state == "posted", JOURNAL_END.c.state == "posted")


def _posted_lines(*columns: ColumnElement[Any]) -> Select[Any]:
    """A query over the lines of all posted journals."""
    joined = JOURNAL.join(LINE, LINE.c.journal == JOURNAL.c.number)
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
    """Some journals at a time: to sort the lines of years by account takes longer than to read them."""
    query = _posted_lines(LINE.c.account, LINE.c.fund, func.sum(_SIGNED)).group_by(LINE.c.account, LINE.c.fund)
    last = connection.scalar(select(func.max(JOURNAL.c.number))) or 0
    totals: dict[tuple[str, str], Cents] = defaultdict(int)
    for start in range(0, last + 1, JOURNALS):
        some = query.where(JOURNAL.c.number > start, JOURNAL.c.number <= start + JOURNALS)
        for account, fund, cents in connection.execute(some):
            totals[account, fund] += int(cents)
    return dict(totals)


def differences(database: Database) -> list[Difference]:
    """Items of sub-ledgers that differ from their control accounts. Raises BooksUnavailable."""
    with database.reading(long=True) as connection:
        return list(differing(connection))


def differing(connection: Connection) -> Iterator[Difference]:
    """As `differences`, in a transaction that is open. The lines are read once, for all control accounts."""
    cents = func.sum(_SIGNED).label("cents")
    sums = _posted_lines(LINE.c.account, LINE.c.item, cents).where(LINE.c.account.in_(SUBLEDGERS))
    control = sums.group_by(LINE.c.account, LINE.c.item).cte("control")
    found: list[Select[Any]] = []
    for code, (kind, field) in SUBLEDGERS.items():
        sign = 1 if CHART[code].normal is Side.DEBIT else -1
        table = TABLES[kind_name(kind)]
        amount, is_sum = table.c[field], sign * func.coalesce(control.c.cents, 0)
        named, of_item = literal(code).label("code"), and_(control.c.account == code, control.c.item == table.c.id)
        found.append(select(named, table.c.id, is_sum, amount).outerjoin(control, of_item).where(amount != is_sum))
        found.append(
            select(named, control.c.item, sign * control.c.cents, literal(0))
            .select_from(control.outerjoin(table, table.c.id == control.c.item))
            .where(control.c.account == code, table.c.id.is_(None), control.c.cents != 0)
        )
    for code, item, control_cents, item_cents in connection.execute(union_all(*found)):
        yield Difference(code, item, int(control_cents), int(item_cents))


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
