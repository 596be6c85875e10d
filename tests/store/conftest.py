"""Stores in a folder of the test's own, on SQLite and on a PostgreSQL server that lives as long as the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

from app.store import ImagePolicy, Store
from app.words.reason import Reason


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL server on loopback in a folder of its own; skipped where there is none to start."""
    server = _Postgres.find()
    if server is None:
        pytest.skip("No PostgreSQL server (pg_ctl, initdb) on this computer.")
    try:
        yield server.start()
    finally:
        server.stop()


class _Postgres:
    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="strip-pg-"))
        # initdb refuses to run as root; the folder then belongs to the user the package made.
        self._as_user: list[str] = []
        if os.name == "posix" and os.geteuid() == 0:
            self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(self._folder, "postgres", "postgres")

    @classmethod
    def find(cls) -> _Postgres | None:
        places = [Path(p).parent for p in [shutil.which("pg_ctl")] if p]
        places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        for place in places:
            if (place / "pg_ctl").exists() and (place / "initdb").exists():
                if os.name == "posix" and os.geteuid() == 0 and shutil.which("setpriv") is None:
                    return None
                return cls(place)
        return None

    def start(self) -> URL:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        data = str(self._folder / "data")
        self._call("initdb", "-D", data, "-A", "trust", "-U", "strip", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._call("pg_ctl", "-D", data, "-w", "-l", str(self._folder / "log"), "-o", options, "start")
        return URL.create("postgresql+pg8000", "strip", host="127.0.0.1", port=port, database="postgres")

    def stop(self) -> None:
        data = self._folder / "data"
        if (data / "postmaster.pid").exists():
            self._call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, program: str, *words: str) -> None:
        subprocess.run(
            [*self._as_user, str(self._programs / program), *words],
            check=True,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> URL | None:
    """``None`` for the folder's own SQLite file, else an empty PostgreSQL database."""
    if request.param == "sqlite":
        return None
    server: URL = request.getfixturevalue("postgres_server")
    # Several times faster than a database for each test.
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def events() -> list[Reason]:
    return []


@pytest.fixture
def open_store(folder: Path, events: list[Reason]) -> Iterator[Callable[..., Store]]:
    """Opens the test's store; what is open at the end is closed."""
    opened: list[Store] = []

    def open_it(policy: ImagePolicy | None = None, **options: object) -> Store:
        store = Store.open(folder, "Mill 2", "Inspector A", policy=policy, on_event=events.append, **options)  # type: ignore[arg-type]
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    """A store on SQLite."""
    return open_store()


@pytest.fixture
def any_store(open_store: Callable[..., Store], url: URL | None) -> Store:
    """A store on SQLite, then on PostgreSQL."""
    return open_store(url=url)
