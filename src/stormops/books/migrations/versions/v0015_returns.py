"""Cases know why a demand for assurance was taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0015"
down_revision = "v0014"


def upgrade() -> None:
    """Make the step."""
    op.add_column("bankruptcy_case", sa.Column("withdrawn", sa.Text(), nullable=False, server_default="{}"))
