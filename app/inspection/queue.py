"""The bounded queue between capture and inference: it waits or drops the oldest, and never loses one unseen."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from app.words.frame import Frame
from app.words.reason import Reason

QUEUE_FRAMES = 4
"""Enough for decoding to run ahead of the networks; more would only make a live picture older."""


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """A frame as the capture thread hands it on. ``captured_s`` is ``time.perf_counter()`` at that moment."""

    frame: Frame
    strip_id: UUID | None
    live: bool
    captured_s: float
    capture_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """A stretch of frames that were captured and will not be inspected; ``first`` is the first of them, without pixels.

    ``code`` says why: ``lost`` (the line was slower than its source), ``paused`` or ``stopped``.
    """

    first: Frame
    strip_id: UUID | None
    count: int
    code: str

    def as_frame(self) -> Frame:
        """The stretch as one frame without an image, at the place where it began."""
        return replace(self.first, image=None, fault=Reason(self.code, {"count": self.count}))


Request = Callable[[], None]
"""What the inference thread is to do between two frames."""


class FrameQueue:
    """Frames from the capture thread to the inference thread, in order, at most ``capacity`` of them.

    A source that can wait waits in ``put``. A live source drops the oldest frame instead; since only the oldest is
    ever dropped, the gap lies right before the next frame, and ``get`` gives it first. Requests to the inference
    thread travel through here as well, so that one wait hears of both; they overtake frames and are heard in a pause.
    """

    def __init__(self, capacity: int = QUEUE_FRAMES) -> None:
        self._capacity = capacity
        self._changed = threading.Condition()
        self._frames: deque[Captured] = deque()
        self._gaps: deque[Gap] = deque()
        self._requests: deque[Request] = deque()
        self._paused = False
        self._ended = False
        self._inspect_until_s: float | None = None

    @property
    def depth(self) -> int:
        """How many frames wait."""
        with self._changed:
            return len(self._frames)

    @property
    def paused(self) -> bool:
        """Whether ``get`` holds frames back."""
        with self._changed:
            return self._paused

    def put(self, captured: Captured) -> None:
        """Hand a frame on. Waits for room, unless the source is live or the line is finishing."""
        with self._changed:
            if captured.live:
                while len(self._frames) >= self._capacity:
                    self._drop_oldest("paused" if self._paused else "lost")
            else:
                self._changed.wait_for(lambda: len(self._frames) < self._capacity or self._finishing)
            self._frames.append(captured)
            self._changed.notify_all()

    def get(self) -> Captured | Gap | Request | None:
        """The next request, gap or frame; waits for one. ``None`` when the frames have ended and none is left."""
        with self._changed:
            while True:
                if self._requests:
                    return self._requests.popleft()
                if self._late:
                    while self._frames:
                        self._drop_oldest("stopped")
                if not self._paused or self._finishing:
                    if self._gaps:
                        return self._gaps.popleft()
                    if self._frames:
                        captured = self._frames.popleft()
                        self._changed.notify_all()
                        return captured
                    if self._ended or self._late:
                        return None
                self._changed.wait(self._patience_s())

    def ask(self, request: Request) -> None:
        """Have the inference thread do something before its next frame."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def pause(self) -> None:
        """Hold frames back: a source that can wait waits, a live one goes on and its frames count as ``paused``."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Let frames through again."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def end(self) -> None:
        """Say that no more frames come. Those that wait are still given."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def finish(self, within_s: float) -> None:
        """Give what waits for ``within_s`` seconds, pause or not; what is left then becomes a gap."""
        with self._changed:
            self._inspect_until_s = time.monotonic() + within_s
            self._changed.notify_all()

    @property
    def _finishing(self) -> bool:
        return self._inspect_until_s is not None

    @property
    def _late(self) -> bool:
        return self._inspect_until_s is not None and time.monotonic() >= self._inspect_until_s

    def _patience_s(self) -> float | None:
        return None if self._inspect_until_s is None else max(0.0, self._inspect_until_s - time.monotonic())

    def _drop_oldest(self, code: str) -> None:
        dropped = self._frames.popleft()
        last = self._gaps[-1] if self._gaps else None
        if last is not None and (last.code, last.strip_id) == (code, dropped.strip_id):
            self._gaps[-1] = replace(last, count=last.count + 1)
        else:
            self._gaps.append(Gap(replace(dropped.frame, image=None), dropped.strip_id, 1, code))
