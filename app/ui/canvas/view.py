"""ZoomView: how a frame lies in a widget. Zoom at a point, pan, fit; pure geometry, nothing is drawn here."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from app.ui.canvas.layers import Box
from app.ui.key_positions import key_at_place

_FIT_MARGIN_PX = 8
_LARGEST_SCALE = 64.0
_ZOOM_STEP = 1.25


class ZoomView(QGraphicsView):
    """A graphics view whose scene coordinates are frame pixels, and which keeps its own scale and centre.

    Signals:
        view_changed(float): the new scale, in device-independent pixels a frame pixel.
    """

    view_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame_size = (0, 0)
        self._scale = 1.0
        self._centre = QPointF()
        self._fitted = True
        scene = QGraphicsScene(self)
        # An index costs more than it gives for a handful of items that move with every frame.
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def set_frame_size(self, width: int, height: int) -> None:
        """Lay out for a frame of this size in pixels; another size than before is fitted."""
        if (width, height) != self._frame_size:
            self._frame_size = (width, height)
            self.fit()

    @property
    def frame_size(self) -> tuple[int, int]:
        """(width, height) of the frame in pixels; (0, 0) without one."""
        return self._frame_size

    @property
    def scale_factor(self) -> float:
        """Device-independent pixels a frame pixel."""
        return self._scale

    @property
    def fitted(self) -> bool:
        """Whether the whole frame is kept in view when the canvas is resized."""
        return self._fitted

    def fit(self) -> None:
        """Show the whole frame."""
        self._set_view(self._fit_scale(), self._frame_centre())
        self._fitted = True

    def show_1_to_1(self) -> None:
        """Show one frame pixel as one device pixel, about the middle of the view."""
        self._set_view(1.0 / self.devicePixelRatioF(), self._centre)

    def zoom_to_box(self, box: Box, margin: float = 1.0) -> None:
        """Show (x, y, width, height) with ``margin`` times its size around it; small boxes at most 8-fold."""
        x, y, width, height = box
        room = 1.0 + 2.0 * margin
        view = self.viewport().size()
        scale = min(view.width() / (width * room), view.height() / (height * room), 8.0)
        self._set_view(max(scale, self._fit_scale()), QPointF(x + width / 2, y + height / 2))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom by ``factor``; the frame point below ``at`` (viewport, else its middle) stays where it is."""
        at = at if at is not None else QPointF(self.viewport().rect().center())
        before = self.to_frame(at)
        scale = min(max(self._scale * factor, self._fit_scale() * 0.5), _LARGEST_SCALE)
        middle = QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        self._set_view(scale, before - (at - middle) / scale)

    def pan_by(self, dx_px: float, dy_px: float) -> None:
        """Move the view over the frame by so many device-independent pixels."""
        self._set_view(self._scale, self._centre + QPointF(dx_px, dy_px) / self._scale)

    def centre_on_frame(self, x: float, y: float) -> None:
        """Bring a point of the frame, in frame pixels, to the middle of the view."""
        self._set_view(self._scale, QPointF(x, y))

    @property
    def visible_box(self) -> QRectF:
        """What of the frame is in view, in frame pixels."""
        view = self.viewport().size()
        corner = self.to_frame(QPointF(0, 0))
        seen = QRectF(corner.x(), corner.y(), view.width() / self._scale, view.height() / self._scale)
        return seen.intersected(QRectF(0, 0, *self._frame_size))

    def to_frame(self, position: QPointF) -> QPointF:
        """Frame pixels, with fractions, of a point in viewport coordinates."""
        inverse, _ = self.viewportTransform().inverted()
        return inverse.map(position)

    def to_viewport(self, x: float, y: float) -> QPointF:
        """Viewport coordinates of a point in frame pixels."""
        return self.viewportTransform().map(QPointF(x, y))

    def _frame_centre(self) -> QPointF:
        return QPointF(self._frame_size[0] / 2, self._frame_size[1] / 2)

    def _fit_scale(self) -> float:
        width, height = self._frame_size
        if not width or not height:
            return 1.0
        view = self.viewport().size()
        room_x, room_y = max(view.width() - 2 * _FIT_MARGIN_PX, 1), max(view.height() - 2 * _FIT_MARGIN_PX, 1)
        return min(room_x / width, room_y / height, _LARGEST_SCALE)

    def _set_view(self, scale: float, centre: QPointF) -> None:
        self._fitted = False
        width, height = self._frame_size
        self._scale = scale
        self._centre = QPointF(min(max(centre.x(), 0.0), width), min(max(centre.y(), 0.0), height))
        view = self.viewport().size()
        # Room around the frame, so that the scroll bars can always reach the centre wanted.
        margin_x, margin_y = view.width() / scale, view.height() / scale
        self.setSceneRect(QRectF(0, 0, width, height).adjusted(-margin_x, -margin_y, margin_x, margin_y))
        self.setTransform(QTransform.fromScale(scale, scale))
        self.horizontalScrollBar().setValue(round(self._centre.x() * scale - view.width() / 2))
        self.verticalScrollBar().setValue(round(self._centre.y() * scale - view.height() / 2))
        self.view_changed.emit(scale)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the whole frame, or the point in the middle, in view."""
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        else:
            self._set_view(self._scale, self._centre)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom at the pointer."""
        self.zoom_by(_ZOOM_STEP ** (event.angleDelta().y() / 120.0), event.position())
        event.accept()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802 - Qt's name
        """Repaint rather than shift old pixels: the interpolated frame does not move by whole source pixels."""
        super().scrollContentsBy(dx, dy)
        self.viewport().update()

    def take_view_key(self, event: QKeyEvent) -> bool:
        """Pan or zoom if the key means that; whether it did."""
        step = 0.1 * self.viewport().width()
        match key_at_place(event) or event.key():
            case Qt.Key.Key_Left:
                self.pan_by(-step, 0)
            case Qt.Key.Key_Right:
                self.pan_by(step, 0)
            case Qt.Key.Key_Up:
                self.pan_by(0, -step)
            case Qt.Key.Key_Down:
                self.pan_by(0, step)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_by(_ZOOM_STEP)
            case Qt.Key.Key_Minus:
                self.zoom_by(1 / _ZOOM_STEP)
            case Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_Z if not event.modifiers():
                self.show_1_to_1()
            case _:
                return False
        return True
