"""Charges, bills, deposits, loans, requests, drawers, receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "charge_type",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("credits", sa.Text(), nullable=False),
        sa.Column("disconnectable", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("taxable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "drawer",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("shift", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("counted_by", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'counted', 'closed')", name="ck_drawer_state"),
        sa.CheckConstraint("balance >= 0", name="ck_drawer_balance"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_drawer_desk", "drawer", ["desk"], unique=False)
    op.create_table(
        "arrangement",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("instalments", sa.Text(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("stood_in", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('offered', 'active', 'broken', 'kept', 'declined', 'cancelled')", name="ck_arrangement_state"
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_arrangement_account", "arrangement", ["account"], unique=False)
    op.create_table(
        "bankruptcy_case",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("court", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("chapter", sa.BigInteger(), nullable=False),
        sa.Column("petition", sa.Date(), nullable=False),
        sa.Column("noticed", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("counsel", sa.Text(), nullable=False),
        sa.Column("assurance_due", sa.Date(), nullable=True),
        sa.Column("claim_bar", sa.Date(), nullable=True),
        sa.Column("new_account", sa.String(length=96), nullable=True),
        sa.Column("worksheet", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('noticed', 'stayed', 'split', 'assurance_pending', 'assured', 'defaulted', 'discharged', 'dismissed', 'closed')",
            name="ck_bankruptcy_case_state",
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["new_account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_bankruptcy_case_account", "bankruptcy_case", ["account"], unique=False)
    op.create_index("ix_bankruptcy_case_new_account", "bankruptcy_case", ["new_account"], unique=False)
    op.create_index("ix_bankruptcy_case_number", "bankruptcy_case", ["number"], unique=False)
    op.create_table(
        "bill",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("issued", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_bill_account", "bill", ["account"], unique=False)
    op.create_table(
        "loan",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("charge", sa.String(length=96), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("contractor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("billed", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('applied', 'signed', 'active', 'deferred', 'paid_off', 'written_off', 'declined', 'withdrawn')",
            name="ck_loan_state",
        ),
        sa.CheckConstraint("interest >= 0", name="ck_loan_interest"),
        sa.CheckConstraint("principal >= 0", name="ck_loan_principal"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["charge"], ["charge_type.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_loan_account", "loan", ["account"], unique=False)
    op.create_index("ix_loan_charge", "loan", ["charge"], unique=False)
    op.create_table(
        "placement",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("placed", sa.Date(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('eligible', 'approved', 'placed', 'returned', 'written_off', 'paid', 'recalled', 'dropped')",
            name="ck_placement_state",
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_placement_account", "placement", ["account"], unique=False)
    op.create_table(
        "rebate",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("premise", sa.String(length=96), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("completed", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('applied', 'inspected', 'granted', 'declined', 'withdrawn')", name="ck_rebate_state"
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["premise"], ["premise.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rebate_account", "rebate", ["account"], unique=False)
    op.create_index("ix_rebate_measure", "rebate", ["measure"], unique=False)
    op.create_index("ix_rebate_premise", "rebate", ["premise"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("tender", sa.Text(), nullable=False),
        sa.Column("till", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drawer", sa.String(length=96), nullable=True),
        sa.Column("provisional", sa.BigInteger(), nullable=False),
        sa.Column("stood_in", sa.Boolean(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("applied", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('taken', 'authorised', 'provisional', 'posted', 'returned', 'voided')", name="ck_receipt_state"
        ),
        sa.CheckConstraint("provisional >= 0", name="ck_receipt_provisional"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["drawer"], ["drawer.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_receipt_account", "receipt", ["account"], unique=False)
    op.create_index("ix_receipt_drawer", "receipt", ["drawer"], unique=False)
    op.create_index("ix_receipt_number", "receipt", ["number"], unique=False)
    op.create_table(
        "receivable",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("charge", sa.String(length=96), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("bill", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("stayed", sa.BigInteger(), nullable=False),
        sa.Column("at_agency", sa.BigInteger(), nullable=False),
        sa.Column("written_off", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("at_agency >= 0", name="ck_receivable_at_agency"),
        sa.CheckConstraint("owed >= 0", name="ck_receivable_owed"),
        sa.CheckConstraint("stayed >= 0", name="ck_receivable_stayed"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["charge"], ["charge_type.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_receivable_account", "receivable", ["account"], unique=False)
    op.create_index("ix_receivable_charge", "receivable", ["charge"], unique=False)
    op.create_table(
        "refund_case",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("payee", sa.String(length=96), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("to_card", sa.Boolean(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("paid_by", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('payable', 'paid', 'unclaimed')", name="ck_refund_case_state"),
        sa.CheckConstraint("payable >= 0", name="ck_refund_case_payable"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["payee"], ["party.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_refund_case_account", "refund_case", ["account"], unique=False)
    op.create_index("ix_refund_case_payee", "refund_case", ["payee"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("made", sa.Date(), nullable=False),
        sa.Column("accounts", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("approvals", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'evidenced', 'submitted', 'part_approved', 'returned', 'approved', 'posted', 'reversed', 'declined', 'withdrawn')",
            name="ck_request_state",
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_request_account", "request", ["account"], unique=False)
    op.create_index("ix_request_kind", "request", ["kind"], unique=False)
    op.create_index("ix_request_maker", "request", ["maker"], unique=False)
    op.create_table(
        "deposit",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("required", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("instrument_cents", sa.BigInteger(), nullable=False),
        sa.Column("by_card", sa.Boolean(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("case", sa.String(length=96), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('required', 'billed', 'instrument', 'held', 'stayed', 'applied', 'refunded', 'transferred', 'released', 'waived')",
            name="ck_deposit_state",
        ),
        sa.CheckConstraint("held >= 0", name="ck_deposit_held"),
        sa.CheckConstraint("interest >= 0", name="ck_deposit_interest"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["case"], ["bankruptcy_case.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_deposit_account", "deposit", ["account"], unique=False)
    op.create_index("ix_deposit_case", "deposit", ["case"], unique=False)
