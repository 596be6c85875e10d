"""The ui bench: how long the window stands still while inference runs flat out.

A thread of its own posts a probe to the window's event loop every few milliseconds; the stall is the time from the
posting of a probe to its turn. Meanwhile a script pans, zooms and changes pages, and the line shows what it inspects.
"""

from __future__ import annotations

import statistics
import threading
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from app.bench import strip_frames
from app.bench.bench import Wishes
from app.bench.figures import Figure, Part, Report
from app.bench.lent import opened
from app.bench.preloaded_source import PreloadedSource
from app.bench.rounds import percentile
from app.bench.unseen import UnseenWorkstation, unseen_workstation

GOAL_MS = 33.0
SECONDS, SHORT_SECONDS = 60.0, 5.0
STRETCHES = 5
POOL_FRAMES = 20
PROBE_EVERY_S = 0.004
_SCRIPT_EVERY_MS = 16
_PAGE_STEPS = 60
_ZOOM_STEPS = 20
_PAGES = ("live", "review", "live", "settings")


def measure(wishes: Wishes) -> Report:
    """The 99th percentile over all probes, and the longest."""
    seconds = SHORT_SECONDS if wishes.short else SECONDS
    with opened(wishes) as (bundle, runtime):
        images = [frame.image for frame in strip_frames.defective(bundle, runtime, POOL_FRAMES)]
        with unseen_workstation(bundle, runtime) as workstation:
            workstation.start(PreloadedSource(images))
            stalls_ms = _probed(workstation, seconds)
            frames = workstation.station.status().counters.frames
            workstation.stop()
        stretches = [stalls_ms[place::STRETCHES] for place in range(STRETCHES)]
        return Report(
            {
                "ui_stall_p99_ms": Figure(
                    percentile(stalls_ms, 0.99),
                    GOAL_MS,
                    "ms",
                    "lower",
                    {
                        "median": Part(statistics.median(stalls_ms), "ms"),
                        "p90": Part(percentile(stalls_ms, 0.9), "ms"),
                        "longest": Part(max(stalls_ms), "ms"),
                        "probes": Part(len(stalls_ms), ""),
                        "inspected": Part(frames / seconds, "frames/s"),
                    },
                    tuple(percentile(stretch, 0.99) for stretch in stretches if stretch),
                )
            },
            setting={"bundle": bundle.name, "runtime": runtime.label, "seconds": round(seconds)},
        )


def _probed(workstation: UnseenWorkstation, seconds: float) -> list[float]:
    """The stalls of one run of the script, in ms."""
    probe, script = LoopProbe(), _Script(workstation)
    ends = QTimer(singleShot=True, interval=round(seconds * 1000))
    ends.timeout.connect(QApplication.quit)
    script.start()
    probe.start()
    ends.start()
    QApplication.exec()
    probe.stop()
    script.stop()
    return probe.stalls_ms


class LoopProbe(QObject):
    """Posts probes to the event loop of the thread it was made in, and notes how long each waited for its turn."""

    _posted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.stalls_ms: list[float] = []
        self._stopped = threading.Event()
        # Posts probes, one every few milliseconds; ends at stop().
        self._thread = threading.Thread(target=self._post, name="stripsight-bench-probe")
        self._posted.connect(self._on_posted, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; no probe is noted afterwards."""
        self._stopped.set()
        self._thread.join()
        self._posted.disconnect(self._on_posted)

    def _post(self) -> None:
        while not self._stopped.wait(PROBE_EVERY_S):
            self._posted.emit(time.perf_counter())

    @Slot(float)
    def _on_posted(self, posted_s: float) -> None:
        self.stalls_ms.append((time.perf_counter() - posted_s) * 1000)


class _Script(QObject):
    """What a busy inspector does: pans all the time, zooms now and then, and goes from page to page."""

    def __init__(self, workstation: UnseenWorkstation) -> None:
        super().__init__()
        self._window = workstation.window
        self._canvas = workstation.live.viewer.canvas
        self._step = 0
        self._timer = QTimer(self, interval=_SCRIPT_EVERY_MS)
        self._timer.timeout.connect(self._on_due)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()

    @Slot()
    def _on_due(self) -> None:
        self._step += 1
        if self._step % _PAGE_STEPS == 0:
            self._window.show_page(_PAGES[self._step // _PAGE_STEPS % len(_PAGES)])
        if self._step % _ZOOM_STEPS == 0:
            self._canvas.zoom_by(1.6 if self._step // _ZOOM_STEPS % 2 else 1 / 1.6)
        self._canvas.pan_by(9 if self._step % 40 < 20 else -9, 0)
