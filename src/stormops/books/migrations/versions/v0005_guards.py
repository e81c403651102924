"""Triggers that hold the ledger's invariants in the database itself, the same in SQLite and PostgreSQL.

A journal's lines are written first and the journal last: then its lines must be there and balance in each fund, and
from then on no line is added to it. (SQLite has no trigger at a commit; the foreign key, which is checked at the
commit, refuses lines whose journal never came.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alembic import op

revision = "v0005"
down_revision = "v0004"

APPEND_ONLY = ("journal", "line", "journal_end", "command", "audit", "viewed")

UNBALANCED = """
SELECT 1 WHERE (SELECT count(*) FROM line WHERE line.journal = NEW.id) < 2
    OR EXISTS (SELECT 1 FROM line WHERE line.journal = NEW.id GROUP BY line.fund
               HAVING sum(CASE line.side WHEN 'Dr' THEN line.cents ELSE -line.cents END) <> 0)
    OR (SELECT coalesce(sum(CASE line.side WHEN 'Dr' THEN line.cents ELSE -line.cents END), 0) FROM line
        WHERE line.journal = NEW.id AND line.account IN ('1300', '2350')) <> 0
"""
LATE_LINE = "SELECT 1 FROM journal WHERE journal.id = NEW.journal"
NOT_PENDING = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM journal WHERE id = NEW.journal AND state = 'pending')"
TWICE_REVERSED = "SELECT 1 FROM journal WHERE id = NEW.reverses AND reverses IS NOT NULL"

REFUSALS = (
    ("journal", "journal_balances", UNBALANCED, "a journal must balance in each fund"),
    ("journal", "journal_reverses", TWICE_REVERSED, "a reversal is not reversed"),
    ("line", "line_in_time", LATE_LINE, "a line comes with its journal"),
    ("journal_end", "journal_ends", NOT_PENDING, "only a pending journal ends"),
)
"""Before an insert: table, name, a query that finds what is wrong, and what is said then."""


Refusal = tuple[str, str, str, str]


def statements(
    dialect: str, refusals: Iterable[Refusal] = REFUSALS, append_only: Iterable[str] = APPEND_ONLY
) -> Iterator[str]:
    """The statements that make the triggers, for `sqlite` or `postgresql`."""
    for table, name, wrong, said in refusals:
        yield from _refuse(dialect, f"{name}", f"INSERT ON {table}", said, wrong)
    for table in append_only:
        for event in ("UPDATE", "DELETE"):
            name = f"{table}_no_{event.lower()}"
            yield from _refuse(dialect, name, f"{event} ON {table}", f"nothing is edited in {table}")
        if dialect == "postgresql":
            yield (
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_delete_refuse()"
            )


def _refuse(dialect: str, name: str, when: str, said: str, wrong: str = "SELECT 1") -> Iterator[str]:
    if dialect == "sqlite":
        yield (
            f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW WHEN EXISTS ({wrong}) "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
        return
    answer = "OLD" if when.startswith("DELETE") else "NEW"
    yield (
        f"CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS ({wrong}) THEN RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {answer}; END $$"
    )
    yield f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION {name}_refuse()"


def upgrade() -> None:
    """Make the step."""
    for statement in statements(op.get_bind().dialect.name):
        op.execute(statement)
    op.execute("INSERT INTO head VALUES (1, 0, '" + "0" * 64 + "')")
