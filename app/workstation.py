"""The workstation: the window on a station, seen by a person or, where there is no display, by nobody."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from app.inspection.status import LineEvent, LineState, LineStatus
from app.review_desk import open_desk
from app.settings import DEFAULT_SOURCE, OPERATOR_NAME, STATION_NAME, Settings
from app.station import Station
from app.ui.application import grab, make_application, make_window
from app.ui.live.page import LIVE, LivePage
from app.ui.sentences import sentence
from app.ui.shell import PageEntry, Workplace

if TYPE_CHECKING:
    from app.ui.review.page import ReviewPage
    from app.ui.settings.page import SettingsPage

UNSEEN_SIZE = QSize(1920, 1080)
_PATIENCE_MS = 600_000
"""An unseen run that has not inspected its frames by then ends as failed."""

_log = logging.getLogger(__name__)


class Workstation:
    """Every page, joined to the station. Make one a process; the station is closed by whoever made it."""

    def __init__(self, station: Station, settings: Settings) -> None:
        self._station = station
        self._application = make_application()
        self._desk = open_desk(station.store, settings[OPERATOR_NAME], settings[STATION_NAME])
        self.window = make_window(station, self._pages())
        spec = settings[DEFAULT_SOURCE]
        titles = dict(station.sources())
        self.live.line_bar.choose_source(spec, titles.get(spec, Path(spec).name or spec))

    @property
    def live(self) -> LivePage:
        """The live page."""
        return cast("LivePage", self.window.page("live"))

    def _pages(self) -> tuple[PageEntry, ...]:
        """The pages; what is not in front at the start is imported and made when it is first shown."""

        def review(workplace: Workplace) -> QWidget:
            from app.ui.review.page import make_review_page

            return make_review_page(self._desk, workplace)

        def settings(workplace: Workplace) -> QWidget:
            from app.ui.settings.page import SettingsPage

            return SettingsPage(workplace)

        return (
            LIVE,
            PageEntry("review", "Review", "review", review),
            PageEntry("settings", "Settings", "settings", settings),
        )

    def run(self, source: str | None) -> int:
        """Show the window until it is closed, the line started on ``source`` where one is given; the exit code."""
        self.window.show_where_it_was()
        if source is not None:
            self.window.show_page("live")
            self.live.start()
        code = self._application.exec()
        self.close()
        return code

    def run_unseen(self, source: str, frames: int, screenshot: Path | None) -> int:
        """Run the window over so many frames of ``source``, save what it shows, print a summary; the exit code."""
        self.window.resize(UNSEEN_SIZE)
        self.window.show()
        self.window.show_page("live")
        watch = _FrameWatch(self._station, frames)
        self.window.workplace.bridge.event_raised.connect(watch.on_event_raised)
        watch.finished.connect(self._application.quit)
        watch.start()
        self.live.start()
        self._application.exec()
        self.window.show_page("live")
        if screenshot is not None:
            grab(self.window, screenshot)
        status = self._station.status()
        self.close()
        for line in _summary(status, source, screenshot, watch.error):
            print(line)
        return 0 if watch.reached else 1

    def run_until_painted(self, marks_s: dict[str, float]) -> int:
        """Show the window, say when it is painted (see ``app.first_paint``) and end; the exit code."""
        from app.first_paint import show_until_painted

        self.window.resize(UNSEEN_SIZE)
        show_until_painted(self.window, marks_s)
        self.close()
        return 0

    def close(self) -> None:
        """Close the window, then the desk; the station, which they draw from, is for whoever made it to close."""
        for name in ("review", "settings"):
            if (page := self.window.made_page(name)) is not None:
                cast("ReviewPage | SettingsPage", page).stop()
        self.window.close()
        self._desk.close()
        QApplication.processEvents()


class _FrameWatch(QObject):
    """Waits until the line has inspected so many frames, has ended, or has failed.

    Signals:
        finished(): there is nothing more to wait for.
    """

    finished = Signal()

    def __init__(self, station: Station, frames: int) -> None:
        super().__init__()
        self._station = station
        self._frames = frames
        self.reached = False
        self.error = ""
        self._poll = QTimer(self, interval=50)
        self._poll.timeout.connect(self._on_polled)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self.finished)

    def start(self) -> None:
        """Begin to wait."""
        self._poll.start()
        self._patience.start()

    @Slot()
    def _on_polled(self) -> None:
        status = self._station.status()
        self.reached = status.counters.frames >= self._frames or (
            status.state is LineState.ENDED and status.counters.frames > status.counters.not_inspected
        )
        if self.reached or status.state in (LineState.ENDED, LineState.FAILED):
            self._poll.stop()
            self.finished.emit()

    @Slot(object)
    def on_event_raised(self, event: LineEvent) -> None:
        """Remember the last error's sentence for the summary."""
        if event.error:
            self.error = sentence(event.reason)


def _summary(status: LineStatus, source: str, screenshot: Path | None, error: str) -> list[str]:
    counters = status.counters
    latency = "" if status.latency_p50_ms is None else f", {status.latency_p50_ms:.0f} ms from capture to verdict"
    lines = [
        f"{source} with {status.model} on {status.runtime}: {counters.frames} frames inspected, "
        f"{status.frames_per_s:.1f} frames/s{latency}.",
        f"{counters.passes} pass, {counters.reviews} review, {counters.rejects} reject, "
        f"{counters.not_inspected} not inspected, {counters.lost} lost.",
    ]
    if error:
        lines.append(error)
    if screenshot is not None:
        lines.append(f"The window as it was: {screenshot}")
    return lines
