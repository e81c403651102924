"""A customer's journals are found by one row each, not by one of every line: an eighth of the room, one place written.

The database itself writes them, as a journal comes (its lines are there before it). And what a line on a control
account must have is asked so that SQLite builds no table of those accounts for every line.
"""

from __future__ import annotations

import contextlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

from stormops.books.migrations.versions.v0005_guards import statements
from stormops.books.migrations.versions.v0010_numbers import CONTROL

revision = "v0011"
down_revision = "v0010"

PARTIES = "INSERT INTO journal_party SELECT DISTINCT party, journal FROM line WHERE party <> ''"
OF_JOURNAL = f"{PARTIES} AND journal = NEW.number"

WITH_ITEM = f"account NOT IN ({CONTROL}) OR item <> ''"
WITH_ITEM_QUICKLY = "item <> '' OR (" + " AND ".join(f"account <> {code}" for code in CONTROL.split(", ")) + ")"


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
    if dialect == "sqlite":
        _say_the_check_anew()


def _say_the_check_anew() -> None:
    """In the schema itself, as SQLite allows where nothing that is kept changes; the lines of years are not copied.

    Where a build of SQLite forbids it, the check stays as it was: it means the same.
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    with contextlib.suppress(DBAPIError):
        connection.exec_driver_sql(
            "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'line'",
            (WITH_ITEM, WITH_ITEM_QUICKLY),
        )
        connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
