"""Refunds keep their hardship and who made them payable; receipts, what they are towards.

Hand-overs; whose escalations and cases are is looked up for them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0013"
down_revision = "v0012"


def upgrade() -> None:
    """Make the step."""
    for table, column in (("refund_case", "posted_by"), ("refund_case", "hardship"), ("receipt", "towards")):
        op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "hand_over",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("taker", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("shift", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("left", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('accepted', 'offered', 'refused', 'withdrawn')", name="ck_hand_over_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    for table, column in (("hand_over", "giver"), ("escalation", "owner"), ("case", "opened_by")):
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
