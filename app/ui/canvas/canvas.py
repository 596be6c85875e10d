"""FrameCanvas: shows a frame with its mask stack; zoom, pan, and the pointer in frame pixels for tools."""

from __future__ import annotations

from math import floor

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QCursor,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QTabletEvent,
    QTransform,
)
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.ui.canvas.colours import StackColours
from app.ui.canvas.heat import HeatLayer
from app.ui.canvas.layers import Box, FrameLayer, HighlightLayer, StackLayer
from app.ui.canvas.pointer import HoveredPixel, PointerAt
from app.ui.canvas.tone import Tone
from app.ui.canvas.view import ZoomView
from app.words.frame import Image
from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy

_CLICK_SLACK_PX = 4
_TOOL_LAYER_Z = 10.0


class FrameCanvas(ZoomView):
    """Shows one frame and, over it, its mask stack. Scene coordinates are frame pixels.

    Mouse: the wheel zooms at the pointer; the middle button, Space with the left button and, while no tool is active,
    the left button alone pan. Keys, while it has the focus: arrows pan, ``+`` and ``-`` zoom, ``0`` fits, ``Z`` shows
    1:1.

    Signals:
        pixel_hovered(object): ``HoveredPixel``, or ``None`` when the pointer is on no frame pixel.
        pressed(object), moved(object), released(object): ``PointerAt`` of the left or right button, for the active
            tool. ``moved`` comes with no button held as well, so that a tool can draw its cursor.
        clicked(object): ``PointerAt`` of a left click without a drag, while no tool is active.
    """

    pixel_hovered = Signal(object)
    pressed = Signal(object)
    moved = Signal(object)
    released = Signal(object)
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame_layer = FrameLayer()
        self._stack_layer = StackLayer()
        self._comparison_layer = StackLayer()
        self._heat_layer = HeatLayer()
        self._highlight_layer = HighlightLayer()
        self._compared: Taxonomy | None = None
        self._taxonomy: Taxonomy | None = None
        self._hidden: set[int] = set()
        self._masks_hidden = False
        self._wiped = False
        self._opacity = 0.45
        self._colours: StackColours | None = None
        self._tool_active = False
        self._tool_cursor = QCursor(Qt.CursorShape.CrossCursor)
        self._space_held = False
        self._pan_from: QPointF | None = None
        self._press_at: QPointF | None = None
        self._pressure = 1.0
        self._build()

    def _build(self) -> None:
        self.view_changed.connect(self._highlight_layer.set_scale)
        over = (self._heat_layer, self._stack_layer, self._comparison_layer, self._highlight_layer)
        for layer in (self._frame_layer, *over):
            self.scene().addItem(layer)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(160, 120)

    # What is shown

    def show_frame(self, image: Image | None, display_range: tuple[float, float] | None = None) -> None:
        """Show (H, W) or (H, W, 3) RGB, uint8 or uint16; ``None`` shows nothing.

        ``display_range`` are the values drawn black and white: by default 0 and 255 for 8 bit, and for 16 bit what
        nearly all pixels lie within. The view stays unless the frame's size changes, which fits it. A stack of another
        size is taken away. The image is not copied and must not change.
        """
        size = (0, 0) if image is None else (image.shape[1], image.shape[0])
        self._frame_layer.show_image(image, display_range)
        stack = self._stack_layer.stack
        if stack is not None and stack.shape[::-1] != size:
            self._stack_layer.show_stack(None, None)
        self.show_comparison(None)
        self.show_heat(None)
        if size != self.frame_size:
            self._highlight_layer.show_box(None, self._scale)
        self.set_frame_size(*size)

    def show_stack(self, stack: MaskStack | None, taxonomy: Taxonomy | None) -> None:
        """Show a (H, W) mask stack of the frame's size over it; it is not copied, see ``update_rect``.

        Another taxonomy shows all its classes again.
        """
        if taxonomy is not None and taxonomy != self._taxonomy:
            if self._taxonomy is None or taxonomy.names != self._taxonomy.names:
                self._hidden.clear()
            self._taxonomy = taxonomy
            self._recolour()
        self._stack_layer.show_stack(stack, self._colours)

    def update_rect(self, x: int, y: int, width: int, height: int) -> None:
        """Repaint this box of frame pixels after a shown stack has been changed there, in place."""
        for layer in (self._stack_layer, self._comparison_layer):
            layer.refresh((x, y, width, height), self._scale * self.devicePixelRatioF())

    def show_comparison(
        self, stack: MaskStack | None, taxonomy: Taxonomy | None = None, up_to: float | None = None
    ) -> None:
        """Show another (H, W) stack in place of the stack, or left of column ``up_to`` alone; ``None`` ends it.

        A ``taxonomy`` is given where the stack is not of the classes shown. Neither stack is copied.
        """
        self._compared = taxonomy
        self._recolour()
        self._comparison_layer.show_stack(stack, self._comparison_colours())
        self.set_comparison_edge(up_to)
        self.set_masks_hidden(self._masks_hidden)

    def set_comparison_edge(self, up_to: float | None) -> None:
        """Move the column up to which the other stack is shown."""
        self._comparison_layer.set_columns(None if up_to is None else (0.0, up_to))
        self._stack_layer.set_columns(None if up_to is None else (up_to, float(self.frame_size[0])))
        self._wiped = up_to is not None

    def show_heat(self, heat: npt.NDArray[np.uint8] | None) -> None:
        """Show (H, W) heat, 0 to 255, between the frame and its masks; ``None``, or another frame, ends it."""
        self._heat_layer.show_heat(heat)

    def set_tone(self, tone: Tone) -> None:
        """Show this frame and those to come in another tone; pixel values are still told as they are."""
        self._frame_layer.set_tone(tone)

    def set_opacity(self, opacity: float) -> None:
        """How opaque the masks' fill is, 0 (outlines alone) to 1."""
        self._opacity = min(max(opacity, 0.0), 1.0)
        self._recolour()

    def set_class_visible(self, class_id: int, visible: bool) -> None:
        """Show or hide one class."""
        (self._hidden.discard if visible else self._hidden.add)(class_id)
        self._recolour()

    def class_visible(self, class_id: int) -> bool:
        """Whether the class is shown."""
        return class_id not in self._hidden

    def set_masks_hidden(self, hidden: bool) -> None:
        """Hide all masks and the highlight, to see the bare steel, or show them again."""
        self._masks_hidden = hidden
        compared = self._comparison_layer.stack is not None
        self._stack_layer.setVisible(not hidden and (self._wiped or not compared))
        self._comparison_layer.setVisible(not hidden)
        self._highlight_layer.setVisible(not hidden)

    @property
    def masks_hidden(self) -> bool:
        """Whether all masks are hidden."""
        return self._masks_hidden

    def set_highlight(self, box: Box | None) -> None:
        """Put a frame around (x, y, width, height) in frame pixels, or take it away."""
        self._highlight_layer.show_box(box, self._scale)

    def thumbnail(self, width: int, height: int) -> QImage:
        """The whole frame with its masks, as large as fits into ``width`` × ``height`` pixels."""
        frame_width, frame_height = self.frame_size
        scale = min(width / max(frame_width, 1), height / max(frame_height, 1))
        picture = QImage(
            max(1, round(frame_width * scale)), max(1, round(frame_height * scale)), QImage.Format.Format_RGB32
        )
        picture.fill(Qt.GlobalColor.black)
        painter = QPainter(picture)
        painter.setTransform(QTransform.fromScale(scale, scale))
        for layer in (self._frame_layer, self._stack_layer):
            option = QStyleOptionGraphicsItem()
            option.exposedRect = layer.boundingRect()
            layer.paint(painter, option)
        painter.end()
        return picture

    def add_item(self, item: QGraphicsItem) -> None:
        """Lay a tool's item (a brush outline, a lasso) over everything; its coordinates are frame pixels."""
        item.setZValue(item.zValue() + _TOOL_LAYER_Z)
        self.scene().addItem(item)

    def remove_item(self, item: QGraphicsItem) -> None:
        """Take a tool's item away."""
        self.scene().removeItem(item)

    def set_tool_active(self, active: bool, cursor: QCursor | Qt.CursorShape = Qt.CursorShape.CrossCursor) -> None:
        """Whether the left button draws (``pressed``, ``moved``, ``released``) or pans."""
        self._tool_active = active
        self._tool_cursor = QCursor(cursor)
        self._show_cursor()

    def _recolour(self) -> None:
        """Make the colour tables anew, which for 16 classes takes milliseconds: when they change, not every frame."""
        if self._taxonomy is not None:
            self._colours = StackColours(self._taxonomy, self._hidden, self._opacity)
            self._stack_layer.set_colours(self._colours)
            if (compared := self._comparison_colours()) is not None:
                self._comparison_layer.set_colours(compared)

    def _comparison_colours(self) -> StackColours | None:
        return self._colours if self._compared is None else StackColours(self._compared, (), self._opacity)

    # Events

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A pen's events come first; not taken, they come again as a mouse's, which know nothing of its pressure."""
        if isinstance(event, QTabletEvent):
            lifted = event.type() == QEvent.Type.TabletRelease
            self._pressure = self._pressure if lifted else event.pressure() if event.buttons() else 1.0
            event.ignore()
            return False
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to pan, or tell the tool."""
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and (self._space_held or not self._tool_active)):
            self._pan_from = event.position()
            self._press_at = event.position() if left else None
            self._show_cursor()
        elif self._tool_active and self._frame_layer.image is not None:
            self.pressed.emit(self._pointer(event))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Pan, or tell the tool; say which pixel is under the pointer."""
        if self._pan_from is not None:
            step = self._pan_from - event.position()
            if self._press_at is None or (event.position() - self._press_at).manhattanLength() > _CLICK_SLACK_PX:
                self._press_at = None
                self._pan_from = event.position()
                self.pan_by(step.x(), step.y())
        elif self._tool_active and self._frame_layer.image is not None:
            self.moved.emit(self._pointer(event))
        self.pixel_hovered.emit(self._hovered(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End the pan or the stroke; a left press that did not move is a click."""
        if self._pan_from is not None:
            was_click = self._press_at is not None and not self._tool_active
            self._pan_from = self._press_at = None
            self._show_cursor()
            if was_click and self._frame_layer.image is not None:
                self.clicked.emit(self._pointer(event))
        elif self._tool_active and self._frame_layer.image is not None:
            self.released.emit(self._pointer(event))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A second press is a press like the first."""
        self.mousePressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Show the right cursor."""
        super().enterEvent(event)
        self._show_cursor()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """No pixel is under the pointer any more."""
        super().leaveEvent(event)
        self.pixel_hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Pan and zoom; other keys go to the page."""
        if event.key() == Qt.Key.Key_Space:
            self._space_held = True
            self._show_cursor()
        elif not self.take_view_key(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space released: the left button draws again."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self._show_cursor()
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """A key held while the focus leaves is let go elsewhere."""
        super().focusOutEvent(event)
        self._space_held = False
        self._show_cursor()

    def _pointer(self, event: QMouseEvent) -> PointerAt:
        # The event names the pixel's corner; what is drawn below it is the frame at the pixel's centre.
        point = self.to_frame(event.position() + QPointF(0.5, 0.5) / self.devicePixelRatioF())
        return PointerAt(point.x(), point.y(), event.button(), event.buttons(), event.modifiers(), self._pressure)

    def _hovered(self, position: QPointF) -> HoveredPixel | None:
        image = self._frame_layer.image
        point = self.to_frame(position + QPointF(0.5, 0.5) / self.devicePixelRatioF())
        x, y = floor(point.x()), floor(point.y())
        if image is None or not (0 <= x < image.shape[1] and 0 <= y < image.shape[0]):
            return None
        value = image[y, x]
        values = (int(value),) if image.ndim == 2 else tuple(int(v) for v in value)
        stack = self._stack_layer.stack
        bits = 0 if stack is None else int(stack[y, x])
        return HoveredPixel(x, y, values, tuple(k + 1 for k in range(bits.bit_length()) if bits >> k & 1))

    def _show_cursor(self) -> None:
        if self._pan_from is not None:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space_held:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._tool_active:
            self.viewport().setCursor(self._tool_cursor)
        else:
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
