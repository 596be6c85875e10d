"""A folder that is being filled: what lies in it, then every image that arrives, once it is complete."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from app.sources.base import SourceError
from app.sources.completeness import end_marked
from app.sources.decode import decode_image
from app.sources.folder import file_frame, image_names, in_order
from app.words.frame import Frame, Image
from app.words.reason import Reason

Signature = tuple[int, int]
"""Size in bytes and time of change in ns: what differs when somebody has written."""

RESCAN_S = 2.0
"""A network share tells of no change, so the folder is also looked at this often."""
PENDING_S = 0.1
"""How often a file that still grows is looked at."""


@dataclass(slots=True)
class _Arrival:
    """A file on its way in: how it looked, and since when it has looked so (monotonic seconds)."""

    signature: Signature
    since_s: float


class WatchedFolderSource:
    """The images of a folder now and from now on; ends only by ``stop``. Waits for whoever takes the frames.

    A file is taken when it decodes and either its format has an end mark or nobody has written to it for ``settle_s``.
    One that still does not decode after ``give_up_s`` without a change comes as a frame with its fault, and again if
    it changes after that.
    """

    live = False
    length: int | None = None

    def __init__(self, folder: Path, *, settle_s: float = 0.5, give_up_s: float = 2.0) -> None:
        self.name = str(folder)
        self._folder = folder
        self._settle_s = settle_s
        self._give_up_s = give_up_s
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._taken: set[str] = set()
        self._faulty: dict[str, Signature] = {}
        self._arriving: dict[str, _Arrival] = {}
        image_names(folder)

    def frames(self) -> Iterator[Frame]:
        """One frame a complete file, in natural order among those that arrived together."""
        number = 0
        observer = self._observe()
        try:
            while not self._stopped.is_set():
                self._wake.clear()
                for name in self._waiting():
                    if self._stopped.is_set():
                        return
                    content = self._take(name)
                    if content is not None:
                        yield file_frame(self.name, number, self._folder / name, content)
                        number += 1
                self._wake.wait(PENDING_S if self._arriving else RESCAN_S)
        finally:
            if observer is not None:
                observer.stop()
                observer.join(timeout=5.0)

    def stop(self) -> None:
        """End, also while waiting for files."""
        self._stopped.set()
        self._wake.set()

    def _observe(self) -> BaseObserver | None:
        """Wakes ``frames`` when somebody writes here; ``None`` where the system has no watch left to give."""
        observer = Observer()
        observer.name = "stripsight-watch"
        observer.schedule(_Waker(self._wake), str(self._folder))
        try:
            observer.start()
        except OSError:
            return None
        return observer

    def _waiting(self) -> list[str]:
        """Files not taken yet. Raises ``SourceError`` where the folder has gone away."""
        if not self._folder.is_dir():
            raise SourceError(f"Folder '{self._folder}' has gone away; check the drive or the network share.")
        names = in_order(name for name in image_names(self._folder) if name not in self._taken)
        for gone in self._arriving.keys() - names:
            del self._arriving[gone]
        return names

    def _take(self, name: str) -> Image | Reason | None:
        """The image once the file is complete, a reason once it is plain that it will not be, ``None`` until then."""
        path = self._folder / name
        signature = _signature(path)
        if signature is None or self._faulty.get(name) == signature:
            return None
        quiet_s = self._quiet_s(name, signature)
        try:
            data = path.read_bytes()
        except OSError:
            # Whoever writes may hold it locked.
            data = None
        content = Reason("unreadable", {"name": name}) if data is None else decode_image(data, name)
        if _signature(path) != signature:
            return None
        if isinstance(content, Reason):
            if quiet_s < self._give_up_s:
                return None
            self._faulty[name] = signature
        elif data is not None and (end_marked(data) or quiet_s >= self._settle_s):
            self._taken.add(name)
            self._faulty.pop(name, None)
        else:
            return None
        del self._arriving[name]
        return content

    def _quiet_s(self, name: str, signature: Signature) -> float:
        """For how long the file has looked as it does, by our own clock: the share's may differ."""
        now_s = time.monotonic()
        arrival = self._arriving.get(name)
        if arrival is None or arrival.signature != signature:
            self._arriving[name] = _Arrival(signature, now_s)
            return 0.0
        return now_s - arrival.since_s


class _Waker(FileSystemEventHandler):
    """Sets an event when something in the folder has changed; our own reading is no change."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by the observer's thread."""
        if event.event_type in ("created", "modified", "moved", "closed"):
            self._wake.set()


def _signature(path: Path) -> Signature | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns
