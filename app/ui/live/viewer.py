"""The viewer: the canvas, or what stands in its place before the first frame and for a frame without an image."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.ui import icons
from app.ui.canvas import FrameCanvas, HoveredPixel
from app.ui.keys import explain
from app.ui.live.keys import LIVE_KEYS
from app.ui.message_bar import IconLabel
from app.ui.sentences import whole
from app.words.inspection import Inspection


class Viewer(QFrame):
    """Shows one inspection. ``canvas`` is the canvas, ``start`` the button of the empty state."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "true")
        self.canvas = FrameCanvas()
        self.start = QPushButton(icons.icon("start", "on_accent"), self.tr("Start the line"))
        self._readout = QLabel(self.canvas)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(1, 1, 1, 1)
        self._empty = self._build_empty()
        self._missing = self._build_missing()
        for widget in (self._empty, self.canvas, self._missing):
            self._stack.addWidget(widget)
        self._readout.setProperty("role", "badge")
        self._readout.hide()
        self._shown: Inspection | None = None
        self.canvas.pixel_hovered.connect(self._on_pixel_hovered)

    def clear(self) -> None:
        """Back to the empty state."""
        self._shown = None
        self._stack.setCurrentWidget(self._empty)

    def show_inspection(self, inspection: Inspection) -> None:
        """Show its frame and masks, or why there are none."""
        self._shown = inspection
        if inspection.frame.image is None:
            self._stack.setCurrentWidget(self._missing)
            return
        self.canvas.show_frame(inspection.frame.image)
        self.canvas.show_stack(inspection.stack, inspection.taxonomy)
        self._stack.setCurrentWidget(self.canvas)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was shown yet."""
        return self._stack.currentWidget() is self._empty

    def _build_empty(self) -> QWidget:
        steps = (
            (
                self.tr("Choose a source"),
                self.tr("a simulated line, a folder, a video or a camera"),
                "source",
            ),
            (self.tr("Choose a model"), self.tr("trained for the defects you look for"), "model"),
            (self.tr("Start the line"), self.tr("frames stream past with their defects in colour"), "start"),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(16)
        for row, (title, explanation, binding) in enumerate(steps):
            number = QLabel(str(row + 1))
            number.setProperty("role", "heading")
            words = QLabel(title)
            words.setProperty("role", "lead")
            more = QLabel(explanation)
            more.setProperty("role", "caption")
            more.setStyleSheet("font-size: 16px;")
            key = QLabel(LIVE_KEYS[binding].label)
            key.setProperty("role", "key")
            grid.addWidget(number, row, 0)
            grid.addWidget(words, row, 1)
            grid.addWidget(more, row, 2)
            grid.addWidget(key, row, 3, Qt.AlignmentFlag.AlignLeft)
        self.start.setProperty("role", "primary")
        self.start.setMinimumSize(240, 56)
        self.start.setIconSize(QSize(26, 26))
        self.start.setStyleSheet("font-size: 18px;")
        explain(self.start, LIVE_KEYS["start"])
        button_row = QHBoxLayout()
        button_row.addWidget(self.start)
        button_row.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(26)
        column.addLayout(grid)
        column.addLayout(button_row)
        return _centred(column)

    def _build_missing(self) -> QWidget:
        heading = QLabel(self.tr("This frame has no image"))
        heading.setProperty("role", "heading")
        words_below = QLabel(self.tr("It counts as not inspected, and never passes."))
        words_below.setProperty("role", "lead")
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(IconLabel("verdict-not-inspected", "text_soft", 84))
        words = QVBoxLayout()
        words.addWidget(heading)
        words.addWidget(words_below)
        row.addLayout(words)
        return _centred(row)

    @Slot(object)
    def _on_pixel_hovered(self, pixel: HoveredPixel | None) -> None:
        self._readout.setVisible(pixel is not None)
        if pixel is None or self._shown is None:
            return
        words = [f"x {whole(pixel.x)}   y {whole(pixel.y)}", " ".join(str(value) for value in pixel.value)]
        words += [c.title for c in self._shown.taxonomy if c.id in pixel.class_ids]
        self._readout.setText("   ·   ".join(words))
        self._readout.adjustSize()
        self._readout.move(10, self.canvas.height() - self._readout.height() - 10)


def _centred(content: QVBoxLayout | QHBoxLayout) -> QWidget:
    holder = QWidget()
    down = QVBoxLayout(holder)
    across = QHBoxLayout()
    across.addStretch(1)
    across.addLayout(content)
    across.addStretch(1)
    down.addStretch(1)
    down.addLayout(across)
    down.addStretch(1)
    return holder
