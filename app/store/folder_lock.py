"""One writer a folder: a lock the operating system lets go of when the process ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from app.store.errors import StoreError

LOCK_NAME = "store.lock"


class FolderLock:
    """Holds ``FOLDER/store.lock`` until released. Raises ``StoreError`` where another process holds it."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_NAME
        try:
            self._file: IO[bytes] = path.open("a+b")
        except OSError as error:
            raise StoreError(
                f"The store in {folder} cannot be written ({error.strerror}); check the folder's permissions."
            ) from error
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            raise StoreError(
                f"The store in {folder} is in use by another StripSight; close that one, or set STRIPSIGHT_HOME."
            ) from error

    def release(self) -> None:
        """Let the next one in."""
        self._file.close()


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file.fileno(), 0, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
