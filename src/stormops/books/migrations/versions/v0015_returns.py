"""Cases know why a demand for assurance was taken back; estimated reads, why and how they were estimated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0015"
down_revision = "v0014"


def upgrade() -> None:
    """Make the step."""
    op.add_column("bankruptcy_case", sa.Column("withdrawn", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "read_estimate",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("hours_out", sa.BigInteger(), nullable=False),
        sa.Column("outages", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
