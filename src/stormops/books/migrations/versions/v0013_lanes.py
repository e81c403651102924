"""Refunds keep their hardship and who made them payable."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0013"
down_revision = "v0010"


def upgrade() -> None:
    """Make the step."""
    for column in ("posted_by", "hardship"):
        op.add_column("refund_case", sa.Column(column, sa.Text(), nullable=False, server_default=""))
