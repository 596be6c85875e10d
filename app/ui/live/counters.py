"""Counters: what the line has done and how fast it is, in figures that can be read in passing."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.inspection.status import LineStatus
from app.ui import icons, theme
from app.ui.fonts import figures_font, text_font
from app.ui.sentences import VERDICT_ICONS, whole
from app.words.inspection import VerdictKind

_ONE_LINE_BELOW_PX = 58


class Counter(QWidget):
    """A figure over its caption; with a verdict, its shape on its colour beside it."""

    def __init__(self, caption: str, tip: str, verdict: VerdictKind | None = None) -> None:
        super().__init__()
        self.caption = caption
        self._value = "–"
        self._verdict = verdict
        self.setToolTip(tip)
        self.setMinimumSize(92, 36)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(caption)

    @property
    def value(self) -> str:
        """The figure as shown."""
        return self._value

    def set_value(self, value: str) -> None:
        """Show another figure."""
        if value != self._value:
            self._value = value
            self.setAccessibleDescription(value)
            self.update()

    def set_verdict(self, verdict: VerdictKind | None) -> None:
        """Show this verdict's shape beside the figure, or none."""
        if verdict is not self._verdict:
            self._verdict = verdict
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw figure and caption."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(rect, 5, 5)
        if rect.height() < _ONE_LINE_BELOW_PX:
            self._paint_one_line(painter, rect.adjusted(10, 0, -10, 0))
        else:
            self._paint_two_lines(painter, rect)
        painter.end()

    def _paint_one_line(self, painter: QPainter, rect: QRectF) -> None:
        """Where the window is low: figure and caption side by side."""
        painter.setPen(theme.colour("text"))
        painter.setFont(figures_font(18, QFont.Weight.DemiBold))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self._value)
        painter.setPen(theme.colour("text_soft"))
        painter.setFont(text_font(13))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.caption)

    def _paint_two_lines(self, painter: QPainter, rect: QRectF) -> None:
        middle = rect.center().y()
        left = rect.x() + 12
        if self._verdict is not None:
            ground, ink = theme.verdict_colours(self._verdict)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(rect.right() - 38, middle - 28, 28, 28), 5, 5)
            icons.paint(painter, VERDICT_ICONS[self._verdict], ink, QRectF(rect.right() - 34, middle - 24, 20, 20))
        painter.setPen(theme.colour("text"))
        painter.setFont(figures_font(28, QFont.Weight.DemiBold))
        painter.drawText(QRectF(left, middle - 34, rect.width() - 14, 38), Qt.AlignmentFlag.AlignVCenter, self._value)
        painter.setPen(theme.colour("text_soft"))
        painter.setFont(text_font(14))
        painter.drawText(QRectF(left, middle + 4, rect.width() - 14, 24), Qt.AlignmentFlag.AlignVCenter, self.caption)


class CountersPanel(QFrame):
    """The panel of the counters. ``frames``, ``rejects``, … are its ``Counter`` widgets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "true")
        tr = self.tr
        self.frames = Counter(tr("Frames"), tr("Frames since the start, inspected or not"))
        self.rejects = Counter(tr("Reject"), tr("Frames rejected"), VerdictKind.REJECT)
        self.reviews = Counter(tr("Review"), tr("Frames somebody has to look at"), VerdictKind.REVIEW)
        self.not_inspected = Counter(
            tr("Not inspected"), tr("Frames that were dark, frozen or unreadable"), VerdictKind.NOT_INSPECTED
        )
        self.rate = Counter(tr("Frames/s"), tr("Over the last seconds"))
        self.median = Counter(tr("Delay"), tr("From capture to verdict: half of the frames take at most this (p50)"))
        self.slowest = Counter(
            tr("Slowest 1 %"), tr("From capture to verdict: 99 of 100 frames take at most this (p99)")
        )
        self.lost = Counter(tr("Lost"), tr("Frames of a live source that were dropped because the line was busy"))
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        title = QLabel(tr("This run"))
        title.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 12, 10)
        layout.setSpacing(6)
        layout.addWidget(title)
        layout.addLayout(self._grid, 1)
        self.arrange(upright=True)

    def arrange(self, upright: bool) -> None:
        """Verdicts and speed as two columns, or as two rows."""
        verdicts = (self.frames, self.rejects, self.reviews, self.not_inspected)
        speed = (self.rate, self.median, self.slowest, self.lost)
        for line, counters in enumerate((verdicts, speed)):
            for place, counter in enumerate(counters):
                self._grid.addWidget(counter, *((place, line) if upright else (line, place)))

    def show_status(self, status: LineStatus) -> None:
        """Show the figures."""
        counts = status.counters
        self.frames.set_value(whole(counts.frames))
        self.rejects.set_value(whole(counts.rejects))
        self.reviews.set_value(whole(counts.reviews))
        self.not_inspected.set_value(whole(counts.not_inspected))
        self.lost.set_value(whole(counts.lost))
        self.lost.set_verdict(VerdictKind.NOT_INSPECTED if counts.lost else None)
        self.rate.set_value(f"{status.frames_per_s:.1f}" if counts.frames else "–")
        self.median.set_value(_milliseconds(status.latency_p50_ms))
        self.slowest.set_value(_milliseconds(status.latency_p99_ms))


def _milliseconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} ms" if value < 10_000 else f"{value / 1000:.0f} s"
