"""A combo box with the program's own arrow and an icon that says what is picked."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui import icons, theme

_ICON_PX = 22
_OPENING_KEYS = (
    Qt.Key.Key_Down,
    Qt.Key.Key_Up,
    Qt.Key.Key_Space,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_F4,
)

Index = QModelIndex | QPersistentModelIndex


class _RowDelegate(QStyledItemDelegate):
    """Rows by the style sheet; a separator is a thin line rather than an empty row."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row or a line."""
        if not _is_separator(index):
            super().paint(painter, option, index)
            return
        rect = QRectF(option.rect)
        painter.fillRect(QRectF(rect.x() + 8, rect.center().y(), rect.width() - 16, 1), theme.colour("line_strong"))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """A separator is low."""
        return QSize(0, 13) if _is_separator(index) else super().sizeHint(option, index)


def _is_separator(index: Index) -> bool:
    # QComboBox.insertSeparator marks its row so.
    return bool(index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "separator")


class Picker(QComboBox):
    """Chooses one of a few; rows are as high as buttons."""

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        # The platform's own popup ignores the style sheet's row height.
        self.setView(QListView(self))
        self.setItemDelegate(_RowDelegate(self))
        self.setMaxVisibleItems(12)
        self.setStyleSheet("QComboBox { padding-left: 44px; }")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the box, then icon and arrow in the theme's colours."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.colour("text" if self.isEnabled() else "text_off")
        top = (self.height() - _ICON_PX) / 2
        icons.paint(painter, self._icon_name, colour, QRectF(12, top, _ICON_PX, _ICON_PX))
        icons.paint(painter, "down", colour, QRectF(self.width() - 30, (self.height() - 18) / 2, 18, 18))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """A wheel turned in passing must not change what runs."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keys show the choices; nothing changes before one is confirmed."""
        if event.key() in _OPENING_KEYS:
            self.showPopup()
        else:
            event.ignore()

    @Slot()
    def open_by_key(self) -> None:
        """Take the focus and show the choices."""
        self.setFocus()
        self.showPopup()
