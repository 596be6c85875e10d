"""The whole line, as the workstation has it: files from a folder, the store's writer, the canvas."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from app.bench.bench import BenchError
from app.bench.figures import Part
from app.bench.lent import LentRuntime
from app.bench.shown import ShownFrames
from app.bench.thread_times import ThreadTimes
from app.inspection.line import InspectionLine
from app.inspection.recipe import Recipe
from app.inspection.status import LineEvent
from app.sources import open_source
from app.store import Store
from app.words.inspection import Inspection
from models.bundle import Bundle
from models.predictor import Predictor
from models.runtimes.base import Runtime

_STOP_TIMEOUT_S = 60.0


class WholeLine:
    """Runs from folders of frames into a store below ``place``; a context that closes what it opened.

    ``on_frame``, if given, is called with the number of frames inspected so far in all runs, after every one, on the
    inference thread.
    """

    def __init__(
        self, place: Path, bundle: Bundle, runtime: Runtime, on_frame: Callable[[int], None] | None = None
    ) -> None:
        self.shown = ShownFrames()
        self.latency_p50_ms: list[float] = []
        self.latency_p99_ms: list[float] = []
        self.shown_per_s: list[float] = []
        self.inspected = 0
        self.threads = ThreadTimes()
        self._spent_ms: dict[str, float] = {}
        self._on_frame = on_frame
        self._predictor = Predictor(bundle, LentRuntime(runtime))
        self._errors: list[LineEvent] = []
        self._store = Store.open(place / "store", station="bench", actor="bench")
        self._line = InspectionLine(self._keep, self._on_event)

    def __enter__(self) -> WholeLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.stop(_STOP_TIMEOUT_S)
        self._store.close()
        self.shown.close()

    def run(self, folder: Path, count: int) -> None:
        """``count`` frames from ``folder``, again and again, until the last of them is on disk.

        Raises ``BenchError`` where the line loses one.
        """
        recipe, begun_s, shown_before = Recipe.default(), time.perf_counter(), self.shown.count
        strip = self._store.begin_strip("bench", str(folder), recipe.name, recipe.to_json())
        self._line.start(
            lambda: open_source(str(folder), loop=True, limit=count), lambda: self._predictor, recipe, strip
        )
        while not self._line.wait(self.shown.every_s):
            self.shown.show(self._line.latest())
        self.shown.show(self._line.latest())
        begun_flush_s = time.perf_counter()
        self._store.writer.flush()
        self._spend("store_flush", (time.perf_counter() - begun_flush_s) * 1000)
        status = self._line.status()
        if self._errors or status.counters.frames != count or status.counters.not_inspected:
            raise BenchError(
                f"The line inspected {status.counters.frames} of {count} frames; the figures would be wrong."
            )
        self.latency_p50_ms.append(status.latency_p50_ms or 0.0)
        self.latency_p99_ms.append(status.latency_p99_ms or 0.0)
        self.shown_per_s.append((self.shown.count - shown_before) / (time.perf_counter() - begun_s))

    def parts(self) -> dict[str, Part]:
        """Where the time of a frame goes, in ms: each stage by its name, the mean over all frames inspected.

        ``capture`` and ``queue`` run beside the others in the capture thread; ``inspect`` is all from ``prepare`` to
        the verdict; ``store_put`` is what handing an inspection to the writer takes.
        """
        frames = max(1, self.inspected)
        stages = {name: Part(ms / frames, "ms") for name, ms in self._spent_ms.items()}
        if self.shown.paint_s:
            stages["paint"] = Part(statistics.median(self.shown.paint_s) * 1000, "ms a frame shown")
        return stages

    def _keep(self, inspection: Inspection) -> None:
        for name, ms in inspection.timings_ms.items():
            self._spend(name, ms)
        begun_s = time.perf_counter()
        self._store.writer.put(inspection)
        self._spend("store_put", (time.perf_counter() - begun_s) * 1000)
        self.inspected += 1
        if self._on_frame is not None:
            self._on_frame(self.inspected)

    def _spend(self, name: str, ms: float) -> None:
        self._spent_ms[name] = self._spent_ms.get(name, 0.0) + ms

    def _on_event(self, event: LineEvent) -> None:
        if event.error:
            self._errors.append(event)
