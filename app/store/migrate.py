"""Bringing a store's schema up to date: backed up first, all or nothing, and never down."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, column, inspect, select, table
from sqlalchemy.exc import DatabaseError

from app.store.errors import StoreError
from app.store.migrations import HEAD

_SCRIPTS = Path(__file__).with_name("migrations")


def revision_of(engine: Engine) -> str | None:
    """The revision a database has, ``None`` for an empty one. Raises ``StoreError`` where it is no store."""
    try:
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            if "alembic_version" in tables:
                return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and error.orig.sqlite_errorname == "SQLITE_NOTADB":
            raise StoreError(f"{_name(engine)} is not a database; restore it from a backup or move it away.") from error
        raise
    if tables:
        raise StoreError(f"{_name(engine)} is not a StripSight store; choose another folder.")
    return None


def check_revision(engine: Engine, scripts: Path = _SCRIPTS) -> str | None:
    """The database's revision. Raises ``StoreError`` where this program does not know it."""
    revision = revision_of(engine)
    if revision in {None, HEAD}:
        return revision
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    try:
        ScriptDirectory(str(scripts)).get_revision(revision)
    except CommandError as error:
        raise StoreError(
            f"{_name(engine)} was written by a newer StripSight (schema {revision}); open it with that version."
        ) from error
    return revision


def migrate(engine: Engine, scripts: Path = _SCRIPTS, target: str = HEAD) -> Path | None:
    """Bring the database to the newest revision; the backup's path where an existing SQLite file was changed."""
    current = check_revision(engine, scripts)
    if current == target:
        return None
    backup = _back_up(engine, current) if current is not None else None
    with engine.connect() as connection, _foreign_keys_off(connection), connection.begin():
        _upgrade(connection, scripts, target)
        _check_foreign_keys(connection)
    return backup


def _upgrade(connection: Connection, scripts: Path, target: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by copying and dropping it, which its rows' children must not notice.

    The switch does nothing inside a transaction, so it is set on the driver's connection before one begins.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON").close()


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreError(f"{_name(connection.engine)} has rows that refer to none; restore it from a backup.")


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
