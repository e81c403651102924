"""The tables: one for each kind of record, and the ledger's own, which are only ever added to.

Constraints hold in the database what the code holds already: a journal balances in each fund, its lines come with it
and none later, a pending one ends once, a journal has one mirror, a command's key is used once (`guards`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from stormops.accounts.chart import CHART, PREPETITION
from stormops.accounts.record import ID_MAX
from stormops.accounts.records import KINDS
from stormops.books.columns import items_of

METADATA = MetaData()

TABLES: dict[str, Table] = {name: Table(name, METADATA, *items_of(kind)) for name, kind in KINDS.items()}
"""The tables of records, by kind."""

_KEY = String(ID_MAX)


_REVERSES = text("reverses IS NOT NULL")
"""What an index is of only."""
_NO_CONTROL = " AND ".join(f"account <> '{code}'" for code, row in CHART.items() if row.control)
"""Not `NOT IN`: of that SQLite makes a table, for every line."""

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""As SQLite wants it where the number is to be the row's place."""

JOURNAL = Table(
    "journal",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("id", _KEY, nullable=False, unique=True),
    Column("event", String(64), nullable=False),
    Column("effective", Date, nullable=False),
    Column("posted_ms", BigInteger, nullable=False),
    Column("policy", Text, nullable=False),
    Column("approvals", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reverses", _KEY, ForeignKey("journal.id")),
    CheckConstraint("state IN ('pending', 'posted')", name="ck_journal_state"),
    Index("ix_journal_effective", "effective"),
    Index("ix_journal_reverses", "reverses", unique=True, sqlite_where=_REVERSES, postgresql_where=_REVERSES),
)
"""As it was entered, in the order of `number`; how a pending one ended stands in `journal_end`."""

LINE = Table(
    "line",
    METADATA,
    Column("journal", _NUMBER, ForeignKey("journal.number", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("account", String(8), nullable=False),
    Column("side", String(2), nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("fund", String(64), nullable=False),
    Column("party", _KEY, nullable=False),
    Column("charge", _KEY, nullable=False),
    Column("item", _KEY, nullable=False),
    Column("bankruptcy", _KEY, nullable=False),
    CheckConstraint("cents > 0", name="ck_line_cents"),
    CheckConstraint("side IN ('Dr', 'Cr')", name="ck_line_side"),
    CheckConstraint("fund <> ''", name="ck_line_fund"),
    CheckConstraint(f"item <> '' OR ({_NO_CONTROL})", name="ck_line_item"),
    CheckConstraint(f"account <> '{PREPETITION}' OR bankruptcy <> ''", name="ck_line_stay"),
    sqlite_with_rowid=False,
)
"""A journal's lines lie together, in the order in which journals came; the sums of accounts read them all."""

JOURNAL_PARTY = Table(
    "journal_party",
    METADATA,
    Column("party", _KEY, primary_key=True),
    Column("journal", _NUMBER, ForeignKey("journal.number"), primary_key=True),
    sqlite_with_rowid=False,
)
"""Whom a journal's lines are of, each once; the database writes it when the journal comes (`migrations`, v0011)."""

JOURNAL_END = Table(
    "journal_end",
    METADATA,
    Column("journal", _KEY, ForeignKey("journal.id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    CheckConstraint("state IN ('posted', 'voided')", name="ck_journal_end_state"),
)

COMMAND = Table(
    "command",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    Column("refusal", Text),
    Column("answer", Text, nullable=False),
)
"""Every command with its outcome, done or refused."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("body", Text, nullable=False),
    Column("sealed", String(64), nullable=False),
)

VIEWED = Table(
    "viewed",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account", _KEY, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", _KEY, nullable=False),
    Column("desk", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_viewed_account", "account", "at_ms"),
    Index("ix_viewed_actor", "actor", "at_ms"),
)
"""Who looked at whom."""

HEAD = Table(
    "head",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("sealed", String(64), nullable=False),
    CheckConstraint("one = 1", name="ck_head_one"),
)
"""The books' position and the last seal; every writer takes this row first, so that writers come one by one."""

SEARCH = Table(
    "search_term",
    METADATA,
    Column("word", String(64).with_variant(String(64, collation="C"), "postgresql"), primary_key=True),
    Column("account", _KEY, ForeignKey("account.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    Index("ix_search_term_account", "account", "word"),
)
"""Words by which an account is found; made from records, and made anew when they change."""
