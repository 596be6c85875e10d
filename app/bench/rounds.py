"""Rounds: what is compared takes turns, so that whatever else the computer does weighs on all sides alike."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """What one stretch of frames took: on the clock, and in processor time of all threads."""

    frames: int
    wall_s: float
    cpu_s: float

    @property
    def frames_per_s(self) -> float:
        """Frames a second."""
        return self.frames / self.wall_s

    @property
    def wall_ms(self) -> float:
        """Time a frame on the clock, in ms."""
        return self.wall_s * 1000 / self.frames

    @property
    def cpu_ms(self) -> float:
        """Processor time a frame, in ms."""
        return self.cpu_s * 1000 / self.frames


def timed(run: Callable[[int], None], count: int) -> Timing:
    """What ``run(count)`` takes."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    run(count)
    return Timing(count, time.perf_counter() - wall_s, time.process_time() - cpu_s)


def in_turns(
    sides: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """The seconds of each side in each of ``rounds`` rounds, after one that is not counted.

    Sides that wait for nothing may be measured by ``time.process_time``, which stands still while the computer does
    something else.
    """
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, work in sides.items():
            begun_s = clock()
            work()
            if number:
                seconds[name].append(clock() - begun_s)
    return seconds


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Round by round, the one over the other."""
    return [upper / lower for upper, lower in zip(above, below, strict=True)]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of ``values`` that at least ``share`` (0 to 1) of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median_ms(seconds: Sequence[float]) -> float:
    """The median, in ms."""
    return statistics.median(seconds) * 1000
