"""What every test gets: a home of its own, and a failure for a leaked thread, a logged error or a Qt warning."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# Qt reads it when the first QApplication is made; a person who wants to watch sets another platform.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# These belong to libraries, live as long as the process and have no stop.
_LIBRARY_THREADS = ("tqdm", "pytest_timeout", "ThreadPoolExecutor-asyncio", "Dummy-", "QThread")


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled models, made once for all tests: it takes seconds, and what they hold follows from the bundle alone."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, shared_cache: Path) -> Path:
    """Station data and settings below a folder of this test's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("STRIPSIGHT_HOME", str(folder))
    monkeypatch.setenv("STRIPSIGHT_CACHE", str(shared_cache))
    return folder


@pytest.fixture(autouse=True)
def no_leaked_thread() -> Iterator[None]:
    """A test that leaves one of our threads running fails."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5.0
    for thread in threading.enumerate():
        if thread in before or thread.name.startswith(_LIBRARY_THREADS) or thread.daemon:
            continue
        thread.join(timeout=max(0.0, deadline - time.monotonic()))
        assert not thread.is_alive(), f"thread '{thread.name}' still runs after the test"


@pytest.fixture(autouse=True)
def no_logged_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test during which the product logs an error fails, unless it took the records with ``caplog.clear()``."""
    yield
    errors = [
        record
        for record in caplog.get_records("call")
        if record.levelno >= logging.ERROR and record.name.split(".")[0] in ("app", "models")
    ]
    assert not errors, f"logged: {[record.getMessage() for record in errors]}"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; the test is skipped where there is none."""
    folder = os.environ.get("STRIPSIGHT_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real data sets are not here; STRIPSIGHT_DATA names their folder")
    return Path(folder)
