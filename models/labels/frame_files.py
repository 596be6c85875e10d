"""Frame files: the names of label files for formats that keep one file a frame."""

from __future__ import annotations

import os

IMAGE_SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})

_FORBIDDEN_LETTERS = '/\\<>:"|?*' if os.name == "nt" else "/\\"
"""In a file's name; a colon would write beside the file on Windows instead of failing."""


class FrameNameError(ValueError):
    """A frame that can have no file of its own; the message says why."""


def frame_stem(frame_name: str) -> str:
    """The frame's name without its image suffix; a video's NAME#000000 is kept whole."""
    stem, dot, suffix = frame_name.rpartition(".")
    return stem if dot and f".{suffix}".lower() in IMAGE_SUFFIXES else frame_name


class FrameFiles:
    """Hands every frame a file name of its own."""

    def __init__(self, suffix: str) -> None:
        """``suffix`` is that of the files, with its dot."""
        self._suffix = suffix
        self._owners: dict[str, str] = {}

    def claim(self, frame_name: str) -> str:
        """The file's name; raises ``FrameNameError`` where it cannot be one or another frame has it already."""
        name = f"{frame_stem(frame_name)}{self._suffix}"
        if any(letter in _FORBIDDEN_LETTERS or letter < " " for letter in name):
            raise FrameNameError("The frame's name cannot be a file's name; it is left out.")
        # Windows and macOS take two names that differ in case for one.
        owner = self._owners.setdefault(name.casefold(), frame_name)
        if owner != frame_name:
            raise FrameNameError(f"Its file would be {name}, as that of {owner}; it is left out.")
        return name
