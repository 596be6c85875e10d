"""A combo box with the program's own arrow and an icon that says what is picked."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QListView, QStyledItemDelegate, QWidget

from app.ui import icons, theme

_ICON_PX = 22


class Picker(QComboBox):
    """Chooses one of a few; rows are as high as buttons."""

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        # The platform's own popup ignores the style sheet's row height.
        self.setView(QListView(self))
        self.setItemDelegate(QStyledItemDelegate(self))
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

    @Slot()
    def open_by_key(self) -> None:
        """Take the focus and show the choices."""
        self.setFocus()
        self.showPopup()
