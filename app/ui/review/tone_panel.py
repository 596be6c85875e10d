"""Tone panel: contrast, brightness and gamma of what is shown, in a small sheet over the canvas."""

from __future__ import annotations

from collections.abc import Callable
from math import log

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLabel, QSlider, QWidget

from app.ui.canvas import Tone
from app.ui.canvas.tone import BRIGHTNESSES, CONTRASTS, GAMMAS
from app.ui.fonts import figures_font
from app.ui.review.controls import button

_STEPS = 100
"""A slider's steps from its middle to either end."""
_SLIDER_PX = 220


class TonePanel(QFrame):
    """A sheet that stays until Escape, its key or a click elsewhere; what is set holds for all frames.

    Signals:
        tone_changed(object): the new ``Tone``.
    """

    tone_changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("panel", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)  # for its round corners
        self.tone = Tone()
        self._labels: list[tuple[QLabel, Callable[[Tone], str]]] = []
        layout = QGridLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setHorizontalSpacing(12)
        self.contrast_slider = self._add(layout, self.tr("Contrast"), lambda tone: f"{tone.contrast:.2f}")
        self.brightness_slider = self._add(layout, self.tr("Brightness"), lambda tone: f"{tone.brightness:+.2f}")
        self.gamma_slider = self._add(layout, self.tr("Gamma"), lambda tone: f"{tone.gamma:.2f}")
        self.local_check = QCheckBox(self.tr("Local contrast (CLAHE)"))
        self.local_check.setToolTip(self.tr("Brings out faint marks where the light is uneven"))
        self.local_check.toggled.connect(self._read)
        self.reset_button = button(self.tr("As the camera saw it"), "restore")
        self.reset_button.clicked.connect(self.reset)
        layout.addWidget(self.local_check, 3, 0, 1, 3)
        layout.addWidget(self.reset_button, 4, 0, 1, 3)
        self._say()

    @Slot()
    def reset(self) -> None:
        """Show frames as they are."""
        self.set_tone(Tone())

    @Slot()
    def toggle_local(self) -> None:
        """Equalise the contrast of each neighbourhood, or no longer."""
        self.local_check.toggle()

    def set_tone(self, tone: Tone) -> None:
        """Set all controls at once."""
        for control, value in (
            (self.contrast_slider, _place(tone.contrast, CONTRASTS[1])),
            (self.gamma_slider, _place(tone.gamma, GAMMAS[1])),
            (self.brightness_slider, round(tone.brightness / BRIGHTNESSES[1] * _STEPS)),
        ):
            control.blockSignals(True)
            control.setValue(value)
            control.blockSignals(False)
        self.local_check.blockSignals(True)
        self.local_check.setChecked(tone.local)
        self.local_check.blockSignals(False)
        self._read()

    def show_above(self, anchor: QWidget) -> None:
        """Open above a button, within the window."""
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(anchor.width() - self.width(), -self.height() - 8))
        self.move(corner)
        self.show()

    @Slot()
    def _read(self) -> None:
        self.tone = Tone(
            contrast=_factor(self.contrast_slider.value(), CONTRASTS[1]),
            brightness=self.brightness_slider.value() / _STEPS * BRIGHTNESSES[1],
            gamma=_factor(self.gamma_slider.value(), GAMMAS[1]),
            local=self.local_check.isChecked(),
        )
        self._say()
        self.tone_changed.emit(self.tone)

    def _add(self, layout: QGridLayout, title: str, words: Callable[[Tone], str]) -> QSlider:
        row = layout.rowCount() if self._labels else 0
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(-_STEPS, _STEPS)
        slider.setMinimumWidth(_SLIDER_PX)
        slider.setAccessibleName(title)
        slider.valueChanged.connect(self._read)
        value = QLabel()
        value.setFont(figures_font(15))
        value.setMinimumWidth(56)
        layout.addWidget(QLabel(title), row, 0)
        layout.addWidget(slider, row, 1)
        layout.addWidget(value, row, 2)
        self._labels.append((value, words))
        return slider

    def _say(self) -> None:
        for label, words in self._labels:
            label.setText(words(self.tone))
        self.reset_button.setEnabled(not self.tone.plain)


def _factor(place: int, largest: float) -> float:
    """1 in the middle, ``largest`` at one end and its reciprocal at the other, evenly by ratio."""
    return float(largest ** (place / _STEPS))


def _place(factor: float, largest: float) -> int:
    """The slider's place of a factor."""
    return round(log(factor) / log(largest) * _STEPS)
