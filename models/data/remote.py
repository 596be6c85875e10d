"""Data elsewhere: files and folders behind any URL that fsspec opens (https://filesystem-spec.readthedocs.io)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from models.data.cache import NO_ROOM, DataCache
from models.data.collection import DataError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_STAMPS = ("ETag", "etag", "Content-MD5", "md5Hash", "Digest", "LastModified", "Last-Modified", "last_modified")
_TIMES = ("mtime", "modified", "modify", "created")
"""What the file systems call the mark or the time of a file's last change; each has some of them, or none."""
_NOT_FOUND = 404


def is_url(text: str) -> bool:
    """Whether this is a URL and not a path."""
    return "://" in text


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file behind a URL; ``version`` changes when the file does, as far as its file system tells."""

    url: str
    name: str
    version: str
    _system: AbstractFileSystem
    _path: str
    _info: Mapping[str, Any]

    @classmethod
    def find(cls, url: str) -> RemoteFile:
        """Look the file up. Raises ``DataError`` for a protocol that is not known or installed and for no file."""
        system, path = _opened(url)
        try:
            info = system.info(path)
        except Exception as error:  # each file system raises what its library does
            raise _unreachable(url, error) from error
        return cls(url, PurePosixPath(unquote(path)).name or "file", _version(info), system, path, info)

    def copy(self, to: Path, cache: DataCache) -> None:
        """Copy the file to ``to``. Raises ``DataError`` where it cannot be read, ``OSError`` for a full disk."""
        _copy(self._system, {self._path: self._info}, [to], self.url, cache)


def copied_file(url: str, cache: DataCache) -> Path:
    """The file behind a URL, copied once into the cache; again when its size or time changes.

    Raises ``DataError`` naming a URL that is not there or cannot be read, and a protocol as ``RemoteFile.find`` does.
    """
    file = RemoteFile.find(url)
    return cache.entry(url, file.version, lambda folder: file.copy(folder / file.name, cache)) / file.name


def copied_folder(url: str, cache: DataCache) -> Path:
    """The folder behind a URL with all below it, copied once into the cache; again when a file changes.

    Raises ``DataError`` as ``copied_file`` does, and where the folder holds no file.
    """
    system, path = _opened(url)
    root = path.rstrip("/")
    try:
        found: dict[str, Mapping[str, Any]] = dict(sorted(system.find(path, detail=True).items()))
    except Exception as error:  # each file system raises what its library does
        raise _unreachable(url, error) from error
    if not found:
        raise DataError(f"There are no files at {url}; check the address.")
    below = {name: _below(name, root, system) for name in found}
    version = "\n".join(f"{below[name]} {_version(info)}" for name, info in found.items())
    return cache.entry(
        url, version, lambda folder: _copy(system, found, [folder / below[name] for name in found], url, cache)
    )


def _opened(url: str) -> tuple[AbstractFileSystem, str]:
    try:
        from fsspec.core import url_to_fs
    except ModuleNotFoundError as error:
        raise DataError(f"{url} needs fsspec, which is not installed; install stripsight[train].") from error
    try:
        system, path = url_to_fs(url)
    except ImportError as error:
        remedy = "stripsight[s3]" if url.startswith(("s3://", "s3a://")) else "the package it names"
        raise DataError(f"{url} cannot be opened without another package ({error}); install {remedy}.") from error
    except Exception as error:  # each file system raises what its library does
        raise _unreachable(url, error) from error
    return system, str(path)


def _copy(
    system: AbstractFileSystem, found: Mapping[str, Mapping[str, Any]], to: list[Path], url: str, cache: DataCache
) -> None:
    total = sum(int(info.get("size") or 0) for info in found.values())
    cache.check_room(url, total)
    cache.say(f"Copying {len(found):,} file(s), {total / 1e6:,.1f} MB, from {url}; this is done once.")
    for path in to:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        system.get(list(found), [str(path) for path in to])
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise _unreachable(url, error) from error


def _below(name: str, root: str, system: AbstractFileSystem) -> PurePosixPath:
    """A file's path below the folder's root. Raises ``DataError`` where it lies elsewhere."""
    below = PurePosixPath(name.removeprefix(root).lstrip("/"))
    if "http" in system.protocol:
        below = PurePosixPath(unquote(str(below)))
    if not name.startswith(root) or ".." in below.parts or not below.parts:
        raise DataError(f"The listing of {root} names {name}, which is not below it; name another address.")
    return below


def _version(info: Mapping[str, Any]) -> str:
    """What changes when the file does, as far as its file system tells."""
    return " ".join(str(info.get(key)) for key in ("size", *_STAMPS, *_TIMES) if info.get(key) is not None)


def _unreachable(url: str, error: Exception) -> DataError:
    # The file system of http calls whatever it cannot get a missing file, and keeps why as the cause.
    cause = error.__cause__ if isinstance(error, FileNotFoundError) else None
    if isinstance(cause, Exception) and getattr(cause, "status", None) != _NOT_FOUND:
        return _unreachable(url, cause)
    if isinstance(error, FileNotFoundError):
        return DataError(f"There is nothing at {url}; check the address.")
    why = (str(error).splitlines() or [""])[0] or type(error).__name__
    return DataError(f"{url} cannot be read ({why}); check the address, the network and your access.")
