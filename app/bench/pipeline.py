"""The pipeline bench: the whole line (decode, infer, store, show) beside the bare runtime, same bundle, same run.

Both take turns in rounds, so that whatever else the computer does weighs on both alike; the ratio is the median over
the rounds.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import psutil

from app.bench.bare import BareNetworks
from app.bench.figures import Figure, Report
from app.bench.shown import ShownFrames
from app.inspection.line import InspectionLine
from app.inspection.recipe import Recipe
from app.inspection.status import LineEvent
from app.sources import open_source
from app.store import Store
from app.words.frame import Image
from models.bundle import Bundle
from models.data.strip import find_preset
from models.predictor import Predictor
from models.runtimes.base import Encoded, Floats, Runtime

ROUNDS = 4
POOL_FRAMES = 32
_WARM_UP_FRAMES = 12
_JPEG_QUALITY = 95
_PRESET = "demo"
_STOP_TIMEOUT_S = 60.0


class BenchError(RuntimeError):
    """A bench that could not be run; the message says why."""


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
    def cpu_ms(self) -> float:
        """Processor time a frame, in ms."""
        return self.cpu_s * 1000 / self.frames


def bench_pipeline(bundle: Bundle, runtime: Runtime, frames: int) -> Report:
    """Measure with ``frames`` frames for either side. Raises ``BenchError`` where the line fails."""
    each = max(1, frames // ROUNDS)
    with ExitStack() as opened:
        place = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="stripsight-bench-")))
        images = _written_frames(place / "frames")
        line = opened.enter_context(_WholeLine(place, bundle, runtime))
        bare = BareNetworks.preloaded(runtime, bundle, images)
        bare.run(_WARM_UP_FRAMES)
        line.run(_WARM_UP_FRAMES)
        start_mb = _resident_mb()
        rounds = [(_timed(bare.run, each), _timed(line.run, each)) for _ in range(ROUNDS)]
        end_mb = _resident_mb()
        return Report(
            figures=_figures(rounds, line, start_mb, end_mb),
            setting={
                "bundle": bundle.name,
                "runtime": runtime.label,
                "frames": each * ROUNDS,
                "frame_px": f"{images[0].shape[0]}x{images[0].shape[1]}",
                "shown": "offscreen" if line.shown.available else "not shown: the interface is not installed",
            },
        )


class _WholeLine:
    """The line as the workstation has it: files from a folder, the store's writer, the canvas."""

    def __init__(self, place: Path, bundle: Bundle, runtime: Runtime) -> None:
        self.shown = ShownFrames()
        self.latency_p50_ms: list[float] = []
        self.latency_p99_ms: list[float] = []
        self.shown_per_s: list[float] = []
        self._folder = place / "frames"
        self._predictor = Predictor(bundle, _Lent(runtime))
        self._errors: list[LineEvent] = []
        self._store = Store.open(place / "store", station="bench", actor="bench")
        self._line = InspectionLine(self._store.writer.put, self._on_event)

    def __enter__(self) -> _WholeLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.stop(_STOP_TIMEOUT_S)
        self._store.close()
        self.shown.close()

    def run(self, count: int) -> None:
        """``count`` frames from the folder until the last of them is on disk."""
        recipe, begun_s, shown_before = Recipe.default(), time.perf_counter(), self.shown.count
        strip = self._store.begin_strip("bench", str(self._folder), recipe.name, recipe.to_json())
        self._line.start(
            lambda: open_source(str(self._folder), loop=True, limit=count), lambda: self._predictor, recipe, strip
        )
        while not self._line.wait(self.shown.every_s):
            self.shown.show(self._line.latest())
        self.shown.show(self._line.latest())
        self._store.writer.flush()
        status = self._line.status()
        if self._errors or status.counters.frames != count or status.counters.not_inspected:
            raise BenchError(
                f"The line inspected {status.counters.frames} of {count} frames; the figures would be wrong."
            )
        self.latency_p50_ms.append(status.latency_p50_ms or 0.0)
        self.latency_p99_ms.append(status.latency_p99_ms or 0.0)
        self.shown_per_s.append((self.shown.count - shown_before) / (time.perf_counter() - begun_s))

    def _on_event(self, event: LineEvent) -> None:
        if event.error:
            self._errors.append(event)


class _Lent:
    """A runtime that several runs use one after the other: each closes it, and it stays open."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.label = runtime.label
        self.reason = runtime.reason

    def classify(self, tiles: Floats) -> Encoded:
        return self._runtime.classify(tiles)

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        return self._runtime.segment(encoded, rows)

    def close(self) -> None:
        """Nothing: whoever lent it closes it."""


def _figures(
    rounds: Sequence[tuple[Timing, Timing]], line: _WholeLine, start_mb: float, end_mb: float
) -> dict[str, Figure]:
    bare, whole = [pair[0] for pair in rounds], [pair[1] for pair in rounds]
    median = statistics.median
    return {
        "line_to_runtime": Figure(median(w.frames_per_s / b.frames_per_s for b, w in rounds), 0.9, "ratio", "higher"),
        "line_frames_per_s": Figure(median(each.frames_per_s for each in whole), 20, "frames/s", "higher"),
        "runtime_frames_per_s": Figure(median(each.frames_per_s for each in bare), 20, "frames/s", "higher"),
        "cpu_outside_networks_ms": Figure(median(w.cpu_ms - b.cpu_ms for b, w in rounds), 10, "ms", "lower"),
        "latency_p50_ms": Figure(median(line.latency_p50_ms), 250, "ms", "lower"),
        "latency_p99_ms": Figure(median(line.latency_p99_ms), 500, "ms", "lower"),
        "shown_per_s": Figure(median(line.shown_per_s), 30, "frames/s", "lower"),
        "memory_start_mb": Figure(start_mb, 1500, "MB", "lower"),
        "memory_end_mb": Figure(end_mb, 1500, "MB", "lower"),
        "memory_growth_mb": Figure(end_mb - start_mb, 64, "MB", "lower"),
    }


def _timed(run: Callable[[int], None], count: int) -> Timing:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    run(count)
    return Timing(count, time.perf_counter() - wall_s, time.process_time() - cpu_s)


def _written_frames(folder: Path) -> tuple[Image, ...]:
    """Rendered frames as JPEG files, and what a reader decodes from them."""
    preset = find_preset(_PRESET)
    assert preset is not None, "the demonstration strip is part of the program"
    renderer = preset.renderer(seed=1)
    folder.mkdir()
    decoded = []
    for number in range(POOL_FRAMES):
        path = folder / f"{number:04d}.jpg"
        _, encoded = cv2.imencode(".jpg", renderer.render(number).image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        path.write_bytes(encoded.tobytes())
        decoded.append(np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)))
    return tuple(decoded)


def _resident_mb() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6
