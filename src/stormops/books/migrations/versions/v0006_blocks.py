"""Blocks of receipt numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "receipt_block",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("spoiled", sa.Text(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('issued', 'closed')", name="ck_receipt_block_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_receipt_block_desk", "receipt_block", ["desk"], unique=False)
    op.create_index("ix_receipt_block_prefix", "receipt_block", ["prefix"], unique=False)
