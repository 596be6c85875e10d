"""The schema's history, one file a revision; ``app.store.migrate`` runs it without an ``alembic.ini``."""
