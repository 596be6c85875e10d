"""The keys sheet: every key of the window on one panel over the page, opened and closed with ``?``."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.keys import KeyBinding, KeyGroup

_CLOSING_KEYS = (
    Qt.Key.Key_Escape,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
    Qt.Key.Key_Question,
    Qt.Key.Key_F1,
)

ROWS = 12
"""A longer group goes on in a second column."""


class KeysSheet(QWidget):
    """Covers its parent with a veil and shows the key groups side by side; a click or Escape closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._focus_before: QWidget | None = None
        self._panel: QFrame | None = None
        self._outer = QVBoxLayout(self)
        self.hide()
        parent.installEventFilter(self)

    def show_keys(self, groups: Sequence[KeyGroup]) -> None:
        """Open the sheet with these groups."""
        self.dismiss()
        self._panel = self._build(groups)
        self._outer.addWidget(self._panel, 0, Qt.AlignmentFlag.AlignCenter)
        self.setGeometry(self._covered.rect())
        self._focus_before = self.window().focusWidget()
        self.show()
        self.raise_()
        self.setFocus()

    @Slot()
    def dismiss(self) -> None:
        """Close the sheet; the focus goes back to where it was."""
        if self._panel is None:
            return
        self._panel.hide()
        self._panel.deleteLater()
        self._panel = None
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus()

    def _build(self, groups: Sequence[KeyGroup]) -> QFrame:
        panel = QFrame(self)
        panel.setProperty("panel", "sheet")
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(32, 24, 32, 28)
        layout.setSpacing(20)
        top = QHBoxLayout()
        heading = QLabel(self.tr("Keys"))
        heading.setProperty("role", "heading")
        top.addWidget(heading)
        top.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setToolTip(self.tr("Close this sheet  (Esc)"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.dismiss)
        top.addWidget(close)
        layout.addLayout(top)
        columns = QHBoxLayout()
        columns.setSpacing(48)
        for group in groups:
            for start in range(0, len(group.bindings), ROWS):
                columns.addLayout(self._column(group.title if start == 0 else "", group.bindings[start : start + ROWS]))
        layout.addLayout(columns)
        return panel

    def _column(self, heading: str, bindings: Sequence[KeyBinding]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(9)
        title = QLabel(self.tr(heading) if heading else "")
        title.setProperty("role", "title")
        grid.addWidget(title, 0, 0, 1, 2)
        for row, binding in enumerate(bindings, start=1):
            key = QLabel(binding.label)
            key.setProperty("role", "key")
            grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(QLabel(binding.worded), row, 1)
        grid.setRowStretch(len(bindings) + 1, 1)
        return grid

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keep covering the parent when it is resized."""
        if watched is self._covered and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._covered.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the veil."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 150))
        painter.end()

    def mousePressEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click beside or on the panel closes it."""
        self.dismiss()

    def event(self, event: QEvent) -> bool:
        """Take every key before it becomes a shortcut of the page below the veil."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape and what opened the sheet close it; other keys do nothing."""
        if event.key() in _CLOSING_KEYS:
            self.dismiss()
        event.accept()
