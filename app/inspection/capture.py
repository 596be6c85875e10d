"""Capture: the thread that takes frames from a source, decoded, and puts them into the queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol
from uuid import UUID

from app.inspection.queue import Captured, FrameQueue
from app.inspection.status import LineEvent
from app.words.frame import Frame
from app.words.reason import Reason


class FrameSource(Protocol):
    """What the line needs of a source; ``app.sources`` has the sources themselves."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def live(self) -> bool:
        """Whether it goes on when nobody takes its frames."""

    def frames(self) -> Iterator[Frame]:
        """The frames, in order; waits for each, ends after the last or soon after ``stop``."""

    def stop(self) -> None:
        """End ``frames`` soon and release the device; from any thread, any number of times."""


OpenSource = Callable[[], FrameSource]


class Capture:
    """One source after another into a queue, in a thread of its own, so that decoding overlaps inference.

    ``start`` and ``stop`` are called once each; ``change`` at any time from any thread. ``on_event`` is called from the
    thread. ``ready`` is waited for before the first frame is asked for: a live source must not lose frames to a model
    that still loads.
    """

    def __init__(
        self,
        open_source: OpenSource,
        strip_id: UUID | None,
        queue: FrameQueue,
        ready: threading.Event,
        on_event: Callable[[LineEvent], None],
    ) -> None:
        self._queue = queue
        self._ready = ready
        self._on_event = on_event
        self._lock = threading.Lock()
        self._next: OpenSource | None = open_source
        self._strip_id = strip_id
        self._next_strip_id = strip_id
        self._source: FrameSource | None = None
        self._stopped = False
        self._done = False
        self._name = ""
        self.error: Reason | None = None
        # Takes and decodes frames; ends when its source ends or is stopped.
        self.thread = threading.Thread(target=self._run, name="stripsight-capture")

    @property
    def source_name(self) -> str:
        """The source in use or last used; '' before the first is open."""
        with self._lock:
            return self._name

    def start(self) -> None:
        """Begin."""
        self.thread.start()

    def change(self, open_source: OpenSource, strip_id: UUID | None) -> bool:
        """Go on with another source once the present one has let go. False where capture is over already.

        Its frames belong to ``strip_id``, or to the present strip where that is ``None``.
        """
        with self._lock:
            if self._done or self._stopped:
                return False
            self._next, source = open_source, self._source
            self._next_strip_id = strip_id or self._next_strip_id
        if source is not None:
            source.stop()
        return True

    def stop(self) -> None:
        """End soon; what was captured stays in the queue."""
        with self._lock:
            self._stopped, source = True, self._source
        if source is not None:
            source.stop()

    def _run(self) -> None:
        try:
            while (open_source := self._take_next()) is not None:
                self._capture(open_source)
        finally:
            self._queue.end()

    def _take_next(self) -> OpenSource | None:
        with self._lock:
            open_source, self._next = self._next, None
            if self._stopped or self.error is not None or open_source is None:
                self._done = True
                return None
            self._strip_id = self._next_strip_id
            return open_source

    @property
    def _unwanted(self) -> bool:
        """Whether the present source is to be let go."""
        with self._lock:
            return self._stopped or self._next is not None

    def _capture(self, open_source: OpenSource) -> None:
        """One source from opening to release. An error in it becomes an event; what it gave before stays."""
        source: FrameSource | None = None
        try:
            source = open_source()
            with self._lock:
                self._source, self._name = source, source.name
            self._ready.wait()
            if not self._unwanted:
                self._on_event(LineEvent(Reason("source_opened", {"source": source.name})))
                count = self._take_frames(source)
                if not self._unwanted:
                    self._on_event(LineEvent(Reason("source_ended", {"source": source.name, "count": count})))
        except Exception as error:  # noqa: BLE001 - a driver may raise anything; its sentence is what people need
            self._fail(error)
        finally:
            with self._lock:
                self._source = None
            if source is not None:
                source.stop()

    def _take_frames(self, source: FrameSource) -> int:
        count = 0
        frames = source.frames()
        try:
            asked_s = time.perf_counter()
            for frame in frames:
                captured_s = time.perf_counter()
                self._queue.put(Captured(frame, self._strip_id, source.live, captured_s, (captured_s - asked_s) * 1000))
                count += 1
                if self._unwanted:
                    break
                asked_s = time.perf_counter()
        finally:
            # A generator holds its device until it is closed, and collecting it is nobody's promise.
            close = getattr(frames, "close", None)
            if close is not None:
                close()
        return count

    def _fail(self, error: Exception) -> None:
        reason = Reason("source_failed", {"error": str(error) or type(error).__name__})
        with self._lock:
            # The error of a source that is being replaced or stopped is no reason to end the line.
            if self._next is None and not self._stopped:
                self.error = reason
        self._on_event(LineEvent(reason, error=True))
