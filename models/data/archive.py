"""Archives of data: zip files, unpacked whole."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from models.data.cache import NO_ROOM, DataCache
from models.data.collection import DataError

_LITTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db"})
"""What file managers put into archives."""
_PARTS = frozenset({"images", "masks"})
"""What stands side by side in the folders of some readers."""


def unpack(archive: Path, folder: Path, name: str, cache: DataCache) -> None:
    """Unpack a zip file into ``folder``, where ``name`` is what errors call it.

    Members that would land outside the folder land inside it. Raises ``DataError`` where the file is no zip file, is
    damaged or locked, is packed in a way that is not known, or needs more room than there is.
    """
    try:
        with zipfile.ZipFile(archive) as members:
            wanted = [member for member in members.infolist() if not _LITTER & set(Path(member.filename).parts)]
            cache.check_room(name, sum(member.file_size for member in wanted))
            for member in wanted:
                members.extract(member, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{name} is no whole zip file ({error}); copy or download it again.") from error
    except (RuntimeError, OSError) as error:  # zipfile raises the former, bare, for a lock or a method unknown to it
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise DataError(f"{name} cannot be unpacked ({error}); unpack it yourself and name the folder.") from error


def inside(folder: Path, inner: str, name: str) -> Path:
    """What ``inner`` names in an unpacked archive; '' names all of it.

    All of an archive that holds one folder and nothing beside it is that folder, unless it is a reader's own part of
    one. Raises ``DataError`` naming what the
    archive holds instead.
    """
    if inner:
        found = folder / inner
        if found.exists() and found.resolve().is_relative_to(folder.resolve()):
            return found
        held = sorted(path.name for path in folder.iterdir())
        raise DataError(f"{name} holds no '{inner}'; at its top are {', '.join(held[:8]) or 'no files at all'}.")
    top = list(folder.iterdir())
    wrapped = len(top) == 1 and top[0].is_dir() and top[0].name not in _PARTS
    return top[0] if wrapped else folder
