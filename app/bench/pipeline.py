"""The pipeline bench: the whole line (decode, infer, store, show) beside the bare runtime, same bundle, same run.

Measured twice: on frames that all pass the gate, and on a strip where nine of ten are clean. Line and runtime take
turns in rounds, so that whatever else the computer does weighs on both alike; a ratio is the median over the rounds.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from app.bench import strip_frames
from app.bench.bare import BareNetworks
from app.bench.bench import BenchError, Wishes
from app.bench.figures import RATIO, Figure, Part, Report
from app.bench.lent import opened
from app.bench.replayed import ReplayedRuntime
from app.bench.rounds import Timing, timed
from app.bench.strip_frames import FileFrame
from app.bench.whole_line import WholeLine
from models.bundle import Bundle
from models.runtimes.base import Runtime

FRAMES, SHORT_FRAMES = 2000, 80
ROUNDS = 4
POOL_FRAMES = 30
_WARM_UP_FRAMES = 12

LINE_GOAL = 0.85
CPU_OUTSIDE_GOAL_MS = 5.0


def measure(wishes: Wishes) -> Report:
    """The line with ``frames`` frames for either side. Raises ``BenchError`` where the line fails."""
    with opened(wishes) as (bundle, runtime):
        each = max(1, wishes.frames_or(FRAMES, SHORT_FRAMES) // ROUNDS)
        loaded = _stretch(bundle, runtime, strip_frames.defective(bundle, runtime, POOL_FRAMES), each)
        figures, notes = dict(_loaded_figures(loaded)), []
        try:
            frames = strip_frames.mostly_clean(bundle, runtime, POOL_FRAMES // 10)
        except BenchError as error:
            notes.append(str(error))
        else:
            figures |= _clean_figures(_stretch(bundle, runtime, frames, each))
        return Report(
            figures=figures,
            setting={
                "bundle": bundle.name,
                "runtime": runtime.label,
                "frames": each * ROUNDS,
                "frame_px": "x".join(map(str, loaded.frame_px)),
                "shown": "offscreen" if loaded.shown else "not shown: the interface is not installed",
            },
            notes=tuple(notes),
        )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What line and bare runtime took with the same frames, round by round."""

    bare: Sequence[Timing]
    line: Sequence[Timing]
    frame_px: tuple[int, int]
    shown: bool
    shown_per_s: float
    latency_ms: tuple[float, float]
    """p50 and p99, capture to verdict."""
    memory_mb: tuple[float, float]
    """Before the first round and after the last."""
    parts: dict[str, Part]
    outside_ms: Sequence[float]
    """Processor time a frame outside the networks, round by round."""
    outside_parts: dict[str, Part]

    @property
    def ratios(self) -> list[float]:
        """Line over bare runtime, in frames a second."""
        return [whole.frames_per_s / bare.frames_per_s for bare, whole in zip(self.bare, self.line, strict=True)]

    @property
    def all_parts(self) -> dict[str, Part]:
        """What a frame takes as a whole on either side, and where."""
        median = statistics.median
        return {
            "line": Part(median(each.wall_ms for each in self.line), "ms"),
            "bare": Part(median(each.wall_ms for each in self.bare), "ms"),
            **self.parts,
        }


def _stretch(bundle: Bundle, runtime: Runtime, frames: tuple[FileFrame, ...], each: int) -> _Stretch:
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stripsight-bench-")))
        folder = strip_frames.written(frames, place / "frames")
        line = stack.enter_context(WholeLine(place, bundle, runtime))
        bare = BareNetworks.preloaded(runtime, bundle, tuple(frame.image for frame in frames))
        run_line = partial(line.run, folder)
        bare.run(_WARM_UP_FRAMES)
        run_line(_WARM_UP_FRAMES)
        begun_mb = _resident_mb()
        rounds = [(timed(bare.run, each), timed(run_line, each)) for _ in range(ROUNDS)]
        ended_mb = _resident_mb()
        outside_ms, outside_parts = _outside_networks(place, folder, bundle, bare, each)
        return _Stretch(
            bare=[pair[0] for pair in rounds],
            line=[pair[1] for pair in rounds],
            frame_px=(frames[0].image.shape[0], frames[0].image.shape[1]),
            shown=line.shown.available,
            shown_per_s=statistics.median(line.shown_per_s),
            latency_ms=(statistics.median(line.latency_p50_ms), statistics.median(line.latency_p99_ms)),
            memory_mb=(begun_mb, ended_mb),
            parts=line.parts(),
            outside_ms=outside_ms,
            outside_parts=outside_parts,
        )


def _outside_networks(
    place: Path, folder: Path, bundle: Bundle, bare: BareNetworks, each: int
) -> tuple[list[float], dict[str, Part]]:
    """The line once more, with the networks' answers replayed at their pace: its own processor time, by thread."""
    replayed = ReplayedRuntime(bare)
    with WholeLine(place / "replayed", bundle, replayed) as line:
        line.run(folder, _WARM_UP_FRAMES)
        line.threads.begin()
        rounds = []
        for _ in range(ROUNDS):
            replayed.begin()
            rounds.append(timed(partial(line.run, folder), each).cpu_ms)
        return rounds, line.threads.parts(each * ROUNDS)


def _loaded_figures(stretch: _Stretch) -> dict[str, Figure]:
    begun_mb, ended_mb = stretch.memory_mb
    return {
        "line_to_runtime": Figure.median(stretch.ratios, LINE_GOAL, RATIO, "higher", stretch.all_parts),
        "cpu_outside_networks_ms": Figure.median(
            stretch.outside_ms, CPU_OUTSIDE_GOAL_MS, "ms", "lower", stretch.outside_parts
        ),
        "line_frames_per_s": Figure.median([each.frames_per_s for each in stretch.line], 20, "frames/s", "higher"),
        "runtime_frames_per_s": Figure.median([each.frames_per_s for each in stretch.bare], 20, "frames/s", "higher"),
        "latency_p50_ms": Figure(stretch.latency_ms[0], 250, "ms", "lower"),
        "latency_p99_ms": Figure(stretch.latency_ms[1], 500, "ms", "lower"),
        "shown_per_s": Figure(stretch.shown_per_s, 30, "frames/s", "lower"),
        "memory_start_mb": Figure(begun_mb, 1500, "MB", "lower"),
        "memory_end_mb": Figure(ended_mb, 1500, "MB", "lower"),
        "memory_growth_mb": Figure(ended_mb - begun_mb, 64, "MB", "lower"),
    }


def _clean_figures(stretch: _Stretch) -> dict[str, Figure]:
    return {
        "line_to_runtime_mostly_clean": Figure.median(stretch.ratios, LINE_GOAL, RATIO, "higher", stretch.all_parts),
        "cpu_outside_networks_mostly_clean_ms": Figure.median(
            stretch.outside_ms, CPU_OUTSIDE_GOAL_MS, "ms", "lower", stretch.outside_parts
        ),
    }


def _resident_mb() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6
