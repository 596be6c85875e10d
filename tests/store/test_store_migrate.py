"""Schema and migrations: the same tables either way, backed up first, all or nothing, never down."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, inspect
from store_examples import make_inspection

from app.store import Store, StoreError, open_reader
from app.store.engine import DATABASE_NAME, database_url, writing_engine
from app.store.migrate import migrate, revision_of
from app.store.migrations import HEAD
from app.store.schema import metadata

SCRIPTS = Path(__file__).parents[2] / "app" / "store" / "migrations"

ADD_SHIFT = '''"""Add the shift."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"


def upgrade() -> None:
    # Always copied, though inspections refer to it: what a later change of a column needs.
    recreate = "always" if op.get_context().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("strip", recreate=recreate) as table:
        table.add_column(sa.Column("shift", sa.String(20), nullable=False, server_default="early"))
'''

BREAK = '''"""Fail half-way."""

import sqlalchemy as sa
from alembic import op

revision = "9002"
down_revision = "9001"


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    raise RuntimeError("the power went")
'''


@pytest.fixture
def next_scripts(tmp_path: Path) -> Path:
    """The migrations of a later version."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "v9001_shift.py").write_text(ADD_SHIFT.format(head=HEAD))
    return scripts


@pytest.fixture
def used(open_store: Callable[..., Store], folder: Path) -> Path:
    """A store's folder with something in it."""
    store = open_store()
    strip_id = store.begin_strip("coil 7", "sim:strip", "standard")
    store.writer.put(make_inspection(0, 1, strip_id=strip_id))
    store.close()
    return folder


def test_the_migrations_make_the_schema_of_the_code(any_store: Store) -> None:
    with any_store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_revision_is_the_last_script() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == HEAD


def test_a_new_store_has_the_newest_revision_and_no_backup(store: Store, folder: Path) -> None:
    assert revision_of(store._engine) == HEAD
    assert [path.name for path in folder.glob("*.sqlite3")] == [DATABASE_NAME]


def test_opening_a_store_of_this_version_makes_no_backup(used: Path, open_store: Callable[..., Store]) -> None:
    open_store()
    assert [path.name for path in used.glob("*.sqlite3")] == [DATABASE_NAME]


def test_an_upgrade_keeps_the_rows_and_a_backup(used: Path, next_scripts: Path) -> None:
    engine = writing_engine(database_url(used))
    backup = migrate(engine, next_scripts, "9001")
    assert revision_of(engine) == "9001"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name, shift FROM strip").all() == [("coil 7", "early")]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert (
            connection.exec_driver_sql(
                "SELECT count(*) FROM inspection JOIN strip ON strip.id = inspection.strip_id"
            ).scalar()
            == 1
        )
    engine.dispose()
    assert backup is not None
    assert backup.parent == used
    with closing(sqlite3.connect(backup)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert old.execute("SELECT count(*) FROM inspection").fetchone() == (1,)
        assert "shift" not in [row[1] for row in old.execute("PRAGMA table_info(strip)")]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_an_upgrade_on_postgresql(url: URL, folder: Path, next_scripts: Path) -> None:
    with Store.open(folder, "Mill 2", "Inspector A", url=url) as store:
        store.begin_strip("coil 7", "sim:strip", "standard")
    engine = writing_engine(url)
    assert migrate(engine, next_scripts, "9001") is None
    with engine.connect() as connection:
        assert [tuple(r) for r in connection.exec_driver_sql("SELECT name, shift FROM strip")] == [("coil 7", "early")]
    engine.dispose()


def test_an_upgrade_that_fails_half_way_changes_nothing(used: Path, next_scripts: Path) -> None:
    (next_scripts / "versions" / "v9002_break.py").write_text(BREAK)
    engine = writing_engine(database_url(used))
    with pytest.raises(RuntimeError, match="the power went"):
        migrate(engine, next_scripts, "9002")
    assert revision_of(engine) == HEAD
    with engine.connect() as connection:
        assert "half" not in inspect(connection).get_table_names()
        assert "shift" not in [column["name"] for column in inspect(connection).get_columns("strip")]
    engine.dispose()
    with Store.open(used, "Mill 2", "Inspector A") as store:
        assert store.reader().count() == 1


def test_a_newer_store_is_refused_and_not_touched(used: Path, next_scripts: Path) -> None:
    engine = writing_engine(database_url(used))
    migrate(engine, next_scripts, "9001")
    engine.dispose()
    before = (used / DATABASE_NAME).read_bytes()
    with pytest.raises(StoreError, match=r"newer StripSight \(schema 9001\); open it with that version\.$"):
        Store.open(used, "Mill 2", "Inspector A")
    with pytest.raises(StoreError, match="newer StripSight"):
        open_reader(used)
    assert (used / DATABASE_NAME).read_bytes() == before


def test_an_older_store_is_not_read_without_an_upgrade(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.store.HEAD", "9001")
    with pytest.raises(StoreError, match="older version; open the workstation once"):
        open_reader(used)


def test_another_programs_database_is_refused_and_not_touched(folder: Path) -> None:
    folder.mkdir()
    engine = create_engine(f"sqlite:///{folder / DATABASE_NAME}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE recipes (cake TEXT)")
    engine.dispose()
    with pytest.raises(StoreError, match="is not a StripSight store"):
        Store.open(folder, "Mill 2", "Inspector A")
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_there_is_no_store_to_read(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no store"):
        open_reader(tmp_path)
