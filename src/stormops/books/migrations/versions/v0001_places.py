"""Parties and places: who, where, by which meter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "party",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("relay", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_party_name", "party", ["name"], unique=False)
    op.create_table(
        "premise",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("feeder", sa.Text(), nullable=False),
        sa.Column("fire_class", sa.Text(), nullable=False),
        sa.Column("impervious_square_feet", sa.BigInteger(), nullable=False),
        sa.Column("merged_into", sa.String(length=96), nullable=True),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('provisional', 'official', 'merged', 'retired')", name="ck_premise_state"),
        sa.ForeignKeyConstraint(["merged_into"], ["premise.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_premise_known_as", "premise", ["known_as"], unique=False)
    op.create_index("ix_premise_merged_into", "premise", ["merged_into"], unique=False)
    op.create_index("ix_premise_plain", "premise", ["plain"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(length=96), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.Column("mailing", sa.Text(), nullable=False),
        sa.Column("mailing_changed", sa.Date(), nullable=True),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("stayed_by", sa.Text(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("events", sa.Text(), nullable=False),
        sa.CheckConstraint("credit >= 0", name="ck_account_credit"),
        sa.ForeignKeyConstraint(["party"], ["party.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_account_party", "account", ["party"], unique=False)
    op.create_index("ix_account_stayed_by", "account", ["stayed_by"], unique=False)
    op.create_table(
        "contact_point",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("said_ms", sa.BigInteger(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("messages", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["party.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_point_party", "contact_point", ["party"], unique=False)
    op.create_index("ix_contact_point_value", "contact_point", ["value"], unique=False)
    op.create_table(
        "owner_agreement",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("premise", sa.String(length=96), nullable=False),
        sa.Column("party", sa.String(length=96), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["party"], ["party.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["premise"], ["premise.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_owner_agreement_party", "owner_agreement", ["party"], unique=False)
    op.create_index("ix_owner_agreement_premise", "owner_agreement", ["premise"], unique=False)
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("premise", sa.String(length=96), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["premise"], ["premise.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_unit_premise", "unit", ["premise"], unique=False)
    op.create_table(
        "medical_cert",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("battery_hours", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'valid', 'expired', 'declined', 'withdrawn')", name="ck_medical_cert_state"
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_medical_cert_account", "medical_cert", ["account"], unique=False)
    op.create_table(
        "party_role",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(length=96), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["party"], ["party.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_party_role_account", "party_role", ["account"], unique=False)
    op.create_index("ix_party_role_party", "party_role", ["party"], unique=False)
    op.create_table(
        "service_order",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('requested', 'dispatched', 'done', 'cancelled')", name="ck_service_order_state"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_service_order_account", "service_order", ["account"], unique=False)
    op.create_table(
        "service_point",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("premise", sa.String(length=96), nullable=False),
        sa.Column("unit", sa.String(length=96), nullable=True),
        sa.Column("utility", sa.Text(), nullable=False),
        sa.Column("meter", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("needs_release", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["premise"], ["premise.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_service_point_meter", "service_point", ["meter"], unique=False)
    op.create_index("ix_service_point_premise", "service_point", ["premise"], unique=False)
    op.create_index("ix_service_point_unit", "service_point", ["unit"], unique=False)
    op.create_table(
        "umbrella",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_umbrella_account", "umbrella", ["account"], unique=False)
    op.create_table(
        "meter_release",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("point", sa.String(length=96), nullable=False),
        sa.Column("clearance", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("permit", sa.Text(), nullable=False),
        sa.Column("inspector", sa.Text(), nullable=False),
        sa.Column("recorded", sa.Date(), nullable=True),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('none', 'permit_applied', 'inspected', 'emergency_exception', 'released', 'lapsed', 'withdrawn')",
            name="ck_meter_release_state",
        ),
        sa.ForeignKeyConstraint(["point"], ["service_point.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_meter_release_inspector", "meter_release", ["inspector"], unique=False)
    op.create_index("ix_meter_release_point", "meter_release", ["point"], unique=False)
    op.create_table(
        "read",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("point", sa.String(length=96), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("register", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["point"], ["service_point.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_read_point", "read", ["point"], unique=False)
    op.create_table(
        "service_agreement",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("premise", sa.String(length=96), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("point", sa.String(length=96), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("occupancy", sa.Text(), nullable=False),
        sa.Column("deposit_decision", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'pending_deposit', 'pending_release', 'pending_field', 'active', 'stop_requested', 'finalled', 'closed', 'cancelled')",
            name="ck_service_agreement_state",
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["point"], ["service_point.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["premise"], ["premise.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_service_agreement_account", "service_agreement", ["account"], unique=False)
    op.create_index("ix_service_agreement_point", "service_agreement", ["point"], unique=False)
    op.create_index("ix_service_agreement_premise", "service_agreement", ["premise"], unique=False)
    op.create_table(
        "cut_order",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("agreement", sa.String(length=96), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("noticed", sa.Date(), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('noticed', 'ordered', 'cut', 'reconnect_ordered', 'reconnected', 'cancelled')",
            name="ck_cut_order_state",
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["agreement"], ["service_agreement.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cut_order_account", "cut_order", ["account"], unique=False)
    op.create_index("ix_cut_order_agreement", "cut_order", ["agreement"], unique=False)
