"""The latency bench: a frame out of a live source until its masks are painted, beside one pass and one refresh.

The source gives frames at 80 % of what the line was just found to manage; the window shows the newest, as it does at
the line, and a frame counts when the canvas has painted it. The bare networks, on the same frames, are one pass.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.bench import strip_frames
from app.bench.bare import BareNetworks
from app.bench.bench import BenchError, Wishes
from app.bench.figures import RATIO, Figure, Part, Report
from app.bench.lent import opened
from app.bench.preloaded_source import PreloadedSource
from app.bench.rounds import percentile
from app.bench.unseen import UnseenWorkstation, unseen_workstation
from app.inspection.status import LineState
from app.words.frame import Image
from app.words.inspection import Inspection

GOAL = 1.25
REFRESH_MS = 1000 / 30
LOAD = 0.8
FRAMES, SHORT_FRAMES = 400, 60
ROUNDS = 3
POOL_FRAMES = 20
_WARM_UP_FRAMES = 20


def measure(wishes: Wishes) -> Report:
    """Raises ``BenchError`` where the line fails or nothing is painted."""
    with opened(wishes) as (bundle, runtime):
        count = wishes.frames_or(FRAMES, SHORT_FRAMES)
        images = [frame.image for frame in strip_frames.defective(bundle, runtime, POOL_FRAMES)]
        bare = BareNetworks.preloaded(runtime, bundle, tuple(images))
        with unseen_workstation(bundle, runtime) as workstation:
            rounds = [_round(workstation, bare, images, count // ROUNDS) for _ in range(ROUNDS)]
        every = [ms for each in rounds for ms in each.latencies_ms]
        median = statistics.median
        return Report(
            {
                "latency_p99_to_pass": Figure.median(
                    [each.ratio for each in rounds],
                    GOAL,
                    RATIO,
                    "lower",
                    {
                        "p50": Part(median(every), "ms"),
                        "p99": Part(percentile(every, 0.99), "ms"),
                        "longest": Part(max(every), "ms"),
                        "pass": Part(median(each.pass_ms for each in rounds), "ms"),
                        "refresh": Part(REFRESH_MS, "ms"),
                        "load": Part(median(each.load_per_s for each in rounds), "frames/s"),
                        "painted": Part(len(every), "frames"),
                        "lost": Part(sum(each.lost for each in rounds), "frames"),
                    },
                )
            },
            setting={"bundle": bundle.name, "runtime": runtime.label, "frames": count // ROUNDS * ROUNDS},
        )


class _Round:
    """One round: what a pass took, the load chosen, and how long each painted frame was on its way."""

    def __init__(self, pass_ms: float, load_per_s: float, latencies_ms: Sequence[float], lost: int) -> None:
        self.pass_ms = pass_ms
        self.load_per_s = load_per_s
        self.latencies_ms = latencies_ms
        self.lost = lost

    @property
    def ratio(self) -> float:
        """p99 over one pass and one refresh."""
        return percentile(self.latencies_ms, 0.99) / (self.pass_ms + REFRESH_MS)


def _round(workstation: UnseenWorkstation, bare: BareNetworks, images: Sequence[Image], count: int) -> _Round:
    begun_s = time.perf_counter()
    bare.run(_WARM_UP_FRAMES)
    pass_ms = (time.perf_counter() - begun_s) * 1000 / _WARM_UP_FRAMES
    flat_out = _PaintWatch(workstation)
    begun_s = time.perf_counter()
    _run(workstation, PreloadedSource(images, _WARM_UP_FRAMES))
    load_per_s = LOAD * _WARM_UP_FRAMES / (time.perf_counter() - begun_s)
    flat_out.close()
    watch = _PaintWatch(workstation)
    source = PreloadedSource(images, max(count, 2), every_s=1 / load_per_s)
    _run(workstation, source)
    lost = workstation.station.status().counters.lost
    watch.close()
    latencies_ms = [(painted_s - source.out_s[number]) * 1000 for number, painted_s in watch.painted_s.items()]
    if not latencies_ms:
        raise BenchError("Nothing was painted while frames came; the window does not show the line.")
    return _Round(pass_ms, load_per_s, latencies_ms, lost)


def _run(workstation: UnseenWorkstation, source: PreloadedSource) -> None:
    """Run the source to its end, the window at work meanwhile."""
    workstation.start(source)
    loop = QEventLoop()
    poll = QTimer(interval=20)

    def look() -> None:
        if workstation.station.status().state in (LineState.ENDED, LineState.FAILED):
            loop.quit()

    poll.timeout.connect(look)
    poll.start()
    loop.exec()
    poll.stop()
    # What was handed on last is still to be painted.
    QApplication.processEvents()
    workstation.stop()


class _PaintWatch(QObject):
    """When the canvas had painted each frame that it showed; the first time counts."""

    def __init__(self, workstation: UnseenWorkstation) -> None:
        super().__init__()
        self.painted_s: dict[int, float] = {}
        self._showing: int | None = None
        self._viewport = workstation.live.viewer.canvas.viewport()
        self._bridge = workstation.window.workplace.bridge
        # Connected after the page, so the page has set the canvas when this hears of it.
        self._bridge.inspected.connect(self._on_inspected)
        self._viewport.installEventFilter(self)

    def close(self) -> None:
        """Watch no more."""
        self._viewport.removeEventFilter(self)
        self._bridge.inspected.disconnect(self._on_inspected)

    @Slot(object)
    def _on_inspected(self, inspection: Inspection) -> None:
        self._showing = inspection.frame.number

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The canvas is about to be painted; the loop's next turn comes when it has been."""
        if event.type() == QEvent.Type.Paint and self._showing is not None:
            number, self._showing = self._showing, None
            QTimer.singleShot(0, lambda: self.painted_s.setdefault(number, time.perf_counter()))
        return super().eventFilter(watched, event)
