"""The store: one folder with the database, the kept images and the lock, opened by one program at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError

from app.store import recovery, writes
from app.store.columns import Stamp
from app.store.engine import DATABASE_NAME, database_url, reading_engine, writing_engine
from app.store.errors import StoreError, one_line, passing
from app.store.folder_lock import FolderLock
from app.store.images import IMAGE_FOLDER, ImageFolder, ImagePolicy
from app.store.migrate import check_revision, migrate
from app.store.migrations import HEAD
from app.store.patience import OnEvent
from app.store.reader import StoreReader
from app.store.writer import CAPACITY, StoreWriter
from app.wording import word

_RUNNING_NAME = "store.running"
"""There while the store is open: found at an opening, it says that the program was killed."""


class Store:
    """An open store. Make one with ``Store.open``; ``close`` writes what waits and lets the next one in."""

    def __init__(self, folder: Path, lock: FolderLock, engine: Engine, writer: StoreWriter) -> None:
        self.folder = folder
        self.writer = writer
        self._lock = lock
        self._engine = engine
        self._readers: list[StoreReader] = []

    @classmethod
    def open(
        cls,
        folder: Path,
        station: str,
        actor: str,
        *,
        policy: ImagePolicy | None = None,
        on_event: OnEvent | None = None,
        url: URL | None = None,
        capacity: int = CAPACITY,
    ) -> Self:
        """Open, or make, the store in ``folder``: lock it, bring it up to date, put right what a killed program left.

        ``url`` names another database than the folder's SQLite file. ``on_event`` hears of what goes wrong while it is
        open, on the writer's thread. Raises ``StoreError`` in one sentence where it cannot be opened.
        """
        address = url or database_url(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The store's folder {folder} cannot be made ({error.strerror}); choose another."
            ) from error
        lock = FolderLock(folder)
        engine = writing_engine(address)
        try:
            images = ImageFolder(folder / IMAGE_FOLDER)
            _make_ready(folder, engine, images, Stamp.now(station, actor), on_event)
            writer = StoreWriter(engine, images, station, actor, policy=policy, on_event=on_event, capacity=capacity)
            writer.start()
        except BaseException as error:
            engine.dispose()
            lock.release()
            raise _sentence(error, folder) from error
        return cls(folder, lock, engine, writer)

    def reader(self) -> StoreReader:
        """A reader with connections of its own; closed with the store."""
        reader = StoreReader(reading_engine(self._engine.url), ImageFolder(self.folder / IMAGE_FOLDER))
        self._readers.append(reader)
        return reader

    def begin_strip(self, name: str, source: str, recipe: str, content: Mapping[str, Any] | None = None) -> UUID:
        """Begin a strip; ``content`` is what the recipe says, JSON-ready, kept with its name."""
        return self.writer.begin_strip(name, source, recipe, content)

    def end_strip(self, strip_id: UUID) -> None:
        """End a strip."""
        self.writer.end_strip(strip_id)

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what waits, for at most ``timeout_s``, and let go of database and folder. May be called twice."""
        self.writer.stop(timeout_s)
        for reader in self._readers:
            reader.close()
        self._readers.clear()
        self._engine.dispose()
        (self.folder / _RUNNING_NAME).unlink(missing_ok=True)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_reader(folder: Path) -> StoreReader:
    """Read a store without opening it for writing, even while a workstation runs on it.

    Raises ``StoreError`` where there is none, or none of this version.
    """
    if not (folder / DATABASE_NAME).is_file():
        raise StoreError(f"There is no store in {folder}; inspect something with --store first.")
    engine = reading_engine(database_url(folder))
    try:
        _require_newest(engine, folder)
    except BaseException as error:
        engine.dispose()
        raise _sentence(error, folder) from error
    return StoreReader(engine, ImageFolder(folder / IMAGE_FOLDER))


def _require_newest(engine: Engine, folder: Path) -> None:
    if check_revision(engine) != HEAD:
        raise StoreError(f"The store in {folder} is of an older version; open the workstation once to update it.")


def _make_ready(folder: Path, engine: Engine, images: ImageFolder, stamp: Stamp, on_event: OnEvent | None) -> None:
    running = folder / _RUNNING_NAME
    killed = running.exists()
    running.touch()
    backup = migrate(engine)
    recovery.end_open_strips(engine, stamp)
    left = recovery.clean_images(engine, images, stamp) if killed else None
    with engine.begin() as connection:
        opened = {"killed_before": killed, "backup": "" if backup is None else backup.name}
        writes.append_audit(connection, "opened", None, opened, stamp)
    if left is not None and on_event is not None:
        on_event(left)


def _sentence(error: BaseException, folder: Path) -> BaseException:
    """The error as a ``StoreError`` of one sentence where it came from the database or the disk."""
    if not isinstance(error, (DBAPIError, OSError)):
        return error
    hindrance = passing(error)
    why = word(hindrance) if hindrance is not None else one_line(getattr(error, "orig", error))
    return StoreError(f"The store in {folder} cannot be opened: {why}")
