"""Frame images: the image a label file means by a frame's name, in a folder of images."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from models.data.image_files import image_paths


class FrameImages:
    """The images directly in a folder. Raises ``DataError`` where it is missing or holds none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        paths = image_paths(folder)
        self._by_name = {path.name: path for path in paths}
        self._by_stem: dict[str, Path | None] = {}
        for path in paths:
            # Two images of one stem: neither is meant by it alone.
            self._by_stem[path.stem] = None if path.stem in self._by_stem else path

    @property
    def names(self) -> tuple[str, ...]:
        """The images' file names, in order."""
        return tuple(self._by_name)

    def find(self, frame_name: str) -> Path | None:
        """The image of a frame: the file of that name, else the only one of that stem (mask 7.png, image 7.jpg)."""
        return self._by_name.get(frame_name) or self._by_stem.get(Path(frame_name).stem)

    def without(self, frame_names: Iterable[str]) -> tuple[str, ...]:
        """The images that none of these frames is, by name, in order."""
        meant = {path.name for name in frame_names if (path := self.find(name)) is not None}
        return tuple(name for name in self._by_name if name not in meant)
