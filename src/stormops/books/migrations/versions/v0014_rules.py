"""Deposits name who stands for them; rebates are kept of a budget; placements say why they were recalled.

Arrangements know what they cover, and since when they are broken; cases, why assurance was demanded.
"""

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
    op.add_column("placement", sa.Column("recalled", sa.Text(), nullable=False, server_default="{}"))
    for column, kind, empty in (
        ("covers", sa.Text(), "[]"),
        ("covered", sa.BigInteger(), "0"),
        ("breach", sa.Text(), "{}"),
    ):
        op.add_column("arrangement", sa.Column(column, kind, nullable=False, server_default=empty))
    op.add_column("arrangement", sa.Column("broken", sa.Date(), nullable=True))
    op.add_column("bankruptcy_case", sa.Column("assurance", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("rebate", sa.Column("budget", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "rebate_budget",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("encumbered", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed')", name="ck_rebate_budget_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rebate_budget_measure", "rebate_budget", ["measure"], unique=False)
