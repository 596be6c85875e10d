"""A folder of images, in natural order; folders in it are not entered."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.sources.base import SourceError, now_utc
from app.sources.decode import IMAGE_SUFFIXES, read_image
from app.words.frame import Frame, Image
from app.words.reason import Reason

_DIGITS = re.compile(r"(\d+)")


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Orders ``frame2`` before ``frame10``, without regard to case."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(name.lower()))


def image_names(folder: Path) -> list[str]:
    """Names of the image files in ``folder``, in any order; hidden files are left out.

    Raises ``SourceError`` where the folder cannot be listed.
    """
    try:
        with os.scandir(folder) as entries:
            return [
                entry.name
                for entry in entries
                if entry.name.lower().endswith(IMAGE_SUFFIXES) and not entry.name.startswith(".") and entry.is_file()
            ]
    except OSError as error:
        raise SourceError(
            f"Folder '{folder}' cannot be read ({error.strerror}); check the path and your rights."
        ) from error


def in_order(names: Iterable[str]) -> list[str]:
    """``names`` in natural order."""
    return sorted(names, key=lambda name: (natural_key(name), name))


def file_frame(source: str, number: int, path: Path, content: Image | Reason) -> Frame:
    """The frame of one image file, with its image or its fault."""
    return Frame(
        source=source,
        number=number,
        name=path.name,
        time_utc=now_utc(),
        image=None if isinstance(content, Reason) else content,
        path=path,
        fault=content if isinstance(content, Reason) else None,
    )


class FolderSource:
    """The images a folder holds when it is opened. Waits for whoever takes the frames; never loses one."""

    live = False

    def __init__(self, folder: Path, *, loop: bool = False) -> None:
        self.name = str(folder)
        self._folder = folder
        self._loop = loop
        self._stopped = threading.Event()
        self._names = in_order(image_names(folder))
        if not self._names:
            kinds = ", ".join(suffix[1:] for suffix in IMAGE_SUFFIXES)
            raise SourceError(f"Folder '{folder}' holds no images; StripSight reads {kinds}, and no folders inside.")

    @property
    def length(self) -> int | None:
        """The number of images, ``None`` in a loop."""
        return None if self._loop else len(self._names)

    def frames(self) -> Iterator[Frame]:
        """One frame a file; over again and again in a loop."""
        number = 0
        while True:
            for name in self._names:
                if self._stopped.is_set():
                    return
                path = self._folder / name
                yield file_frame(self.name, number, path, read_image(path, name))
                number += 1
            if not self._loop:
                return

    def stop(self) -> None:
        """End before the next file."""
        self._stopped.set()
