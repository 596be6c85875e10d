"""A video file; its frames are named NAME#000000, NAME#000001, …"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import cv2

from app.sources.base import SourceError, now_utc
from app.sources.decode import from_opencv
from app.sources.quiet import quiet_opencv
from app.words.frame import Frame, Image
from app.words.reason import Reason

VIDEO_SUFFIXES = (".mp4", ".avi", ".mkv", ".mov", ".m4v", ".mpg", ".mpeg", ".wmv", ".webm", ".mjpeg", ".mjpg")
COUNT_TOLERANCE = 2
"""A container's frame count is often computed from its duration, and then off by one or two."""


class VideoSource:
    """The frames of a video, in order. Waits for whoever takes them; never loses one."""

    live = False

    def __init__(self, path: Path, *, loop: bool = False) -> None:
        self.name = str(path)
        self._path = path
        self._loop = loop
        self._stopped = threading.Event()
        capture = self._open()
        self._count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        capture.release()

    @property
    def length(self) -> int | None:
        """The container's count of frames, ``None`` where it has none and in a loop."""
        return None if self._loop or self._count <= 0 else self._count

    def frames(self) -> Iterator[Frame]:
        """Every frame; where the file ends before its container says so, a last one with the fault."""
        number = 0
        while not self._stopped.is_set():
            begin = number
            for image in self._images():
                yield self._frame(number, number - begin, image)
                number += 1
            if self._stopped.is_set():
                return
            if number == begin:
                raise SourceError(f"Video '{self._path}' holds no frame that can be read; copy or convert it again.")
            if number - begin + COUNT_TOLERANCE < self._count:
                yield self._frame(number, number - begin, None)
                number += 1
            if not self._loop:
                return

    def stop(self) -> None:
        """End before the next frame."""
        self._stopped.set()

    def _images(self) -> Iterator[Image]:
        """One run through the file."""
        capture = self._open()
        try:
            while not self._stopped.is_set():
                there, pixels = capture.read()
                if not there:
                    return
                yield from_opencv(pixels)
        finally:
            capture.release()

    def _frame(self, number: int, place: int, image: Image | None) -> Frame:
        name = f"{self._path.name}#{place:06d}"
        return Frame(
            source=self.name,
            number=number,
            name=name,
            time_utc=now_utc(),
            image=image,
            fault=Reason("truncated", {"name": self._path.name}) if image is None else None,
        )

    def _open(self) -> cv2.VideoCapture:
        quiet_opencv()
        capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        if not capture.isOpened():
            capture.release()
            capture = cv2.VideoCapture(str(self._path))
        if not capture.isOpened():
            raise SourceError(f"'{self._path}' cannot be read as a video; copy it again or convert it to MP4.")
        return capture
