"""One image file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from app.sources.decode import read_image
from app.sources.folder import file_frame
from app.words.frame import Frame


class ImageSource:
    """One frame; in a loop the same one over and over, read anew each time."""

    live = False

    def __init__(self, path: Path, *, loop: bool = False) -> None:
        self.name = str(path)
        self._path = path
        self._loop = loop
        self._stopped = threading.Event()

    @property
    def length(self) -> int | None:
        """1, ``None`` in a loop."""
        return None if self._loop else 1

    def frames(self) -> Iterator[Frame]:
        """The one frame."""
        number = 0
        while not self._stopped.is_set():
            yield file_frame(self.name, number, self._path, read_image(self._path, self._path.name))
            number += 1
            if not self._loop:
                return

    def stop(self) -> None:
        """End before the next reading."""
        self._stopped.set()
