"""The means of the tool in hand: a tip's diameter and shape, or a wand's tolerance."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.review.tools.brush import Tip, larger_tip
from app.ui import icons
from app.ui.fonts import figures_font
from app.ui.review.controls import tool
from app.ui.review.drawing import Drawing
from app.ui.review.hands.table import LARGEST_TOLERANCE
from app.ui.review.keys import REVIEW_KEYS

_TIPS = [1]
while _TIPS[-1] < 200:
    _TIPS.append(larger_tip(_TIPS[-1]))


class MeansBar(QWidget):
    """A slider for what the tool in hand has; away where it has nothing to set.

    Signals:
        tip_chosen(int): a tip diameter in pixels.
        tolerance_chosen(int): grey levels of 256.
    """

    tip_chosen = Signal(int)
    tolerance_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._title = QLabel()
        self._title.setProperty("role", "caption")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setMinimumWidth(60)
        self.slider.setMaximumWidth(130)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.valueChanged.connect(self._on_moved)
        self.value_label = QLabel()
        self.value_label.setFont(figures_font(15))
        self.value_label.setFixedWidth(58)
        self.shape_button = tool("round-tip", REVIEW_KEYS["tip_shape"])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self._title, self.slider, self.value_label, self.shape_button):
            layout.addWidget(widget)
        self._tolerant = False

    def show_means(self, drawing: Drawing) -> None:
        """Show what the tool in hand has."""
        hand, table = drawing.hand, drawing.table
        self._tolerant = hand is not None and hand.tolerant
        tipped = hand is not None and hand.tipped
        self.setVisible(self._tolerant or tipped)
        self.shape_button.setVisible(tipped)
        self.shape_button.setIcon(icons.icon("square-tip" if table.tip is Tip.SQUARE else "round-tip"))
        if self._tolerant:
            words, largest, place = self.tr("Tolerance"), LARGEST_TOLERANCE, table.tolerance
            self.value_label.setText(f"± {table.tolerance}")
        else:
            words, largest = self.tr("Tip"), len(_TIPS) - 1
            place = min(range(len(_TIPS)), key=lambda number: abs(_TIPS[number] - table.tip_px))
            self.value_label.setText(self.tr("{tip} px").format(tip=table.tip_px))
        self._title.setText(words)
        self.slider.setAccessibleName(words)
        keys = {name: REVIEW_KEYS[name].label for name in ("smaller", "larger", "tip_wheel")}
        self.slider.setToolTip(self.tr("{words}  ({smaller} and {larger}, {tip_wheel})").format(words=words, **keys))
        self.slider.blockSignals(True)
        self.slider.setRange(0, largest)
        self.slider.setValue(place)
        self.slider.blockSignals(False)

    def _on_moved(self, place: int) -> None:
        if self._tolerant:
            self.tolerance_chosen.emit(place)
        else:
            self.tip_chosen.emit(_TIPS[place])
