"""The line bar: source, model, start, pause and stop, and in words what the line does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from app.inspection.status import LineState, LineStatus
from app.ui import icons, theme
from app.ui.fonts import text_font
from app.ui.keys import explain
from app.ui.live.keys import LIVE_KEYS
from app.ui.picker import Picker
from app.ui.sentences import line_state_word

VIDEO_FILTER = "*.mp4 *.avi *.mov *.mkv *.webm *.mpg *.mpeg *.m4v"

_OPEN_FOLDER = "\0folder"
_WATCH_FOLDER = "\0watch"
_OPEN_VIDEO = "\0video"
_ICON = QSize(24, 24)

_STATE_TOKENS: dict[LineState, str] = {
    LineState.RUNNING: "pass",
    LineState.PAUSED: "review",
    LineState.STARTING: "accent",
    LineState.STOPPING: "accent",
    LineState.FAILED: "reject",
}


class StateLamp(QWidget):
    """The line's state as a lamp with its word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = LineState.IDLE
        self.setFixedSize(170, 46)
        self.setAccessibleName(self.tr("Line"))

    def show_state(self, state: LineState) -> None:
        """Show another state."""
        if state is not self.state:
            self.state = state
            self.setAccessibleDescription(line_state_word(state))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw lamp and word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = _STATE_TOKENS.get(self.state)
        middle = self.height() / 2
        painter.setPen(theme.colour("line_strong"))
        painter.setBrush(theme.colour(token) if token else theme.colour("panel"))
        painter.drawEllipse(QRectF(8, middle - 10, 20, 20))
        painter.setPen(theme.colour("text"))
        painter.setFont(text_font(19, QFont.Weight.DemiBold))
        rect = QRectF(40, 0, self.width() - 40, self.height())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, line_state_word(self.state))
        painter.end()


class LineBar(QFrame):
    """Chooses what runs, and runs it.

    Signals:
        source_chosen(str): a source's specification, picked by a person.
        bundle_chosen(str): a bundle's name, picked by a person.
        start_pressed(), pause_pressed(), stop_pressed(): ``pause_pressed`` means going on where the line is paused.
    """

    source_chosen = Signal(str)
    bundle_chosen = Signal(str)
    start_pressed = Signal()
    pause_pressed = Signal()
    stop_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "true")
        self._state = LineState.IDLE
        self._offered: list[tuple[str, str]] = []
        self._opened: list[tuple[str, str]] = []
        self.sources = Picker("source")
        self.bundles = Picker("model")
        self.start = QPushButton(icons.icon("start", "on_accent"), self.tr("Start"))
        self.pause = QPushButton(icons.icon("pause"), self.tr("Pause"))
        self.stop = QPushButton(icons.icon("stop"), self.tr("Stop"))
        self.lamp = StateLamp()
        self._build()
        self._connect()
        self.show_status(LineStatus())

    def _build(self) -> None:
        self.start.setProperty("role", "primary")
        for button, name in ((self.start, "start"), (self.pause, "pause"), (self.stop, "stop")):
            button.setIconSize(_ICON)
            button.setMinimumWidth(112)
            explain(button, LIVE_KEYS[name])
        for combo, name, width in ((self.sources, "source", 220), (self.bundles, "model", 190)):
            combo.setMinimumWidth(width)
            combo.setMaximumWidth(460)
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            binding = LIVE_KEYS[name]
            combo.setToolTip(f"{binding.worded}  ({binding.label})")
            combo.setAccessibleName(binding.worded)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 7, 10, 7)
        layout.setSpacing(7)
        for words, combo in ((self.tr("Source"), self.sources), (self.tr("Model"), self.bundles)):
            label = QLabel(words)
            label.setProperty("role", "caption")
            label.setBuddy(combo)
            layout.addWidget(label)
            layout.addWidget(combo, 3)
            layout.addSpacing(10)
        for button in (self.start, self.pause, self.stop):
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addSpacing(8)
        layout.addWidget(self.lamp)

    def _connect(self) -> None:
        self.sources.activated.connect(self._on_source_activated)
        self.bundles.activated.connect(self._on_bundle_activated)
        self.start.clicked.connect(self.start_pressed)
        self.pause.clicked.connect(self.pause_pressed)
        self.stop.clicked.connect(self.stop_pressed)

    @property
    def source_spec(self) -> str:
        """The source now chosen; empty where there is none."""
        data = self.sources.currentData()
        return data if isinstance(data, str) and not data.startswith("\0") else ""

    def show_sources(self, sources: Sequence[tuple[str, str]]) -> None:
        """Offer these (specification, title), and to open a folder or a video."""
        self._offered = list(sources)
        self._fill_sources(self.source_spec)

    def show_bundles(self, bundles: Sequence[tuple[str, str]]) -> None:
        """Offer these (name, title); the first is the one in use."""
        self.bundles.clear()
        for name, title in bundles:
            self.bundles.addItem(title, name)

    def choose_source(self, spec: str, title: str) -> None:
        """Choose a source as a person would; one not offered yet is added."""
        known = [known_spec for known_spec, _ in (*self._offered, *self._opened)]
        if spec not in known:
            self._opened.append((spec, title))
        self._fill_sources(spec)
        self.source_chosen.emit(spec)

    def show_status(self, status: LineStatus) -> None:
        """Enable what can be done now."""
        self._state = status.state
        self.lamp.show_state(status.state)
        self.start.setEnabled(not status.state.active)
        self.stop.setEnabled(status.state in (LineState.STARTING, LineState.RUNNING, LineState.PAUSED))
        self.pause.setEnabled(status.state in (LineState.RUNNING, LineState.PAUSED))
        paused = status.state is LineState.PAUSED
        if self.pause.property("resumes") != paused:
            self.pause.setProperty("resumes", paused)
            self.pause.setText(self.tr("Go on") if paused else self.tr("Pause"))
            self.pause.setIcon(icons.icon("start" if paused else "pause"))

    @Slot()
    def open_folder(self) -> None:
        """Ask for a folder of frames."""
        dialog = QFileDialog(self, self.tr("Open a folder of frames"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._ask(dialog, self._on_file_selected)

    @Slot()
    def watch_folder(self) -> None:
        """Ask for a folder to wait in for new frames."""
        dialog = QFileDialog(self, self.tr("Watch a folder for new frames"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._ask(dialog, self._on_watch_selected)

    @Slot()
    def open_video(self) -> None:
        """Ask for a video file."""
        dialog = QFileDialog(self, self.tr("Open a video"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Videos ({patterns})").format(patterns=VIDEO_FILTER), self.tr("All files (*)")])
        self._ask(dialog, self._on_file_selected)

    def _ask(self, dialog: QFileDialog, on_selected: Callable[[str], None]) -> None:
        """Open the dialog without stopping the window: frames go on streaming behind it."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(on_selected)
        dialog.open()

    def _fill_sources(self, chosen: str) -> None:
        self.sources.clear()
        for spec, title in (*self._offered, *self._opened):
            self.sources.addItem(title, spec)
            self.sources.setItemData(self.sources.count() - 1, spec, Qt.ItemDataRole.ToolTipRole)
        if self.sources.count():
            self.sources.insertSeparator(self.sources.count())
        self.sources.addItem(icons.icon("folder"), self.tr("Open a folder…"), _OPEN_FOLDER)
        self.sources.addItem(icons.icon("folder"), self.tr("Watch a folder for new frames…"), _WATCH_FOLDER)
        self.sources.addItem(icons.icon("video"), self.tr("Open a video…"), _OPEN_VIDEO)
        self._restore_source(chosen)

    def _restore_source(self, spec: str) -> None:
        self.sources.setCurrentIndex(max(0, self.sources.findData(spec)))
        self.sources.setProperty("spec", self.source_spec)

    @Slot(int)
    def _on_source_activated(self, index: int) -> None:
        data = self.sources.itemData(index)
        asking = {_OPEN_FOLDER: self.open_folder, _WATCH_FOLDER: self.watch_folder, _OPEN_VIDEO: self.open_video}
        if data in asking:
            # Until a file is chosen, what was chosen before stays.
            self._restore_source(str(self.sources.property("spec")))
            asking[data]()
        elif isinstance(data, str):
            self.sources.setProperty("spec", data)
            self.source_chosen.emit(data)

    @Slot(int)
    def _on_bundle_activated(self, index: int) -> None:
        self.bundle_chosen.emit(str(self.bundles.itemData(index)))

    @Slot(str)
    def _on_file_selected(self, path: str) -> None:
        self.choose_source(path, Path(path).name or path)

    @Slot(str)
    def _on_watch_selected(self, path: str) -> None:
        self.choose_source(f"watch:{path}", self.tr("Watched: {name}").format(name=Path(path).name or path))
