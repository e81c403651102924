"""Contacts, escalations, promises, visits, cases, findings, tasks, evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_evidence_about", "evidence", ["about"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'planned', 'done', 'verified', 'dismissed')", name="ck_finding_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_finding_about", "finding", ["about"], unique=False)
    op.create_table(
        "case",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("disputed", sa.BigInteger(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'found', 'closed', 'withdrawn')", name="ck_case_state"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_case_account", "case", ["account"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("relay", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_account", "contact", ["account"], unique=False)
    op.create_table(
        "escalation",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'in_hand', 'resolved', 'closed')", name="ck_escalation_state"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_escalation_account", "escalation", ["account"], unique=False)
    op.create_table(
        "promise",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('made', 'missed', 'kept', 'kept_late', 'withdrawn')", name="ck_promise_state"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_promise_account", "promise", ["account"], unique=False)
    op.create_index("ix_promise_owner", "promise", ["owner"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'cancelled')", name="ck_task_state"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_task_account", "task", ["account"], unique=False)
    op.create_index("ix_task_owner", "task", ["owner"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'called', 'missed', 'serving', 'done', 'left', 'moved')", name="ck_visit_state"
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_visit_account", "visit", ["account"], unique=False)
    op.create_index("ix_visit_state", "visit", ["state"], unique=False)
    op.create_index("ix_visit_ticket", "visit", ["ticket"], unique=False)
    op.create_table(
        "qa_review",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("contact", sa.String(length=96), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("failures", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('drawn', 'scored', 'disputed', 'accepted', 'dropped')", name="ck_qa_review_state"
        ),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_qa_review_contact", "qa_review", ["contact"], unique=False)
