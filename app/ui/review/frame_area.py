"""The middle of the page: the canvas with the frame on the table, words laid over it, and the line below it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QTextDocumentFragment
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.review.difference import DIFFERENCE
from app.review.edit import Box
from app.review.open_case import OpenCase
from app.ui.canvas import FrameCanvas, HeldKey, HoveredPixel
from app.ui.canvas.minimap import Minimap
from app.ui.review.comparing import Comparing, Comparison
from app.ui.review.view_bar import FIRST_OPACITY, ViewBar
from app.ui.sentences import sentence
from models.labels.masks import MaskStack

_BLANK_GREY = 60
_WORDS_WIDTH_PX = 760


class FrameArea(QWidget):
    """Shows an open case; while M is held its bare steel, while W is held its masks as they came, or both compared.

    Signals:
        drawable_changed(): what is shown can be drawn on now, or no longer.
    """

    drawable_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._case: OpenCase | None = None
        self.canvas = FrameCanvas()
        self.canvas.set_opacity(FIRST_OPACITY)
        self.words = QLabel(self.canvas)
        self.words.setProperty("role", "overlay")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self.words.setMargin(14)
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words_on_top = False
        self.view_bar = ViewBar()
        self.minimap = Minimap(self.canvas)
        self.comparing = Comparing(self.canvas, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.view_bar)
        self._bare_key = HeldKey(Qt.Key.Key_M, self)
        self._word_key = HeldKey(Qt.Key.Key_W, self)
        self._bare_key.went_down.connect(self._on_bare_down)
        self._bare_key.went_up.connect(self._on_bare_up)
        self._word_key.went_down.connect(self._on_word_down)
        self._word_key.went_up.connect(self._on_word_up)
        self.canvas.pixel_hovered.connect(self._on_pixel_hovered)
        self.comparing.changed.connect(self._on_comparing_changed)
        self.view_bar.comparison_asked.connect(self.comparing.toggle)
        self.view_bar.tone_changed.connect(self.canvas.set_tone)
        self.view_bar.opacity_chosen.connect(self.canvas.set_opacity)
        self.view_bar.bare_button.toggled.connect(self.canvas.set_masks_hidden)
        self.view_bar.fit_button.clicked.connect(self.canvas.fit)
        self.view_bar.one_to_one_button.clicked.connect(self.canvas.show_1_to_1)

    @property
    def shows_word(self) -> bool:
        """Whether the masks as they came are shown, which cannot be drawn on."""
        return self._word_key.is_down

    @property
    def drawable(self) -> bool:
        """Whether the labels of now are shown, and nothing else."""
        return not self.shows_word and self.comparing.way is Comparison.NONE

    def compare_with(self, stack: MaskStack | None) -> None:
        """Compare with a model's masks instead of those that came; ``None`` for those again."""
        self.comparing.set_other(stack)
        if stack is not None and self.comparing.way is Comparison.NONE:
            self.comparing.set_way(Comparison.DIFFERENCE)

    def refresh(self, box: Box) -> None:
        """Repaint a box of frame pixels in which the labels have changed."""
        self.comparing.refresh(box)
        self.canvas.update_rect(*box)
        self.minimap.renew()

    def show_case(self, case: OpenCase) -> None:
        """Show a frame whole: a view kept from the frame before would hide what lies outside it."""
        self._case = case
        image, taxonomy = case.case.image, case.case.taxonomy
        self.canvas.show_frame(np.full(case.document.size, _BLANK_GREY, np.uint8) if image is None else image)
        self.canvas.show_stack(case.document.word if self.shows_word else case.document.stack, taxonomy)
        self.comparing.set_case(case)
        self.canvas.fit()
        self.minimap.renew()
        self._say_comparison()
        if image is None:
            why = "" if case.case.fault is None else sentence(case.case.fault)
            self.say(self.tr("This frame's image is not here, so it cannot be judged. {why}").format(why=why))

    def clear(self) -> None:
        """Show nothing."""
        self._case = None
        self.comparing.set_case(None)
        self.canvas.show_frame(None)
        self.view_bar.pixel_label.setText(" ")
        self.say("")

    def blank_masks(self) -> None:
        """Take the masks away while the next frame is being read; its steel stays, so that nothing flashes."""
        self._case = None
        self.comparing.set_case(None)
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
        plain = QTextDocumentFragment.fromHtml(self.words.text()).toPlainText()
        wanted = self.words.fontMetrics().horizontalAdvance(plain) + 48
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
            self.comparing.set_way(Comparison.NONE)
            self.canvas.show_stack(self._case.document.word, self._case.case.taxonomy)
            self.drawable_changed.emit()
            self.say(self.tr("The masks as they came"), on_top=True)

    @Slot()
    def _on_word_up(self) -> None:
        if self._case is not None:
            self.canvas.show_stack(self._case.document.stack, self._case.case.taxonomy)
            self.say("")
        self.drawable_changed.emit()

    @Slot()
    def _on_comparing_changed(self) -> None:
        self.view_bar.show_comparison(self.comparing.way)
        self._say_comparison()
        self.drawable_changed.emit()

    def _say_comparison(self) -> None:
        """What the colours, or the sides, mean."""
        if self._case is None or self.comparing.way is Comparison.NONE:
            self.say("")
        elif self.comparing.way is Comparison.WIPE:
            theirs = self.tr("the model's") if self.comparing.with_model else self.tr("as they came")
            self.say(
                self.tr("Left of the line {theirs}, right of it as they are now").format(theirs=theirs), on_top=True
            )
        else:
            theirs = self.tr("only the model's") if self.comparing.with_model else self.tr("only as they came")
            words = (self.tr("in both"), self.tr("only in yours"), theirs)
            shown = (
                f'<span style="color:{c.colour}">&#9632;</span> {w}' for c, w in zip(DIFFERENCE, words, strict=True)
            )
            self.say("&nbsp;&nbsp; ".join(shown), on_top=True)

    @Slot(object)
    def _on_pixel_hovered(self, pixel: HoveredPixel | None) -> None:
        if pixel is None or self._case is None:
            self.view_bar.pixel_label.setText(" ")
            return
        value = ", ".join(str(part) for part in dict.fromkeys(pixel.value))
        taxonomy = self._case.case.taxonomy
        titles = ", ".join(taxonomy.by_id(class_id).title for class_id in pixel.class_ids if class_id <= len(taxonomy))
        said = self.tr("Column {x}, row {y} · grey {value}").format(x=pixel.x, y=pixel.y, value=value)
        self.view_bar.pixel_label.setText(f"{said} · {titles}" if titles else said)
