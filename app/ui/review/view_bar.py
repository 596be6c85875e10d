"""The view bar under the canvas: the pixel pointed at, and how frame and masks are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QWidget

from app.ui.canvas import Tone
from app.ui.review.comparing import Comparison
from app.ui.review.controls import tool
from app.ui.review.keys import REVIEW_KEYS
from app.ui.review.tone_panel import TonePanel

FIRST_OPACITY = 0.4


class ViewBar(QWidget):
    """Tone, comparison, opacity and zoom, each with its key in the tooltip.

    Signals:
        tone_changed(object): a ``Tone``.
        comparison_asked(object): a ``Comparison`` to begin, or to end where it is shown.
        opacity_chosen(float): how opaque the masks are to be, 0 to 1.
    """

    tone_changed = Signal(object)
    comparison_asked = Signal(object)
    opacity_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.pixel_label = QLabel(" ")
        self.pixel_label.setProperty("role", "caption")
        self.pixel_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.tone_panel = TonePanel(self)
        self.tone_panel.tone_changed.connect(self._on_tone_changed)
        self.tone_button = tool("tone", REVIEW_KEYS["tone"], checkable=True)
        self.tone_button.clicked.connect(self.open_tone)
        self.opinion_button = tool("model", REVIEW_KEYS["opinion"])
        self.comparisons: dict[Comparison, QToolButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.pixel_label, 1)
        layout.addWidget(self.opinion_button)
        layout.addWidget(self.tone_button)
        for way, icon, name in ((Comparison.DIFFERENCE, "difference", "difference"), (Comparison.WIPE, "wipe", "wipe")):
            made = tool(icon, REVIEW_KEYS[name], checkable=True)
            made.clicked.connect(self._asker(way))
            self.comparisons[way] = made
            layout.addWidget(made)
        layout.addSpacing(10)
        self.bare_button = tool("opacity", REVIEW_KEYS["bare"], checkable=True)
        self.opacity_slider = self._opacity_slider()
        self.fit_button = tool("fit", REVIEW_KEYS["fit"])
        self.one_to_one_button = tool("one-to-one", REVIEW_KEYS["one_to_one"])
        for widget in (self.bare_button, self.opacity_slider, self.fit_button, self.one_to_one_button):
            layout.addWidget(widget)

    @Slot()
    def open_tone(self) -> None:
        """Open the tone's sheet."""
        self.tone_button.setChecked(not self.tone_panel.tone.plain)
        self.tone_panel.show_above(self.tone_button)

    def show_comparison(self, way: Comparison) -> None:
        """Mark how the labels are compared."""
        for kind, made in self.comparisons.items():
            made.setChecked(kind is way)

    @Slot(object)
    def _on_tone_changed(self, tone: Tone) -> None:
        # Pressed as long as what is seen is not what the camera saw: it must not be forgotten.
        self.tone_button.setChecked(not tone.plain)
        self.tone_changed.emit(tone)

    def _opacity_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setValue(round(FIRST_OPACITY * 100))
        slider.setMinimumWidth(60)
        slider.setMaximumWidth(110)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.setToolTip(self.tr("How strong the masks are; at 0 only their outlines are left"))
        slider.setAccessibleName(self.tr("Opacity of the masks"))
        slider.valueChanged.connect(lambda percent: self.opacity_chosen.emit(percent / 100))
        return slider

    def _asker(self, way: Comparison) -> object:
        return lambda: self.comparison_asked.emit(way)
