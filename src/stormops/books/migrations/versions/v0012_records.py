"""Requests for public records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0012"
down_revision = "v0011"

STATES = "'received', 'prepared', 'released', 'denied', 'withdrawn'"


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "records_request",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("exemptions", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("prepared", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("prepared_ms", sa.BigInteger(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_records_request_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_records_request_state", "records_request", ["state"], unique=False)
