"""Processor time by thread: which of the program's threads costs what."""

from __future__ import annotations

import threading

import psutil

from app.bench.figures import Part

_PREFIX = "stripsight-"
_OTHERS = "libraries"
"""Threads that no part of the program has named: the networks' and the image library's own."""


class ThreadTimes:
    """The processor time of this process's threads, by name. A thread counts up to the last ``sample`` it was seen in.

    The operating system counts in steps of 10 ms: whoever asks should have run for seconds.
    """

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._names: dict[int, str] = {}
        self._seconds: dict[int, float] = {}
        self._before: dict[int, float] = {}

    def begin(self) -> None:
        """Count from here on."""
        self.sample()
        self._before = dict(self._seconds)

    def sample(self) -> None:
        """See what every thread has used by now."""
        for thread in threading.enumerate():
            if thread.native_id is not None:
                self._names[thread.native_id] = thread.name
        for used in self._process.threads():
            self._seconds[used.id] = used.user_time + used.system_time

    def parts(self, frames: int) -> dict[str, Part]:
        """Milliseconds of processor a frame since ``begin``, by thread."""
        spent: dict[str, float] = {}
        for thread, seconds in self._seconds.items():
            name = self._names.get(thread, _OTHERS)
            short = "window" if name == threading.main_thread().name else name.removeprefix(_PREFIX)
            spent[short] = spent.get(short, 0.0) + seconds - self._before.get(thread, 0.0)
        return {name: Part(seconds * 1000 / frames, "ms") for name, seconds in spent.items() if seconds > 0}
