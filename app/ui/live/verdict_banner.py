"""The verdict in large letters with its reason: to be read from two metres, and without telling red from green."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.ui import icons, theme
from app.ui.elided_label import ElidedLabel
from app.ui.fonts import text_font
from app.ui.live.verdict_tape import VerdictTape
from app.ui.sentences import VERDICT_ICONS, sentence, verdict_word, whole
from app.words.inspection import Inspection, VerdictKind

_WORD_PX = 70
_ICON_PX = 84


class VerdictBlock(QWidget):
    """The word and its shape on the verdict's colour; hollow while the line does not run, for then it is history."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: VerdictKind | None = None
        self._current = True
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Verdict"))

    @property
    def kind(self) -> VerdictKind | None:
        """The verdict shown."""
        return self._kind

    @property
    def word(self) -> str:
        """What is written."""
        return self.tr("READY") if self._kind is None else verdict_word(self._kind)

    def show_verdict(self, kind: VerdictKind | None, current: bool = True) -> None:
        """Show a verdict, or none; ``current`` is whether the line runs."""
        if (kind, current) != (self._kind, self._current):
            self._kind, self._current = kind, current
            self.setAccessibleDescription(self.word)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for the longest word at a smaller size."""
        return QSize(500, 124)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """In a narrow window the word shrinks."""
        return QSize(300, 100)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw ground, shape and word."""
        ground, ink = theme.verdict_colours(self._kind)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if self._current or self._kind is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(rect, 6, 6)
        else:
            painter.setPen(QPen(ground, 6))
            painter.setBrush(theme.colour("panel"))
            painter.drawRoundedRect(rect.adjusted(3, 3, -3, -3), 6, 6)
            ink = theme.colour("text")
        shape = "verdict-idle" if self._kind is None else VERDICT_ICONS[self._kind]
        size = min(float(_ICON_PX), rect.height() - 28)
        icons.paint(painter, shape, ink, QRectF(26, (rect.height() - size) / 2, size, size))
        room = rect.adjusted(26 + size + 22, 0, -22, 0)
        painter.setPen(ink)
        painter.setFont(_fitting_font(self.word, room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.word)
        painter.end()


class VerdictBanner(QFrame):
    """Verdict, reason, which frame it is, and the verdicts of the last frames."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "true")
        self.setFixedHeight(132)
        self.block = VerdictBlock()
        self.tape = VerdictTape()
        self.reason = QLabel()
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setWordWrap(True)
        self.reason.setFont(text_font(25, QFont.Weight.Medium))
        # The style sheet would override a font set on the label.
        self.reason.setStyleSheet("font-size: 25px; font-weight: 500;")
        self.frame = ElidedLabel()
        self.frame.setProperty("role", "caption")
        self.frame.setStyleSheet("font-size: 16px;")
        words = QVBoxLayout()
        words.setContentsMargins(22, 10, 16, 10)
        words.setSpacing(6)
        words.addStretch(1)
        words.addWidget(self.reason)
        words.addWidget(self.frame)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 4, 16, 4)
        layout.setSpacing(0)
        layout.addWidget(self.block)
        layout.addLayout(words, 1)
        layout.addWidget(self.tape)
        self.reason.setMinimumWidth(300)
        self.frame.setMinimumWidth(300)
        self.clear()

    def clear(self, *, starting: bool = False) -> None:
        """Nothing was inspected yet; ``starting`` says whether the line is on its way."""
        self.block.show_verdict(None)
        if starting:
            self.reason.setText(self.tr("The line is starting: source and model are being opened."))
            self.frame.setText(self.tr("A model's first start here takes up to a minute, later ones seconds."))
        else:
            self.reason.setText(self.tr("No frame inspected yet."))
            self.frame.setText(self.tr("Choose a source and start the line."))

    def show_inspection(self, inspection: Inspection, current: bool) -> None:
        """Show what was decided of a frame; ``current`` is whether the line runs."""
        self.block.show_verdict(inspection.verdict.kind, current)
        self.reason.setText(sentence(inspection.verdict.reason))
        self.frame.setText(self._frame_words(inspection))

    def _frame_words(self, inspection: Inspection) -> str:
        frame = inspection.frame
        words = [self.tr("Frame {number}").format(number=whole(frame.number)), frame.name]
        if frame.along_mm is not None:
            words.append(self.tr("{metres:.2f} m along the strip").format(metres=frame.along_mm / 1000))
        words.append(frame.time_utc.astimezone().strftime("%H:%M:%S"))
        return "   ·   ".join(words)


def _fitting_font(text: str, width: float) -> QFont:
    """The large font, reduced until ``text`` fits ``width``."""
    size = _WORD_PX
    while size > 20:
        font = text_font(size, QFont.Weight.DemiBold)
        if QFontMetricsF(font).horizontalAdvance(text) <= width:
            return font
        size -= 2
    return text_font(size, QFont.Weight.DemiBold)
