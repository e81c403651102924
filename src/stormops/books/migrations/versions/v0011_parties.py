"""A customer's journals are found by one row each, not by one of every line: an eighth of the room, one place written.

The database itself writes them, as a journal comes (its lines are there before it).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stormops.books.migrations.versions.v0005_guards import statements

revision = "v0011"
down_revision = "v0010"

PARTIES = "INSERT INTO journal_party SELECT DISTINCT party, journal FROM line WHERE party <> ''"
OF_JOURNAL = f"{PARTIES} AND journal = NEW.number"


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "journal_party",
        sa.Column("party", sa.String(length=96), nullable=False),
        sa.Column("journal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["journal"], ["journal.number"]),
        sa.PrimaryKeyConstraint("party", "journal"),
        sqlite_with_rowid=False,
    )
    op.execute(f"{PARTIES} ORDER BY party, journal")
    op.drop_index("ix_line_party", "line")
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        op.execute(f"CREATE TRIGGER journal_parties AFTER INSERT ON journal FOR EACH ROW BEGIN {OF_JOURNAL}; END")
    else:
        op.execute(
            "CREATE FUNCTION journal_parties_write() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN {OF_JOURNAL}; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER journal_parties AFTER INSERT ON journal FOR EACH ROW EXECUTE FUNCTION journal_parties_write()"
        )
    for statement in statements(dialect, (), ("journal_party",)):
        op.execute(statement)
