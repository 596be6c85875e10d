"""The live page: what the line sees now, the verdict, and what it rejected a moment ago."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.inspection.status import LineState, LineStatus
from app.ui import icons
from app.ui.canvas import HeldKey, PointerAt
from app.ui.keys import bind, explain
from app.ui.live.body import LiveBody
from app.ui.live.canvas_bar import CanvasBar, class_key_bindings
from app.ui.live.counters import CountersPanel
from app.ui.live.filmstrip import Filmstrip
from app.ui.live.findings import FindingsPanel
from app.ui.live.keys import LIVE_KEYS
from app.ui.live.line_bar import LineBar
from app.ui.live.verdict_banner import VerdictBanner
from app.ui.live.viewer import Viewer
from app.ui.message_bar import IconLabel
from app.ui.sentences import whole
from app.ui.shell import PageEntry, Workplace
from app.words.inspection import Finding, Inspection, VerdictKind

_ZOOM_STEP = 1.25


class LivePage(QWidget):
    """Shows the newest inspection, or one that is frozen while the line goes on."""

    keys = LIVE_KEYS

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self._station = workplace.station
        self._bridge = workplace.bridge
        self._preferences = workplace.preferences
        self._state = LineState.IDLE
        self._newest: Inspection | None = None
        self._frozen: Inspection | None = None
        self.line_bar = LineBar()
        self.banner = VerdictBanner()
        self.canvas_bar = CanvasBar()
        self.viewer = Viewer()
        self.findings = FindingsPanel()
        self.counters = CountersPanel()
        self.filmstrip = Filmstrip()
        self.back = QPushButton(icons.icon("back-to-live"), self.tr("Back to live"))
        self._frozen_words = QLabel()
        self._frozen_bar = self._build_frozen_bar()
        self.body = LiveBody(self.canvas_bar, self.viewer, (self.findings, self.counters, self.filmstrip))
        self._bare_key = HeldKey(Qt.Key.Key_M, self)
        self._build()
        self._connect()
        self._bind_keys()
        self.line_bar.show_sources(self._station.sources())
        self.line_bar.show_bundles(self._station.bundles())
        self.canvas_bar.opacity.setValue(self._preferences.opacity_percent)
        self._on_opacity_changed(self._preferences.opacity_percent)

    def _build(self) -> None:
        self.setObjectName("pageGround")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(10)
        layout.addWidget(self.line_bar)
        layout.addWidget(self.banner)
        layout.addWidget(self._frozen_bar)
        layout.addWidget(self.body, 1)

    def _build_frozen_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("panel", "frozen")
        self.back.setMinimumWidth(180)
        self.back.setIconSize(QSize(24, 24))
        explain(self.back, LIVE_KEYS["back"])
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(16, 5, 6, 5)
        layout.setSpacing(14)
        layout.addWidget(IconLabel("freeze", "on_accent", 28))
        layout.addWidget(self._frozen_words, 1)
        layout.addWidget(self.back)
        bar.hide()
        return bar

    def _connect(self) -> None:
        canvas, bar = self.viewer.canvas, self.canvas_bar
        for signal, slot in (
            (self._bridge.inspected, self._on_inspected),
            (self._bridge.judged, self.banner.tape.extend),
            (self._bridge.rejected, self.filmstrip.add),
            (self._bridge.status_read, self._on_status_read),
            (self.line_bar.source_chosen, self._on_source_chosen),
            (self.line_bar.bundle_chosen, self._station.change_bundle),
            (self.line_bar.start_pressed, self.start),
            (self.line_bar.pause_pressed, self.pause_or_resume),
            (self.line_bar.stop_pressed, self.stop),
            (self.viewer.start.clicked, self.start),
            (self.back.clicked, self.back_to_live),
            (self.findings.finding_chosen, self._on_finding_chosen),
            (self.filmstrip.inspection_chosen, self.freeze),
            (canvas.clicked, self._on_canvas_clicked),
            (bar.class_toggled, canvas.set_class_visible),
            (bar.opacity_changed, self._on_opacity_changed),
            (bar.bare_held, canvas.set_masks_hidden),
            (bar.zoom_in.clicked, self._zoom_in),
            (bar.zoom_out.clicked, self._zoom_out),
            (bar.fit.clicked, canvas.fit),
            (bar.one_to_one.clicked, canvas.show_1_to_1),
            (bar.freeze.clicked, self.freeze_or_back),
            (self._bare_key.went_down, self._hide_masks),
            (self._bare_key.went_up, self._show_masks),
        ):
            signal.connect(slot)

    def _bind_keys(self) -> None:
        canvas, bar = self.viewer.canvas, self.canvas_bar
        for name, slot in (
            ("start", self.start),
            ("pause", self.pause_or_resume),
            ("stop", self.stop),
            ("source", self.line_bar.sources.open_by_key),
            ("model", self.line_bar.bundles.open_by_key),
            ("open_folder", self.line_bar.open_folder),
            ("watch_folder", self.line_bar.watch_folder),
            ("open_video", self.line_bar.open_video),
            ("fainter", lambda: bar.step_opacity(-1)),
            ("stronger", lambda: bar.step_opacity(1)),
            ("freeze", self.freeze_or_back),
            ("back", self.back_to_live),
            ("newest_reject", lambda: self.filmstrip.choose(0)),
            ("older_reject", lambda: self._step_reject(1)),
            ("newer_reject", lambda: self._step_reject(-1)),
            ("next_finding", lambda: self.findings.choose_relative(1)),
            ("previous_finding", lambda: self.findings.choose_relative(-1)),
            ("zoom_in", self._zoom_in),
            ("zoom_out", self._zoom_out),
            ("fit", canvas.fit),
            ("one_to_one", canvas.show_1_to_1),
        ):
            bind(self, LIVE_KEYS[name], slot)
        for binding in class_key_bindings():
            bind(self, binding, partial(bar.toggle_key, binding.name))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Hand the focus to what is to be used first."""
        super().focusInEvent(event)
        (self.viewer.start if self.viewer.is_empty else self.viewer.canvas).setFocus()

    # The line

    @Slot()
    def start(self) -> None:
        """Start the line on the source chosen."""
        spec = self.line_bar.source_spec
        if self._state.active:
            return
        if not spec:
            self.line_bar.sources.open_by_key()
            return
        self._forget()
        self._station.start(spec)
        self._bridge.read_status()

    @Slot()
    def pause_or_resume(self) -> None:
        """Pause the line, or go on."""
        if self._state is LineState.PAUSED:
            self._station.resume()
        elif self._state is LineState.RUNNING:
            self._station.pause()
        self._bridge.read_status()

    @Slot()
    def stop(self) -> None:
        """Stop the line."""
        if self._state.active:
            self._station.stop()
            self._bridge.read_status()

    def _forget(self) -> None:
        """A new run begins: what is on the page belongs to the last."""
        self.back_to_live()
        self._newest = None
        self.banner.tape.clear()
        self.filmstrip.clear()

    @Slot(str)
    def _on_source_chosen(self, spec: str) -> None:
        """A running line changes over at once; an idle one waits for the start."""
        if self._state.active:
            self.back_to_live()
            self._station.start(spec)

    @Slot(object)
    def _on_status_read(self, status: LineStatus) -> None:
        was_running = self._state is LineState.RUNNING
        self._state = status.state
        self.line_bar.show_status(status)
        self.counters.show_status(status)
        if self._newest is None:
            self.banner.clear(starting=status.state.active)
            had_focus = self.viewer.start.hasFocus()
            self.viewer.start.setVisible(not status.state.active)
            if had_focus and status.state.active:
                # Qt would hand it to some other button, which a second press of the same key would then push.
                self.setFocus()
        if was_running != (status.state is LineState.RUNNING) and self._newest is not None and self._frozen is None:
            self.banner.show_inspection(self._newest, self._state is LineState.RUNNING)

    # What is shown

    @property
    def shown(self) -> Inspection | None:
        """The inspection on the page."""
        return self._frozen or self._newest

    @property
    def is_frozen(self) -> bool:
        """Whether the page shows a frame of the past."""
        return self._frozen is not None

    @Slot(object)
    def _on_inspected(self, inspection: Inspection) -> None:
        self._newest = inspection
        if self._frozen is None:
            self._show(inspection)

    @Slot(object)
    def freeze(self, inspection: Inspection) -> None:
        """Show this inspection until ``back_to_live``; the line goes on."""
        self._frozen = inspection
        self._show(inspection)
        self.viewer.canvas.fit()
        number = whole(inspection.frame.number)
        words = self.tr("Frozen at frame {number}. The line goes on.") if self._state is LineState.RUNNING else ""
        self._frozen_words.setText((words or self.tr("Frozen at frame {number}.")).format(number=number))
        self._frozen_bar.show()
        is_reject = inspection.verdict.kind is VerdictKind.REJECT
        self.filmstrip.mark(inspection.id if is_reject else None)

    @Slot()
    def freeze_or_back(self) -> None:
        """Freeze the frame shown, or go back to live."""
        if self._frozen is not None:
            self.back_to_live()
        elif self._newest is not None:
            self.freeze(self._newest)

    @Slot()
    def back_to_live(self) -> None:
        """Show the newest inspection again, the whole frame."""
        if self._frozen is None:
            self.viewer.canvas.fit()
            return
        self._frozen = None
        self._frozen_bar.hide()
        self.filmstrip.mark(None)
        if self._newest is not None:
            self._show(self._newest)
        self.viewer.canvas.fit()

    def _show(self, inspection: Inspection) -> None:
        size = inspection.frame.size
        if size is not None:
            self.body.set_frame_size(size[1], size[0])
        self.viewer.canvas.set_highlight(None)
        was_empty = self.viewer.is_empty
        self.viewer.show_inspection(inspection)
        if was_empty:
            # The start button, which had the focus, is gone.
            self.body.set_empty(False)
            self.viewer.canvas.setFocus()
        self.banner.show_inspection(inspection, self._frozen is not None or self._state is LineState.RUNNING)
        self.canvas_bar.show_inspection(inspection)
        self.findings.show_inspection(inspection)

    @Slot(object)
    def _on_finding_chosen(self, finding: Finding) -> None:
        """The next frame would take the finding away, so the page freezes."""
        if self._frozen is None and self._newest is not None:
            row = self.findings.view.currentIndex().row()
            self.freeze(self._newest)
            self.findings.view.setCurrentIndex(self.findings.model.index(row))
        self.viewer.canvas.zoom_to_box(finding.box_px)
        self.viewer.canvas.set_highlight(finding.box_px)

    @Slot(object)
    def _on_canvas_clicked(self, pointer: PointerAt) -> None:
        """A click on the frame picks the smallest finding below it."""
        shown = self.shown
        if shown is None:
            return
        hits = [row for row, f in enumerate(shown.findings) if _holds(f.box_px, pointer.x, pointer.y)]
        if hits:
            self.findings.choose(min(hits, key=lambda row: shown.findings[row].area_px))

    def _step_reject(self, step: int) -> None:
        """An older (1) or a newer (-1) reject than the one shown."""
        row = None if self._frozen is None else self.filmstrip.model.row_of(self._frozen.id)
        self.filmstrip.choose(0 if row is None else row + step)

    @Slot(int)
    def _on_opacity_changed(self, percent: int) -> None:
        self.viewer.canvas.set_opacity(percent / 100)
        self._preferences.opacity_percent = percent

    @Slot()
    def _zoom_in(self) -> None:
        self.viewer.canvas.zoom_by(_ZOOM_STEP)

    @Slot()
    def _zoom_out(self) -> None:
        self.viewer.canvas.zoom_by(1 / _ZOOM_STEP)

    @Slot()
    def _hide_masks(self) -> None:
        self.viewer.canvas.set_masks_hidden(True)

    @Slot()
    def _show_masks(self) -> None:
        self.viewer.canvas.set_masks_hidden(False)


def _holds(box: tuple[int, int, int, int], x: float, y: float) -> bool:
    left, top, width, height = box
    return left <= x < left + width and top <= y < top + height


LIVE = PageEntry("live", "Live", "live", LivePage)
"""The entry of the page rail."""
