"""What can be asked of the line while it runs: its state, its counters, its speed, and what happened to it."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from app.words.inspection import Inspection, VerdictKind
from app.words.reason import Reason

RATE_WINDOW_S = 5.0
LATENCY_FRAMES = 500

GAP_CODES = frozenset({"lost", "paused", "stopped"})
"""Reasons of an inspection that stands for a stretch of frames rather than for one."""


class LineState(StrEnum):
    """What the line does."""

    IDLE = "idle"
    """Nothing was started, or the line was stopped."""
    STARTING = "starting"
    """The source opens and the model loads."""
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    ENDED = "ended"
    """The source gave its last frame, and all are inspected."""
    FAILED = "failed"
    """The source or the model could not be used; the error says why."""

    @property
    def active(self) -> bool:
        """Whether threads are at work."""
        return self in (LineState.STARTING, LineState.RUNNING, LineState.PAUSED, LineState.STOPPING)


@dataclass(frozen=True, slots=True)
class LineEvent:
    """Something that happened to the line; ``reason.code`` says what, ``app.wording.word`` makes the sentence.

    ``error`` marks what needs somebody's attention.
    """

    reason: Reason
    error: bool = False
    time_utc: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Counters:
    """Frames since the start. ``frames`` is the sum of the four verdicts; ``lost`` frames come on top."""

    frames: int = 0
    passes: int = 0
    reviews: int = 0
    rejects: int = 0
    not_inspected: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class LineStatus:
    """The line at one moment.

    ``frames_per_s`` is taken over the last seconds; ``latency_p50_ms`` and ``latency_p99_ms`` run from the frame's
    capture to its verdict, over the last frames (``None`` before the first). ``error`` says why the line failed.
    """

    state: LineState = LineState.IDLE
    counters: Counters = Counters()
    frames_per_s: float = 0.0
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None
    queue_depth: int = 0
    source: str = ""
    model: str = ""
    runtime: str = ""
    runtime_reason: str = ""
    recipe: str = ""
    error: Reason | None = None


class LineMeter:
    """Counts inspections and measures speed; filled by the inference thread, read by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(VerdictKind, 0)
        self._lost = 0
        self._times_s: deque[float] = deque()
        self._latencies_ms: deque[float] = deque(maxlen=LATENCY_FRAMES)

    def count(self, inspection: Inspection, latency_ms: float | None) -> None:
        """Count an inspection; ``latency_ms`` is ``None`` for one that stands for lost frames."""
        reason = inspection.verdict.reason
        with self._lock:
            if reason.code in GAP_CODES:
                self._lost += int(reason.parameters.get("count", 1))
                return
            self._counts[inspection.verdict.kind] += 1
            self._times_s.append(time.monotonic())
            self._forget_old()
            if latency_ms is not None:
                self._latencies_ms.append(latency_ms)

    @property
    def counters(self) -> Counters:
        """The counts so far."""
        with self._lock:
            return Counters(
                frames=sum(self._counts.values()),
                passes=self._counts[VerdictKind.PASS],
                reviews=self._counts[VerdictKind.REVIEW],
                rejects=self._counts[VerdictKind.REJECT],
                not_inspected=self._counts[VerdictKind.NOT_INSPECTED],
                lost=self._lost,
            )

    @property
    def frames_per_s(self) -> float:
        """Frames a second over the last seconds; 0 before the second frame."""
        with self._lock:
            self._forget_old()
            if len(self._times_s) < 2:
                return 0.0
            span_s = time.monotonic() - self._times_s[0]
            return (len(self._times_s) - 1) / span_s if span_s > 0 else 0.0

    def latency_ms(self, share: float) -> float | None:
        """The latency that ``share`` (0 to 1) of the last frames stayed within."""
        with self._lock:
            ordered = sorted(self._latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None

    def _forget_old(self) -> None:
        oldest_s = time.monotonic() - RATE_WINDOW_S
        while self._times_s and self._times_s[0] < oldest_s:
            self._times_s.popleft()
