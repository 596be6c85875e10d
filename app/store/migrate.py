"""Bringing a store's schema up to date: backed up first, all or nothing, and never down."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DatabaseError

from app.store.errors import StoreError

_SCRIPTS = Path(__file__).with_name("migrations")


def head(scripts: Path = _SCRIPTS) -> str:
    """The newest revision this program knows."""
    revision = ScriptDirectory(str(scripts)).get_current_head()
    assert revision is not None
    return revision


def revision_of(engine: Engine) -> str | None:
    """The revision a database has, ``None`` for an empty one. Raises ``StoreError`` where it is no store."""
    try:
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            if revision is None and inspect(connection).get_table_names():
                raise StoreError(f"{_name(engine)} is not a StripSight store; choose another folder.")
            return revision
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and error.orig.sqlite_errorname == "SQLITE_NOTADB":
            raise StoreError(f"{_name(engine)} is not a database; restore it from a backup or move it away.") from error
        raise


def check_revision(engine: Engine, scripts: Path = _SCRIPTS) -> str | None:
    """The database's revision. Raises ``StoreError`` where this program does not know it."""
    revision = revision_of(engine)
    if revision is not None:
        try:
            ScriptDirectory(str(scripts)).get_revision(revision)
        except CommandError as error:
            raise StoreError(
                f"{_name(engine)} was written by a newer StripSight (schema {revision}); open it with that version."
            ) from error
    return revision


def migrate(engine: Engine, scripts: Path = _SCRIPTS) -> Path | None:
    """Bring the database to the newest revision; the backup's path where an existing SQLite file was changed."""
    current = check_revision(engine, scripts)
    if current == head(scripts):
        return None
    backup = _back_up(engine, current) if current is not None else None
    with engine.begin() as connection:
        _upgrade(connection, scripts)
    return backup


def _upgrade(connection: Connection, scripts: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _back_up(engine: Engine, revision: str) -> Path | None:
    if engine.dialect.name != "sqlite":
        return None  # a server is backed up by whoever runs it
    assert engine.url.database is not None
    database = Path(engine.url.database)
    backup = database.with_name(f"{database.stem}-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite3")
    part = backup.with_suffix(".part")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    part.replace(backup)
    return backup


def _name(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True) if engine.url.host else str(engine.url.database)
