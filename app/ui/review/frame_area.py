"""The middle of the page: the canvas with the frame on the table, words laid over it, and the line below it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.review.open_case import OpenCase
from app.ui.canvas import FrameCanvas, HeldKey, HoveredPixel
from app.ui.sentences import sentence

_BLANK_GREY = 60
_WORDS_WIDTH_PX = 760


class FrameArea(QWidget):
    """Shows an open case; while M is held its bare steel, while W is held its masks as they came.

    Signals:
        word_shown(bool): the masks as they came are shown, or no longer.
    """

    word_shown = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._case: OpenCase | None = None
        self.canvas = FrameCanvas()
        self.canvas.set_opacity(0.4)
        self.words = QLabel(self.canvas)
        self.words.setProperty("role", "overlay")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self.words.setMargin(14)
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words_on_top = False
        self.pixel_label = QLabel(" ")
        self.pixel_label.setProperty("role", "caption")
        self.pixel_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hint_label = QLabel(self.tr("Hold M: bare steel  ·  Hold W: masks as they came  ·  Right button: erase"))
        self.hint_label.setProperty("role", "caption")
        below = QHBoxLayout()
        below.setContentsMargins(6, 0, 6, 0)
        below.addWidget(self.pixel_label, 1)
        below.addWidget(self.hint_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.canvas, 1)
        layout.addLayout(below)
        self._bare_key = HeldKey(Qt.Key.Key_M, self)
        self._word_key = HeldKey(Qt.Key.Key_W, self)
        self._bare_key.went_down.connect(self._on_bare_down)
        self._bare_key.went_up.connect(self._on_bare_up)
        self._word_key.went_down.connect(self._on_word_down)
        self._word_key.went_up.connect(self._on_word_up)
        self.canvas.pixel_hovered.connect(self._on_pixel_hovered)

    @property
    def shows_word(self) -> bool:
        """Whether the masks as they came are shown, which cannot be drawn on."""
        return self._word_key.is_down

    def set_compact(self, compact: bool) -> None:
        """In a small window there is no room for hints."""
        self.hint_label.setHidden(compact)

    def show_case(self, case: OpenCase) -> None:
        """Show a frame whole: a view kept from the frame before would hide what lies outside it."""
        self._case = case
        image, taxonomy = case.case.image, case.case.taxonomy
        self.canvas.show_frame(np.full(case.document.size, _BLANK_GREY, np.uint8) if image is None else image)
        self.canvas.show_stack(case.document.word if self.shows_word else case.document.stack, taxonomy)
        self.canvas.fit()
        self.say("")
        if image is None:
            why = "" if case.case.fault is None else sentence(case.case.fault)
            self.say(self.tr("This frame's image is not here, so it cannot be judged. {why}").format(why=why))

    def clear(self) -> None:
        """Show nothing."""
        self._case = None
        self.canvas.show_frame(None)
        self.pixel_label.setText(" ")
        self.say("")

    def blank_masks(self) -> None:
        """Take the masks away while the next frame is being read; its steel stays, so that nothing flashes."""
        self._case = None
        self.canvas.show_stack(None, None)

    def say(self, text: str, *, on_top: bool = False) -> None:
        """Lay words over the canvas, in its middle or along its upper edge; '' takes them away."""
        self._words_on_top = on_top
        self.words.setText(text)
        self.words.setVisible(bool(text))
        self._place_words()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the words in place."""
        super().resizeEvent(event)
        self._place_words()

    def _place_words(self) -> None:
        if self.words.isHidden():
            return
        room = self.canvas.width() - 40
        wanted = self.words.fontMetrics().horizontalAdvance(self.words.text()) + 48
        width = min(room, _WORDS_WIDTH_PX, wanted)
        height = self.words.heightForWidth(width)
        top = 14 if self._words_on_top else (self.canvas.height() - height) // 2
        self.words.setGeometry((self.canvas.width() - width) // 2, top, width, height)

    @Slot()
    def _on_bare_down(self) -> None:
        self.canvas.set_masks_hidden(True)

    @Slot()
    def _on_bare_up(self) -> None:
        self.canvas.set_masks_hidden(False)

    @Slot()
    def _on_word_down(self) -> None:
        if self._case is not None:
            self.word_shown.emit(True)
            self.canvas.show_stack(self._case.document.word, self._case.case.taxonomy)
            self.say(self.tr("The masks as they came"), on_top=True)

    @Slot()
    def _on_word_up(self) -> None:
        if self._case is not None:
            self.canvas.show_stack(self._case.document.stack, self._case.case.taxonomy)
            self.say("")
        self.word_shown.emit(False)

    @Slot(object)
    def _on_pixel_hovered(self, pixel: HoveredPixel | None) -> None:
        if pixel is None or self._case is None:
            self.pixel_label.setText(" ")
            return
        value = ", ".join(str(part) for part in dict.fromkeys(pixel.value))
        taxonomy = self._case.case.taxonomy
        titles = ", ".join(taxonomy.by_id(class_id).title for class_id in pixel.class_ids if class_id <= len(taxonomy))
        said = self.tr("Column {x}, row {y} · grey {value}").format(x=pixel.x, y=pixel.y, value=value)
        self.pixel_label.setText(f"{said} · {titles}" if titles else said)
