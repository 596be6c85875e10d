"""A camera OpenCV can open: ``camera:N`` at this computer, ``rtsp://…`` over the network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import cv2

from app.sources.base import SourceError, now_utc
from app.sources.decode import from_opencv
from app.sources.quiet import quiet_opencv
from app.words.frame import Frame, Image
from app.words.reason import Reason

OPEN_TIMEOUT_MS = 5000
READ_TIMEOUT_MS = 2000
RECONNECT_WAITS_S = (0.5, 1.0, 2.0, 4.0)
"""How long to wait before each attempt to open a camera again that went away; after the last one it is given up."""

OpenCapture = Callable[[], cv2.VideoCapture]


class CameraSource:
    """A live camera. It is open from the start, so that one which is not there is an error at once.

    Where it stops giving frames, one frame with the fault marks the gap and it is opened again, a bounded number of
    times. ``stop`` ends a read that is in progress only when that times out, after at most two seconds.
    """

    live = True
    length: int | None = None

    def __init__(
        self,
        name: str,
        remedy: str,
        open_capture: OpenCapture,
        reconnect_waits_s: tuple[float, ...] = RECONNECT_WAITS_S,
    ) -> None:
        self.name = name
        self._remedy = remedy
        self._open_capture = open_capture
        self._reconnect_waits_s = reconnect_waits_s
        self._stopped = threading.Event()
        # Guards which thread owns the capture: stop() may release it only while frames() does not read from it.
        self._lock = threading.Lock()
        self._reading = False
        self._capture: cv2.VideoCapture | None = self._opened()
        if self._capture is None:
            raise SourceError(f"{name} cannot be opened; {remedy}")

    def frames(self) -> Iterator[Frame]:
        """Frames as the camera gives them. Raises ``SourceError`` where it has gone away for good."""
        with self._lock:
            if self._stopped.is_set():
                return
            self._reading = True
        number = 0
        try:
            while not self._stopped.is_set():
                image = self._read()
                if self._stopped.is_set():
                    return
                yield self._frame(number, image)
                number += 1
                if image is None and not self._reconnected():
                    if self._stopped.is_set():
                        return
                    raise SourceError(f"{self.name} has gone away; {self._remedy}")
        finally:
            with self._lock:
                self._reading = False
                self._release()

    def stop(self) -> None:
        """End ``frames`` after the read in progress; release the camera at once where none is."""
        self._stopped.set()
        with self._lock:
            if not self._reading:
                self._release()

    def _read(self) -> Image | None:
        if self._capture is None:
            return None
        there, pixels = self._capture.read()
        return from_opencv(pixels) if there else None

    def _reconnected(self) -> bool:
        self._release()
        for wait_s in self._reconnect_waits_s:
            if self._stopped.wait(wait_s):
                return False
            self._capture = self._opened()
            if self._capture is not None:
                return True
        return False

    def _opened(self) -> cv2.VideoCapture | None:
        quiet_opencv()
        capture = self._open_capture()
        if capture.isOpened():
            return capture
        capture.release()
        return None

    def _release(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _frame(self, number: int, image: Image | None) -> Frame:
        return Frame(
            source=self.name,
            number=number,
            name=f"{self.name.replace(':', '-').replace('/', '')}#{number:06d}",
            time_utc=now_utc(),
            image=image,
            camera=self.name,
            fault=Reason("interrupted", {"name": self.name}) if image is None else None,
        )


def open_camera(index: int) -> CameraSource:
    """The ``index``-th camera of this computer."""
    return CameraSource(
        f"camera:{index}",
        "check its cable, its number and that no other program uses it.",
        lambda: _newest_only(cv2.VideoCapture(index)),
    )


def open_stream(url: str) -> CameraSource:
    """A network camera. The name people see leaves user and password out."""
    try:
        parts = urlsplit(url)
        address, port = parts.hostname, f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise SourceError("The camera's address or port cannot be; write rtsp://ADDRESS:PORT/PATH.") from error
    if not address:
        raise SourceError(f"'{parts.scheme}://' names no camera; write rtsp://ADDRESS/PATH.")
    return CameraSource(
        f"{parts.scheme}://{address}{port}{parts.path}",
        "check its address, its power and the network.",
        lambda: cv2.VideoCapture(
            url,
            cv2.CAP_FFMPEG,
            [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS],
        ),
    )


def _newest_only(capture: cv2.VideoCapture) -> cv2.VideoCapture:
    """Keep the driver from queueing old frames."""
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
