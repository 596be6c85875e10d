"""Minimap: the whole frame, small, in a corner of a canvas that shows a part of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from app.ui.canvas.canvas import FrameCanvas

LARGEST_PX = (320, 160)
_MARGIN_PX = 12
_RENEW_AFTER_MS = 250
_PART_SHOWN = 0.98


class Minimap(QWidget):
    """Shows where in the frame the view lies, as long as not all of it is in view; a press or a drag goes there."""

    def __init__(self, canvas: FrameCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture = QPixmap()
        # A stroke changes the masks many times a second; the minimap may be a moment behind.
        self._renew_timer = QTimer(self, singleShot=True, interval=_RENEW_AFTER_MS)
        self._renew_timer.timeout.connect(self._renew)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(self.tr("The whole frame; press or drag to go there"))
        self.hide()
        canvas.installEventFilter(self)
        canvas.view_changed.connect(self.follow)

    @Slot()
    def renew(self) -> None:
        """The frame or its masks have changed."""
        self._renew_timer.start()

    @Slot()
    def follow(self) -> None:
        """The view has changed: show it, or go away where the whole frame is in view."""
        width, height = self._canvas.frame_size
        seen = self._canvas.visible_box
        whole = not width or (seen.width() >= _PART_SHOWN * width and seen.height() >= _PART_SHOWN * height)
        if whole:
            self.hide()
            return
        if self.isHidden() or self._picture.isNull():
            self._renew()
            self.show()
        self.update()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay in the canvas's corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
            self.follow()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go there."""
        self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Drag the view along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The frame, darkened but for what is in view."""
        painter = QPainter(self)
        painter.drawPixmap(self.rect(), self._picture)
        seen = self._canvas.visible_box
        scale = self.width() / max(self._canvas.frame_size[0], 1)
        box = QRectF(seen.x() * scale, seen.y() * scale, seen.width() * scale, seen.height() * scale)
        # Two lines at least, so that a view of some pixels is still found.
        box = box.united(QRectF(box.center() - QPointF(3, 3), box.center() + QPointF(3, 3)))
        shade = QColor(0, 0, 0, 120)
        painter.fillRect(QRectF(0, 0, self.width(), box.top()), shade)
        painter.fillRect(QRectF(0, box.bottom(), self.width(), self.height() - box.bottom()), shade)
        painter.fillRect(QRectF(0, box.top(), box.left(), box.height()), shade)
        painter.fillRect(QRectF(box.right(), box.top(), self.width() - box.right(), box.height()), shade)
        painter.setPen(QPen(QColor("#ffffff"), 1.5))
        painter.drawRect(box.adjusted(0.5, 0.5, -1, -1))
        painter.setPen(QPen(QColor(255, 255, 255, 110), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    @Slot()
    def _renew(self) -> None:
        ratio = self.devicePixelRatioF()
        picture = self._canvas.thumbnail(round(LARGEST_PX[0] * ratio), round(LARGEST_PX[1] * ratio))
        self._picture = QPixmap.fromImage(picture)
        self.resize(max(24, round(picture.width() / ratio)), max(16, round(picture.height() / ratio)))
        self._place()
        self.update()

    def _place(self) -> None:
        room = self._canvas.viewport().size()
        self.move(room.width() - self.width() - _MARGIN_PX, room.height() - self.height() - _MARGIN_PX)

    def _go_to(self, position: QPointF) -> None:
        scale = self._canvas.frame_size[0] / max(self.width(), 1)
        self._canvas.centre_on_frame(position.x() * scale, position.y() * scale)
