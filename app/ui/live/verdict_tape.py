"""The verdict tape: the last frames' verdicts as bars, newest at the right; what flickers past leaves a trace."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme
from app.ui.fonts import text_font
from app.words.inspection import VerdictKind

TAPE_FRAMES = 100
_STEP_PX = 4
_CAPTION_PX = 24

# Heights differ, so that the tape reads without colour; a frame not inspected is a hollow bar.
_HEIGHTS: dict[VerdictKind, float] = {
    VerdictKind.PASS: 0.3,
    VerdictKind.REVIEW: 0.65,
    VerdictKind.REJECT: 1.0,
    VerdictKind.NOT_INSPECTED: 1.0,
}


class VerdictTape(QWidget):
    """Bars of the last ``TAPE_FRAMES`` frames."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdicts: deque[VerdictKind] = deque(maxlen=TAPE_FRAMES)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self.setToolTip(
            self.tr("A bar a frame, newest at the right: low passes, middle review, high rejects, hollow not inspected")
        )

    @property
    def verdicts(self) -> tuple[VerdictKind, ...]:
        """What is shown, oldest first."""
        return tuple(self._verdicts)

    def extend(self, verdicts: Iterable[VerdictKind]) -> None:
        """Add frames at the right."""
        self._verdicts.extend(verdicts)
        self.update()

    def clear(self) -> None:
        """Start an empty tape."""
        self._verdicts.clear()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all frames."""
        return QSize(TAPE_FRAMES * _STEP_PX, 100)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """In a narrow window, the newest frames that fit."""
        return QSize(40 * _STEP_PX, 60)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw caption, ground line and bars."""
        painter = QPainter(self)
        painter.setPen(theme.colour("text_soft"))
        painter.setFont(text_font(14))
        shown = min(TAPE_FRAMES, self.width() // _STEP_PX)
        caption = self.tr("Last {count} frames").format(count=shown)
        painter.drawText(
            QRectF(0, 8, self.width(), _CAPTION_PX), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, caption
        )
        bottom = self.height() - 12.0
        top = 8.0 + _CAPTION_PX + 6
        painter.fillRect(QRectF(0, bottom, self.width(), 1), theme.colour("line_strong"))
        for place, kind in zip(range(shown), reversed(self._verdicts), strict=False):
            height = round((bottom - top) * _HEIGHTS[kind])
            bar = QRectF(self.width() - (place + 1) * _STEP_PX, bottom - height, _STEP_PX - 1, height)
            colour = theme.verdict_colours(kind)[0]
            if kind is VerdictKind.NOT_INSPECTED:
                painter.setPen(QPen(colour, 1))
                painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
            else:
                painter.fillRect(bar, colour)
        painter.end()
