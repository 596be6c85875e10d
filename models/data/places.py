"""Places of data: a path, a path into a zip file or a URL, each turned into a folder or file on this computer."""

from __future__ import annotations

import os
import string
from pathlib import Path

from models.data.archive import inside, unpack
from models.data.cache import DataCache
from models.data.collection import DataError
from models.data.remote import RemoteFile, copied_file, copied_folder, is_url

_ZIP = ".zip"


def local_folder(text: str, key: str, cache: DataCache) -> Path:
    """The folder a plan's ``key`` names: a path, a zip file, a path into one (``DATA.zip/images``) or such a URL.

    Environment variables are written ``${NAME}``. Raises ``DataError`` naming a variable that is not set and an
    archive or a URL that cannot be read; a path on this computer is not looked at.
    """
    place = expanded(text, key)
    unpacked = _unpacked(place, cache)
    if unpacked is not None:
        return unpacked
    return copied_folder(place, cache) if is_url(place) else Path(place).expanduser()


def local_file(text: str, key: str, cache: DataCache) -> Path:
    """The file a plan's ``key`` names, as ``local_folder`` has it; a zip file stands for the one file it holds."""
    place = expanded(text, key)
    unpacked = _unpacked(place, cache)
    if unpacked is None:
        return copied_file(place, cache) if is_url(place) else Path(place).expanduser()
    if not unpacked.is_dir():
        return unpacked
    held = sorted(path.name for path in unpacked.iterdir())
    if len(held) == 1:
        return unpacked / held[0]
    raise DataError(f"{place} holds {', '.join(held[:8]) or 'nothing'}; name one of its files, as in DATA.zip/FILE.")


def expanded(text: str, key: str) -> str:
    """A place with its environment variables filled in. Raises ``DataError`` naming one that is not set."""
    if not text:
        raise DataError(f"The plan's [data] names no {key}; write it there or on the command line.")
    try:
        return string.Template(text).substitute(os.environ)
    except KeyError as error:
        name = error.args[0]
        raise DataError(
            f"The plan's {key} is '{text}', but {name} is not set; set it, or name the folder with --images."
        ) from error
    except ValueError as error:
        raise DataError(f"The plan's {key} '{text}' is no path: {error}; write variables as ${{NAME}}.") from error


def _unpacked(place: str, cache: DataCache) -> Path | None:
    """What ``place`` names in a zip file, unpacked once into the cache; ``None`` where it names no zip file."""
    archive, inner = _archive(place)
    if not archive:
        return None
    folder = _unpacked_url(archive, cache) if is_url(archive) else _unpacked_file(archive, cache)
    return inside(folder, inner, archive)


def _unpacked_file(archive: str, cache: DataCache) -> Path:
    path = Path(archive).expanduser()
    stat = path.stat()
    version = f"{stat.st_size} {stat.st_mtime_ns}"
    return cache.entry(str(path.absolute()), version, lambda folder: unpack(path, folder, archive, cache))


def _unpacked_url(archive: str, cache: DataCache) -> Path:
    file = RemoteFile.find(archive)

    def fill(folder: Path) -> None:
        download = folder / ".download"
        file.copy(download, cache)
        unpack(download, folder, archive, cache)
        download.unlink()

    return cache.entry(archive, file.version, fill)


def _archive(place: str) -> tuple[str, str]:
    """The zip file a place leads into and the path within it; both '' where it leads into none."""
    # A chained URL of fsspec (zip://…::https://…) says itself what is to be unpacked.
    if "::" in place:
        return "", ""
    parts = place.replace("\\", "/").split("/") if os.name == "nt" else place.split("/")
    for number, part in enumerate(parts, start=1):
        archive = "/".join(parts[:number])
        if part.lower().endswith(_ZIP) and (is_url(place) or Path(archive).expanduser().is_file()):
            return archive, "/".join(parts[number:])
    return "", ""
