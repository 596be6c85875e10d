"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from tqdm import tqdm

LINE_EVERY_S = 30.0


def say(text: str) -> None:
    """A line on stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class Progress:
    """Tells how far a training is and how long it will still take."""

    def __init__(
        self, steps: int, done: int = 0, stream: TextIO | None = None, line_every_s: float = LINE_EVERY_S
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._steps, self._done, self._first = steps, done, done
        self._line_every_s = line_every_s
        self._clock: Callable[[], float] = time.monotonic
        self._began_s = self._told_s = self._clock()
        self._bar = (
            tqdm(total=steps, initial=done, unit="step", file=self._stream, dynamic_ncols=True)
            if self._stream.isatty()
            else None
        )

    def step(self, text: str) -> None:
        """One step is done; ``text`` names the epoch and the loss."""
        self._done += 1
        if self._bar is not None:
            self._bar.set_description_str(text, refresh=False)
            self._bar.update(1)
        elif self._clock() - self._told_s >= self._line_every_s:
            self._told_s = self._clock()
            self._write(f"{text}, step {self._done} of {self._steps}, {self._left()}")

    def line(self, text: str) -> None:
        """A line that stays."""
        if self._bar is not None:
            self._bar.write(text, file=self._stream)
        else:
            self._write(text)

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()

    def _write(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def _left(self) -> str:
        pace_s = (self._clock() - self._began_s) / max(1, self._done - self._first)
        left_s = int(pace_s * (self._steps - self._done))
        return f"{left_s // 60} min {left_s % 60:02d} s left"
