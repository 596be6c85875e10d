"""The outline of a shape that is being drawn, over the canvas; its lines keep their width at every zoom."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.review.tools.area import Point

_CORNER_PX = 4.0


class OutlineItem(QGraphicsItem):
    """A line through points in frame pixels, light on dark, with its fixed corners marked and words at its end."""

    def __init__(self) -> None:
        super().__init__()
        self._line = QPolygonF()
        self._corners: tuple[QPointF, ...] = ()
        self._closed = False
        self._colour = QColor("#ffffff")
        self._words = ""
        self._scale = 1.0
        self.setVisible(False)

    def show_line(
        self,
        points: Sequence[Point],
        corners: Sequence[Point] = (),
        *,
        closed: bool = False,
        colour: QColor | None = None,
        words: str = "",
    ) -> None:
        """Show the line through ``points`` with ``corners`` marked, and ``words`` beside its last point."""
        self.prepareGeometryChange()
        self._line = QPolygonF([QPointF(x, y) for x, y in points])
        self._corners = tuple(QPointF(x, y) for x, y in corners)
        self._closed, self._words = closed, words
        self._colour = colour or QColor("#ffffff")
        self.setVisible(bool(points))
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.show_line(())

    def set_scale(self, scale: float) -> None:
        """The view's scale, in device-independent pixels a frame pixel."""
        self.prepareGeometryChange()
        self._scale = scale

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Around the line, with room for its corners and words."""
        margin = (_CORNER_PX + 4) / self._scale
        box = self._line.boundingRect().adjusted(-margin, -margin, margin, margin)
        return box.adjusted(0, -40 / self._scale, 320 / self._scale, 40 / self._scale) if self._words else box

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """A dark line and a coloured one on it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 210), 3.5), (self._colour, 1.6)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            if self._closed:
                painter.drawPolygon(self._line)
            else:
                painter.drawPolyline(self._line)
        radius = _CORNER_PX / self._scale
        painter.setBrush(self._colour)
        pen = QPen(QColor(0, 0, 0, 210), 1.2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for corner in self._corners:
            painter.drawEllipse(corner, radius, radius)
        if self._words and not self._line.isEmpty():
            self._paint_words(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_words(self, painter: QPainter) -> None:
        at = painter.worldTransform().map(self._line.last())
        painter.save()
        painter.resetTransform()
        font = painter.font()
        font.setPixelSize(15)
        painter.setFont(font)
        box = QRectF(painter.fontMetrics().boundingRect(self._words)).adjusted(-8, -5, 8, 5)
        box.moveTopLeft(QPointF(at.x() + 12, at.y() - box.height() / 2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 200))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._words)
        painter.restore()
