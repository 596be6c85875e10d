"""Comparing: the labels as they are now beside those that came, as a wipe or as a difference."""

from __future__ import annotations

from enum import Enum, auto

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QLineF, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.review.difference import DIFFERENCE, difference
from app.review.edit import Box, region
from app.review.open_case import OpenCase
from app.ui.canvas import FrameCanvas
from models.labels.masks import MaskStack

_GRIP_PX = 10
"""So far from the line, in device-independent pixels, it can still be taken hold of."""


class Comparison(Enum):
    """How the labels are laid beside those that came."""

    NONE = auto()
    WIPE = auto()
    """Left of a line those that came, right of it those of now."""
    DIFFERENCE = auto()


class Comparing(QObject):
    """Shows a case's labels beside those that came. While it does, nothing is drawn.

    Signals:
        changed(): another way of comparing, or none.
    """

    changed = Signal()

    def __init__(self, canvas: FrameCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.way = Comparison.NONE
        self._canvas = canvas
        self._case: OpenCase | None = None
        self._other: MaskStack | None = None
        self._difference: npt.NDArray[np.uint8] | None = None
        self._edge = 0.0
        self._dragged = False
        self._line = _WipeLine()
        canvas.add_item(self._line)
        canvas.viewport().installEventFilter(self)
        canvas.view_changed.connect(self._line.set_scale)

    def set_case(self, case: OpenCase | None) -> None:
        """Compare another case's labels, in the same way; ``None`` where there are none."""
        if case is not self._case:
            self._other = None
            self._edge = 0.0 if case is None else case.document.size[1] / 2
        self._case = case
        self._show()

    def set_other(self, stack: MaskStack | None) -> None:
        """Compare with these masks, (H, W), and not with those that came; ``None`` for those again."""
        if stack is not self._other:
            self._other = stack
            self._show()
            self.changed.emit()

    @property
    def with_model(self) -> bool:
        """Whether it is a model's masks that the labels are compared with."""
        return self._other is not None

    def toggle(self, way: Comparison) -> None:
        """Compare in this way, or, where that is shown already, no longer."""
        self.set_way(Comparison.NONE if way is self.way else way)

    def set_way(self, way: Comparison) -> None:
        """Compare in this way."""
        if way is not self.way:
            self.way = way
            self._show()
            self.changed.emit()

    def refresh(self, box: Box) -> None:
        """The labels have changed within a box; the canvas is repainted there by whoever changed them."""
        if self._difference is not None and self._case is not None:
            place = region(box)
            document = self._case.document
            reference = self._reference(self._case)
            self._difference[place] = difference(document.stack[place], reference[place], document.taxonomy)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Drag the wipe's line."""
        if self.way is not Comparison.WIPE or self._case is None or not isinstance(event, QMouseEvent):
            return False
        at = event.position()
        near = abs(self._canvas.to_viewport(self._edge, 0).x() - at.x()) <= _GRIP_PX
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton and near:
            self._dragged = True
        elif kind == QEvent.Type.MouseMove and self._dragged:
            self._move_edge(self._canvas.to_frame(at).x())
        elif kind == QEvent.Type.MouseButtonRelease and self._dragged:
            self._dragged = False
        elif kind == QEvent.Type.MouseMove and near:
            self._canvas.viewport().setCursor(Qt.CursorShape.SplitHCursor)
            return True
        else:
            return False
        return True

    def _reference(self, case: OpenCase) -> MaskStack:
        """What the labels are compared with."""
        return case.document.word if self._other is None else self._other

    def _move_edge(self, column: float) -> None:
        self._edge = min(max(column, 0.0), float(self._canvas.frame_size[0]))
        self._canvas.set_comparison_edge(self._edge)
        self._line.move_to(self._edge, self._canvas.frame_size[1])

    def _show(self) -> None:
        case, self._difference = self._case, None
        self._line.setVisible(False)
        if case is None or self.way is Comparison.NONE:
            self._canvas.show_comparison(None)
        elif self.way is Comparison.DIFFERENCE:
            self._difference = difference(case.document.stack, self._reference(case), case.document.taxonomy)
            self._canvas.show_comparison(self._difference, DIFFERENCE)
        else:
            self._canvas.show_comparison(self._reference(case), up_to=self._edge)
            self._line.set_scale(self._canvas.scale_factor)
            self._line.setVisible(True)
            self._move_edge(self._edge)


class _WipeLine(QGraphicsItem):
    """The line between what came and what is, with a grip in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self._column, self._height, self._scale = 0.0, 0, 1.0
        self.setVisible(False)

    def move_to(self, column: float, height: int) -> None:
        """Stand at a column of a frame so high, in frame pixels."""
        self.prepareGeometryChange()
        self._column, self._height = column, height
        self.update()

    def set_scale(self, scale: float) -> None:
        """The view's scale: the line keeps its width."""
        self.prepareGeometryChange()
        self._scale = scale

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """The line and its grip, in frame pixels."""
        half = (_GRIP_PX + 4) / self._scale
        return QRectF(self._column - half, -half, 2 * half, self._height + 2 * half)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """A white line on a dark one, so that it is seen on any steel, and a round grip."""
        for colour, width in ((QColor(0, 0, 0, 160), 4.0), (QColor("#ffffff"), 2.0)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLine(QLineF(self._column, 0, self._column, self._height))
        pen = QPen(QColor(0, 0, 0, 160), 2.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(QColor("#ffffff"))
        radius = _GRIP_PX * 0.8 / self._scale
        painter.drawEllipse(QRectF(self._column - radius, self._height / 2 - radius, 2 * radius, 2 * radius))
