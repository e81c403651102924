"""Journals have a number, and their lines lie in its order: a third of the room, and nothing written out of turn.

What an account of the chart or an item sums is read whole by those who check it, so that no index is for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from stormops.books.migrations.versions.v0005_guards import Refusal, statements

revision = "v0010"
down_revision = "v0009"

TABLES = ("journal", "line", "journal_end")
CONTROL = "'1020', '1100', '1110', '1120', '1150', '1155', '1200', '2100', '2110', '2150', '2160'"

UNBALANCED = """
SELECT 1 FROM (
    SELECT sum(count) AS count, sum(between_funds) AS between_funds, sum(CASE WHEN net <> 0 THEN 1 ELSE 0 END) AS wrong
    FROM (SELECT count(*) AS count,
                 sum(CASE side WHEN 'Dr' THEN cents ELSE -cents END) AS net,
                 sum(CASE WHEN account NOT IN ('1300', '2350') THEN 0 WHEN side = 'Dr' THEN cents ELSE -cents END)
                 AS between_funds
          FROM line WHERE line.journal = NEW.number GROUP BY fund) AS of_fund
) AS entry WHERE coalesce(count, 0) < 2 OR between_funds <> 0 OR wrong <> 0
"""
LATE_LINE = "SELECT 1 FROM journal WHERE journal.number = NEW.journal"
NOT_PENDING = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM journal WHERE id = NEW.journal AND state = 'pending')"
TWICE_REVERSED = "SELECT 1 FROM journal WHERE id = NEW.reverses AND reverses IS NOT NULL"

REFUSALS: tuple[Refusal, ...] = (
    ("journal", "journal_balances", UNBALANCED, "a journal must balance in each fund"),
    ("journal", "journal_reverses", TWICE_REVERSED, "a reversal is not reversed"),
    ("line", "line_in_time", LATE_LINE, "a line comes with its journal"),
    ("journal_end", "journal_ends", NOT_PENDING, "only a pending journal ends"),
)

DROPPED = (
    "ix_journal_effective",
    "ix_line_account",
    "ix_line_party",
    "ix_line_item",
    "ix_receivable_charge",
    "ix_loan_charge",
)

COPIES = (
    (
        "INSERT INTO journal SELECT row_number() OVER (ORDER BY posted_ms, id), id, event, effective, posted_ms, policy, "
        "approvals, state, reverses FROM old_journal ORDER BY 1"
    ),
    (
        "INSERT INTO line SELECT journal.number, place, account, side, cents, fund, party, charge, item, bankruptcy "
        "FROM old_line JOIN journal ON journal.id = old_line.journal ORDER BY journal.number, place"
    ),
    "INSERT INTO journal_end SELECT journal, state, at_ms FROM old_journal_end",
)


def _unguarded(dialect: str) -> Iterator[str]:
    """The statements that take the old triggers away."""
    names = [(table, name) for table, name, _, _ in REFUSALS]
    names += [(table, f"{table}_no_{event}") for table in TABLES for event in ("update", "delete")]
    if dialect == "sqlite":
        yield from (f"DROP TRIGGER {name}" for _, name in names)
        return
    yield from (f"DROP TRIGGER {table}_no_truncate ON {table}" for table in TABLES)
    for table, name in names:
        yield f"DROP TRIGGER {name} ON {table}"
        yield f"DROP FUNCTION {name}_refuse()"


def upgrade() -> None:
    """Make the step."""
    dialect = op.get_bind().dialect.name
    for statement in _unguarded(dialect):
        op.execute(statement)
    for name in DROPPED:
        op.drop_index(name)
    for table in TABLES:
        op.rename_table(table, f"old_{table}")
    _make()
    for copy in COPIES:
        op.execute(copy)
    if dialect == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be looked at would hold the indexes up
    for table in ("line", "journal_end", "journal"):
        op.drop_table(f"old_{table}")
    op.create_index("ix_journal_effective", "journal", ["effective"], unique=False)
    reversals, of_party = sa.text("reverses IS NOT NULL"), sa.text("party <> ''")
    op.create_index(
        "ix_journal_reverses",
        "journal",
        ["reverses"],
        unique=True,
        sqlite_where=reversals,
        postgresql_where=reversals,
    )
    op.create_index(
        "ix_line_party",
        "line",
        ["party", "journal"],
        unique=False,
        sqlite_where=of_party,
        postgresql_where=of_party,
    )
    _pack(dialect)
    for table, columns in (("bill", ["account", "issued"]), ("read", ["point", "day"])):
        op.drop_index(f"ix_{table}_{columns[0]}")
        op.create_index(f"ix_{table}_{columns[0]}", table, columns, unique=False)
    for statement in statements(dialect, REFUSALS, TABLES):
        op.execute(statement)


def _pack(dialect: str) -> None:
    """Bills' lines and decisions may be packed; those that are there stay plain."""
    if dialect == "postgresql":
        for column in ("lines", "decision"):
            op.execute(f"ALTER TABLE bill ALTER COLUMN {column} TYPE BYTEA USING convert_to({column}, 'UTF8')")
        return
    with op.batch_alter_table("bill", recreate="always") as batch:
        for column in ("lines", "decision"):
            batch.alter_column(column, type_=sa.LargeBinary(), existing_type=sa.Text(), existing_nullable=False)


def _make() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "journal",
        sa.Column("number", number, nullable=False, autoincrement=False),
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("posted_ms", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("approvals", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reverses", sa.String(length=96), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'posted')", name="ck_journal_state"),
        sa.ForeignKeyConstraint(["reverses"], ["journal.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "journal_end",
        sa.Column("journal", sa.String(length=96), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('posted', 'voided')", name="ck_journal_end_state"),
        sa.ForeignKeyConstraint(["journal"], ["journal.id"]),
        sa.PrimaryKeyConstraint("journal"),
    )
    op.create_table(
        "line",
        sa.Column("journal", number, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=8), nullable=False),
        sa.Column("side", sa.String(length=2), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("fund", sa.String(length=64), nullable=False),
        sa.Column("party", sa.String(length=96), nullable=False),
        sa.Column("charge", sa.String(length=96), nullable=False),
        sa.Column("item", sa.String(length=96), nullable=False),
        sa.Column("bankruptcy", sa.String(length=96), nullable=False),
        sa.CheckConstraint("account <> '1110' OR bankruptcy <> ''", name="ck_line_stay"),
        sa.CheckConstraint(f"account NOT IN ({CONTROL}) OR item <> ''", name="ck_line_item"),
        sa.CheckConstraint("fund <> ''", name="ck_line_fund"),
        sa.CheckConstraint("side IN ('Dr', 'Cr')", name="ck_line_side"),
        sa.CheckConstraint("cents > 0", name="ck_line_cents"),
        sa.ForeignKeyConstraint(["journal"], ["journal.number"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("journal", "place"),
        sqlite_with_rowid=False,
    )
