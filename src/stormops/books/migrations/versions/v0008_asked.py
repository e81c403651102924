"""What customers ask for: start, stop and move of service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "service_request",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("new_address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'in_hand', 'done', 'declined', 'cancelled')", name="ck_service_request_state"
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_service_request_account", "service_request", ["account"], unique=False)
    op.create_index("ix_service_request_number", "service_request", ["number"], unique=False)
