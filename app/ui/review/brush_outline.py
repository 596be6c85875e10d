"""The brush's outline on the canvas: exactly the pixels the tip would draw."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.review.tools.brush import Tip, stroke


class BrushOutline(QGraphicsItem):
    """The outline of the tip at the pointer, in frame pixels; light on dark, so that it shows on any steel."""

    def __init__(self) -> None:
        super().__init__()
        self._tip_px = 0
        self._tip = Tip.ROUND
        self._lines: list[QLineF] = []
        self._colour = QColor("#ffffff")
        self.setVisible(False)

    def set_tip(self, tip_px: int, tip: Tip = Tip.ROUND) -> None:
        """Show another tip."""
        if (tip_px, tip) != (self._tip_px, self._tip):
            self.prepareGeometryChange()
            self._tip_px, self._tip = tip_px, tip
            self._lines = outline(tip_px, tip)
            self.update()

    def set_colour(self, colour: QColor) -> None:
        """The class's colour, or white for the eraser."""
        self._colour = colour
        self.update()

    def move_to(self, x: float, y: float) -> None:
        """Snap to the pixels the tip would draw at this point."""
        shift = 0.0 if self._tip_px % 2 else 0.5
        self.setPos(QPointF(math.floor(x + shift), math.floor(y + shift)))
        self.setVisible(True)

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Around the tip, with room for the lines at any zoom."""
        reach = self._tip_px / 2 + 4
        return QRectF(-reach, -reach, 2 * reach, 2 * reach)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw a dark and, upon it, a coloured line."""
        for colour, width in ((QColor(0, 0, 0, 200), 3.0), (self._colour, 1.0)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            painter.setPen(pen)
            painter.drawLines(self._lines)


def outline(tip_px: int, tip: Tip = Tip.ROUND) -> list[QLineF]:
    """The border of the tip's pixels, as lines about the snapped pixel or corner."""
    area = stroke((0.25, 0.25), (0.25, 0.25), tip_px, tip)
    (left, top, _, _), mask = area.box_px, area.mask
    padded = np.pad(mask, 1)
    lines = []
    for row, column in np.argwhere(padded[1:, :] != padded[:-1, :]):
        x, y = int(column) - 1 + left, int(row) + top
        lines.append(QLineF(x, y, x + 1, y))
    for row, column in np.argwhere(padded[:, 1:] != padded[:, :-1]):
        x, y = int(column) + left, int(row) - 1 + top
        lines.append(QLineF(x, y, x, y + 1))
    return lines
