"""The schema's history, one file a revision; ``app.store.migrate`` runs it without an ``alembic.ini``."""

HEAD = "0001"
"""The newest revision, so that a store of this version opens without loading Alembic."""
