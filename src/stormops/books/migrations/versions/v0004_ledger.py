"""The ledger, its guards, commands with their outcomes, the audit, and the words of the search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "audit",
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sealed", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_table(
        "command",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("position"),
    )
    op.create_table(
        "head",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.String(length=64), nullable=False),
        sa.CheckConstraint("one = 1", name="ck_head_one"),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("posted_ms", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("approvals", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reverses", sa.String(length=96), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'posted')", name="ck_journal_state"),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["journal.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reverses"),
    )
    op.create_index("ix_journal_effective", "journal", ["effective"], unique=False)
    op.create_table(
        "viewed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=96), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_viewed_account", "viewed", ["account", "at_ms"], unique=False)
    op.create_index("ix_viewed_actor", "viewed", ["actor", "at_ms"], unique=False)
    op.create_table(
        "journal_end",
        sa.Column("journal", sa.String(length=96), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('posted', 'voided')", name="ck_journal_end_state"),
        sa.ForeignKeyConstraint(
            ["journal"],
            ["journal.id"],
        ),
        sa.PrimaryKeyConstraint("journal"),
    )
    op.create_table(
        "line",
        sa.Column("journal", sa.String(length=96), nullable=False),
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
        sa.CheckConstraint(
            "account NOT IN ('1020', '1100', '1110', '1120', '1150', '1155', '1200', '2100', '2110', '2150', '2160') OR item <> ''",
            name="ck_line_item",
        ),
        sa.CheckConstraint("fund <> ''", name="ck_line_fund"),
        sa.CheckConstraint("side IN ('Dr', 'Cr')", name="ck_line_side"),
        sa.CheckConstraint("cents > 0", name="ck_line_cents"),
        sa.ForeignKeyConstraint(["journal"], ["journal.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("journal", "place"),
    )
    op.create_index("ix_line_account", "line", ["account", "fund"], unique=False)
    op.create_index("ix_line_item", "line", ["item", "account"], unique=False)
    op.create_index("ix_line_party", "line", ["party"], unique=False)
    op.create_table(
        "search_term",
        sa.Column(
            "word", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("word", "account"),
    )
    op.create_index("ix_search_term_account", "search_term", ["account", "word"], unique=False)
