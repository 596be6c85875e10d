"""The data cache: folders that are filled once and found again by what they were made from. Imports no torch."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.cache_folder import CACHE_VARIABLE, cache_folder
from models.data.collection import DataError

_ABANDONED_S = 24 * 3600
"""A folder still being filled after so long belongs to a program that was killed."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the error of a full disk or a full quota is numbered."""


def _silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class DataCache:
    """Entries below ``folder``, one for each thing that was copied, unpacked or rendered; ``say`` is told of long work.

    An entry is whole or not there: it is filled beside its place and moved into it. Safe between processes.
    """

    folder: Path
    say: Callable[[str], None] = _silent

    def entry(self, name: str, version: str, fill: Callable[[Path], None]) -> Path:
        """The folder of ``name`` in this ``version``; ``fill`` is given an empty folder where it is not there yet.

        Older versions of the same name are deleted. Raises ``DataError`` where the cache cannot be written or is full;
        what else ``fill`` raises goes on.
        """
        place = self.folder / f"{_slug(name)}-{_short(name)}"
        entry = place / _short(version)
        if entry.is_dir():
            return entry
        part = place / f".{entry.name}.{os.getpid()}.part"
        try:
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fill(part)
            _move(part, entry)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise self._unwritable(error) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
        _forget_others(entry)
        return entry

    def check_room(self, name: str, needed_bytes: int) -> None:
        """Raises ``DataError`` where the cache's disk has less room than ``needed_bytes``."""
        place = next(place for place in (self.folder, *self.folder.absolute().parents) if place.exists())
        free_bytes = shutil.disk_usage(place).free
        if needed_bytes > free_bytes:
            raise DataError(
                f"{name} needs {needed_bytes / 1e9:,.1f} GB and the disk of {self.folder} has {free_bytes / 1e9:,.1f} "
                f"GB left; make room there or set {CACHE_VARIABLE} to another folder."
            )

    def _unwritable(self, error: OSError) -> DataError:
        return DataError(
            f"The data cache {self.folder} cannot be written ({error.strerror}); make room there or set "
            f"{CACHE_VARIABLE} to another folder."
        )


def default_cache(say: Callable[[str], None] = _silent) -> DataCache:
    """The cache of this person on this computer."""
    return DataCache(cache_folder() / "data", say)


def _slug(name: str) -> str:
    """The end of a name in letters that every file system takes, for whoever looks into the cache."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name.rstrip("/").rpartition("/")[2])[:40].strip("-").lower() or "data"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _move(part: Path, entry: Path) -> None:
    try:
        part.rename(entry)
    except OSError:
        # Another process may have been first; what it filled is the same.
        if not entry.is_dir():
            raise


def _forget_others(entry: Path) -> None:
    for other in entry.parent.iterdir():
        if other == entry:
            continue
        with suppress(OSError):
            if not other.name.startswith(".") or time.time() - other.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(other, ignore_errors=True)
