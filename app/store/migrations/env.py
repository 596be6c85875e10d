"""What Alembic runs; the connection comes from ``app.store.migrate``."""

from __future__ import annotations

from alembic import context

from app.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite can alter little in place: later revisions copy the table instead.
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
