"""The keys sheet: every key of the window on one panel over the page, opened and closed with ``?``."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

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
"""The shortest column, where there are several."""
_SPACE_PX = 36
_LINE_SPACE_PX = 6
_LOWEST_PX = 200
_BOLD = 1.1
"""Keys are written half bold, which is that much wider."""

_Line = str | KeyBinding
"""A group's title, or what a key does."""

_KEY_SPACE_PX = 18
_AROUND_PX = 110
"""Of the panel and the window, left and right of the columns, the scroll bar's place included."""
_ABOVE_PX = 170
"""Of the panel and the window, above and below the columns."""
_TITLE_ROWS = 1
_SCROLLING_KEYS = {
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
}


class KeysSheet(QWidget):
    """Covers its parent with a veil and shows the key groups side by side; a click or Escape closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._focus_before: QWidget | None = None
        self._panel: QFrame | None = None
        self._scroll: QScrollArea | None = None
        self._probes: dict[str, QLabel] = {}
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
        self._panel = self._scroll = None
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
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(_SPACE_PX)
        for lines in self._columns(groups):
            columns.addLayout(self._column(lines))
        self._scroll = self._scrolling(content)
        layout.addWidget(self._scroll)
        return panel

    def _scrolling(self, content: QWidget) -> QScrollArea:
        """A low window scrolls the columns rather than cutting them off."""
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        content.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        wanted = content.sizeHint()
        scroll.setMinimumWidth(wanted.width() + scroll.verticalScrollBar().sizeHint().width() + 2)
        scroll.setMinimumHeight(min(wanted.height() + 2, max(self._covered.height() - _ABOVE_PX, _LOWEST_PX)))
        return scroll

    def _columns(self, groups: Sequence[KeyGroup]) -> list[list[KeyGroup]]:
        """The groups in columns: as low as they can be and still fit beside each other."""
        most = sum(len(group.bindings) + _TITLE_ROWS for group in groups)
        for rows in range(ROWS, max(most, ROWS) + 1):
            columns = _flowed(groups, rows)
            width = sum(self._width(column) for column in columns) + _SPACE_PX * (len(columns) - 1)
            if width + _AROUND_PX <= self._covered.width():
                break
        return columns

    def _width(self, column: Sequence[KeyGroup]) -> int:
        bindings = [binding for group in column for binding in group.bindings]
        keys = max(self._advance(binding.label, "key") for binding in bindings)
        titles = max(self._advance(binding.worded, "") for binding in bindings)
        return keys + _KEY_SPACE_PX + titles

    def _advance(self, text: str, role: str) -> int:
        """How wide a label is, in the font and frame that the style sheet gives it."""
        if role not in self._probes:
            probe = QLabel(self)
            probe.setProperty("role", role)
            probe.hide()
            probe.ensurePolished()
            self._probes[role] = probe
        self._probes[role].setText(text)
        return self._probes[role].sizeHint().width()

    def _column(self, column: Sequence[KeyGroup]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(_KEY_SPACE_PX)
        grid.setVerticalSpacing(7)
        row = 0
        for group in column:
            title = QLabel(self.tr(group.title) if group.title else "")
            title.setProperty("role", "title")
            title.setContentsMargins(0, 12 if row else 0, 0, 0)
            grid.addWidget(title, row, 0, 1, 2)
            for binding in group.bindings:
                row += 1
                key = QLabel(binding.label)
                key.setProperty("role", "key")
                grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
                grid.addWidget(QLabel(binding.worded), row, 1)
            row += 1
        grid.setRowStretch(row, 1)
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
        """Escape and what opened the sheet close it, arrows scroll it; other keys do nothing."""
        key = Qt.Key(event.key())
        if key in _CLOSING_KEYS:
            self.dismiss()
        elif key in _SCROLLING_KEYS and self._scroll is not None:
            self._scroll.verticalScrollBar().triggerAction(_SCROLLING_KEYS[key])
        event.accept()


def _flowed(groups: Sequence[KeyGroup], rows: int) -> list[list[KeyGroup]]:
    """The groups one below the other in columns of at most ``rows`` rows; a longer group goes on in the next column."""
    columns: list[list[KeyGroup]] = [[]]
    left = rows
    for group in groups:
        title, bindings = group.title, group.bindings
        if left < min(len(bindings), rows - _TITLE_ROWS) + _TITLE_ROWS and columns[-1]:
            columns.append([])
            left = rows
        while bindings:
            if left <= _TITLE_ROWS:
                columns.append([])
                left = rows
            fitting = left - _TITLE_ROWS
            columns[-1].append(KeyGroup(title, bindings[:fitting]))
            left -= _TITLE_ROWS + len(bindings[:fitting])
            title, bindings = "", bindings[fitting:]
    return columns
