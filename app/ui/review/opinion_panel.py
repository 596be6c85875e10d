"""The opinion panel: ask a model about the frame on the table, see how sure it is, compare, and take its masks over."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QVBoxLayout, QWidget

from app.review.opinion import OpinionModel
from app.ui.picker import Picker
from app.ui.review.controls import button
from app.ui.review.keys import REVIEW_KEYS

_WIDTH_PX = 380


class OpinionPanel(QFrame):
    """A sheet that stays until Escape or a click elsewhere; what is set holds for the next frames too.

    Signals:
        model_chosen(str): the name of another bundle.
        heat_wanted(bool), comparison_wanted(bool): what is to be seen of its opinion.
        take_over(): its masks are to become the frame's.
    """

    model_chosen = Signal(str)
    heat_wanted = Signal(bool)
    comparison_wanted = Signal(bool)
    take_over = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("panel", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)  # for its round corners
        self.setFixedWidth(_WIDTH_PX)
        title = QLabel(self.tr("A model's opinion"))
        title.setProperty("role", "title")
        self.model_picker = Picker("model")
        self.model_picker.setAccessibleName(self.tr("Model to ask"))
        self.model_picker.activated.connect(lambda _place: self.model_chosen.emit(self.model_picker.currentData()))
        self.heat_check = QCheckBox(self.tr("How sure it is of the class drawn with"))
        self.heat_check.setToolTip(REVIEW_KEYS["heat"].label)
        self.heat_check.toggled.connect(self.heat_wanted)
        self.compare_check = QCheckBox(self.tr("Compare with its masks, not with those that came"))
        self.compare_check.toggled.connect(self.comparison_wanted)
        self.take_button = button(self.tr("Take its masks over"), "import")
        self.take_button.setToolTip(self.tr("They replace the frame's masks as one step, which can be undone"))
        self.take_button.clicked.connect(self.take_over)
        self.said_label = QLabel()
        self.said_label.setProperty("role", "caption")
        self.said_label.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        for widget in (
            title,
            self.model_picker,
            self.heat_check,
            self.compare_check,
            self.take_button,
            self.said_label,
        ):
            layout.addWidget(widget)

    def set_models(self, models: Sequence[OpinionModel], chosen: str) -> None:
        """Offer these models."""
        self.model_picker.clear()
        for model in models:
            self.model_picker.addItem(model.title, model.name)
        self.model_picker.setCurrentIndex(max(0, self.model_picker.findData(chosen)))
        for widget in (self.model_picker, self.heat_check, self.compare_check, self.take_button):
            widget.setEnabled(bool(models))
        self.say("" if models else self.tr("No model here knows a class of this frame."))

    def say(self, text: str) -> None:
        """What is going on, or went wrong."""
        self.said_label.setText(text)
        self.said_label.setVisible(bool(text))

    def show_above(self, anchor: QWidget) -> None:
        """Open above a button."""
        self.adjustSize()
        self.move(anchor.mapToGlobal(QPoint(anchor.width() - self.width(), -self.height() - 8)))
        self.show()
