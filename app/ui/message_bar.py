"""The message bar: what went wrong, as one sentence inside the window, until it is dismissed or solved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.ui import icons, theme

MOST_ROWS = 3
_ICON_PX = 26


class MessageKind(StrEnum):
    """How bad it is."""

    ERROR = "error"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence. ``topic`` is what solves it: ``solve(topic)`` takes it away. ``count`` is how often it came."""

    sentence: str
    kind: MessageKind = MessageKind.ERROR
    topic: str = ""
    count: int = 1


class IconLabel(QWidget):
    """An icon that follows the theme."""

    def __init__(self, name: str, token: str, size_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token = name, token
        self.setFixedSize(size_px, size_px)

    def set_icon(self, name: str, token: str) -> None:
        """Show another one."""
        self._name, self._token = name, token
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the icon in the theme's colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icons.paint(painter, self._name, theme.colour(self._token), self.rect().toRectF())
        painter.end()


class MessageBar(QWidget):
    """Shows up to ``MOST_ROWS`` messages, newest first; the same sentence again raises its count."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages: list[Message] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.setVisible(False)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is shown or waits for room, newest first."""
        return tuple(self._messages)

    def show_message(self, sentence: str, kind: MessageKind = MessageKind.ERROR, topic: str = "") -> None:
        """Show a sentence until it is dismissed or its topic solved."""
        known = next((m for m in self._messages if m.sentence == sentence), None)
        if known is not None:
            self._messages.remove(known)
            self._messages.insert(0, replace(known, count=known.count + 1))
        else:
            self._messages.insert(0, Message(sentence, kind, topic))
        self._rebuild()

    def solve(self, topic: str) -> None:
        """Take away what was said of this topic."""
        left = [m for m in self._messages if m.topic != topic]
        if len(left) != len(self._messages):
            self._messages = left
            self._rebuild()

    @Slot()
    def dismiss_newest(self) -> None:
        """Take the uppermost message away."""
        if self._messages:
            self._dismiss(self._messages[0])

    def _dismiss(self, message: Message) -> None:
        self._messages = [m for m in self._messages if m is not message]
        self._rebuild()

    def _rebuild(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                # The click that dismisses a row comes from a button inside it.
                row.deleteLater()
        for message in self._messages[:MOST_ROWS]:
            self._layout.addWidget(self._row(message))
        self.setVisible(bool(self._messages))

    def _row(self, message: Message) -> QFrame:
        row = QFrame(self)
        row.setProperty("panel", message.kind.value)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(14, 4, 6, 4)
        layout.setSpacing(12)
        layout.addWidget(IconLabel(message.kind.value, f"on_{message.kind.value}", _ICON_PX))
        text = QLabel(message.sentence if message.count == 1 else f"{message.sentence}  (×{message.count})")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        text.setProperty("role", "title")
        layout.addWidget(text, 1)
        close = QToolButton()
        close.setProperty("role", "flat")
        close.setIcon(icons.icon("close", f"on_{message.kind.value}"))
        close.setIconSize(QSize(22, 22))
        close.setToolTip(self.tr("Dismiss this message  (Ctrl+D)"))
        close.setAccessibleName(self.tr("Dismiss this message"))
        close.clicked.connect(lambda: self._dismiss(message))
        layout.addWidget(close)
        return row
