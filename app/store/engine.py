"""Engines: the one that writes and the ones that read. SQLite's own settings stand here and nowhere else."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event

from app.store.columns import to_json
from app.store.errors import StoreError
from app.store.network_path import network_share

DATABASE_NAME = "store.sqlite3"
_BUSY_TIMEOUT_MS = 5_000
_WAL_LIMIT_BYTES = 64 * 2**20
_READER_CACHE_KIB = 16 * 1024


def database_url(folder: Path) -> URL:
    """The SQLite database of a store's folder. Raises ``StoreError`` where the folder lies on a network share."""
    share = network_share(folder)
    if share is not None:
        raise StoreError(
            f"The store cannot lie in {folder}, which is on the network share {share}; choose a folder on a local disk."
        )
    return URL.create("sqlite+pysqlite", database=str(folder / DATABASE_NAME))


def writing_engine(url: URL) -> Engine:
    """The engine of the writer thread, the only one that changes anything."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, json_serializer=to_json, json_deserializer=json.loads, pool_pre_ping=True)
    engine = create_engine(
        url,
        json_serializer=to_json,
        json_deserializer=json.loads,
        # One connection, so that there is one writer whatever the program does.
        pool_size=1,
        max_overflow=0,
        # The thread that opens the store migrates; then the connection is the writer thread's alone.
        connect_args={"check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up_writer)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def reading_engine(url: URL) -> Engine:
    """An engine that cannot write. Its connections see the last commit, and never make the writer wait."""
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            json_serializer=to_json,
            json_deserializer=json.loads,
            pool_pre_ping=True,
            execution_options={"postgresql_readonly": True},
        )
    assert url.database is not None
    engine = create_engine(
        URL.create(
            "sqlite+pysqlite", database=Path(url.database).absolute().as_uri(), query={"mode": "ro", "uri": "true"}
        ),
        json_deserializer=json.loads,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up_reader)
    event.listen(engine, "begin", _begin_snapshot)
    return engine


def _set_up_writer(connection: sqlite3.Connection, _record: object) -> None:
    # FULL, not NORMAL: what was acknowledged outlives a power cut; commits are batched, so it costs few syncs.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        f"journal_size_limit={_WAL_LIMIT_BYTES}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _set_up_reader(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("query_only=ON", f"busy_timeout={_BUSY_TIMEOUT_MS}", f"cache_size=-{_READER_CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_immediately(connection: Connection) -> None:
    # The driver begins transactions late and not at all before DDL; a migration has to be all or nothing.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_snapshot(connection: Connection) -> None:
    # All queries of one look at the store see the same moment.
    connection.exec_driver_sql("BEGIN")
