"""Pace: how fast frames are decided, from the last decisions of whoever reviews. Nothing of it is kept."""

from __future__ import annotations

from collections import deque

DECISIONS = 20
BREAK_S = 300.0
"""A longer time between two decisions is a break and says nothing of the pace."""
_LEAST = 3


class Pace:
    """Frames a minute over the last ``DECISIONS`` decisions."""

    def __init__(self) -> None:
        self._gaps_s: deque[float] = deque(maxlen=DECISIONS)
        self._last_s: float | None = None

    def note(self, now_s: float) -> None:
        """A frame was decided at this moment, in seconds of a clock that never goes back."""
        if self._last_s is not None and now_s - self._last_s <= BREAK_S:
            self._gaps_s.append(now_s - self._last_s)
        self._last_s = now_s

    @property
    def per_minute(self) -> float | None:
        """Frames a minute; ``None`` before there are enough decisions to say."""
        taken_s = sum(self._gaps_s)
        return None if len(self._gaps_s) < _LEAST or taken_s <= 0 else 60.0 * len(self._gaps_s) / taken_s

    def minutes_left(self, frames: int) -> float | None:
        """How long so many frames take at this pace, in minutes."""
        pace = self.per_minute
        return None if pace is None else frames / pace
