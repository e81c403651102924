"""Deposits name who stands for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0014"
down_revision = "v0013"


def upgrade() -> None:
    """Make the step."""
    for column, empty in (("guarantor", ""), ("guaranty_premise", ""), ("guaranty", "{}")):
        op.add_column("deposit", sa.Column(column, sa.Text(), nullable=False, server_default=empty))
    op.create_index("ix_deposit_guarantor", "deposit", ["guarantor"], unique=False)
