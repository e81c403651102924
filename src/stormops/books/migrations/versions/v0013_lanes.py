"""Refunds keep their hardship and who made them payable; receipts, what they are towards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0013"
down_revision = "v0010"


def upgrade() -> None:
    """Make the step."""
    for table, column in (("refund_case", "posted_by"), ("refund_case", "hardship"), ("receipt", "towards")):
        op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
