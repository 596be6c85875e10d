"""A source whose frames lie in memory already: as fast as they are taken, or live at a set pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

from app.sources.base import now_utc
from app.words.frame import Frame, Image


class PreloadedSource:
    """``images`` over and over, ``count`` frames or without end.

    With ``every_s`` it is live: frame n comes n times ``every_s`` after the first, whoever is ready for it. ``out_s``
    says, by frame number, when each came, on ``time.perf_counter``.
    """

    name = "bench"

    def __init__(self, images: Sequence[Image], count: int | None = None, every_s: float | None = None) -> None:
        self.live = every_s is not None
        self.out_s: dict[int, float] = {}
        self._images = images
        self._count = count
        self._every_s = every_s or 0.0
        self._stopped = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Frame after frame."""
        number, begun_s = 0, time.perf_counter()
        while self._count is None or number < self._count:
            wait_s = begun_s + number * self._every_s - time.perf_counter()
            if (wait_s > 0 and self._stopped.wait(wait_s)) or self._stopped.is_set():
                return
            frame = Frame(self.name, number, f"bench#{number:06d}", now_utc(), self._images[number % len(self._images)])
            self.out_s[number] = time.perf_counter()
            yield frame
            number += 1

    def stop(self) -> None:
        """End."""
        self._stopped.set()
