"""Run by Alembic: the steps on the connection that `database.migrate` gives, in its transaction."""

from __future__ import annotations

from alembic import context

from stormops.books.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transaction_per_migration=False
)
context.run_migrations()
