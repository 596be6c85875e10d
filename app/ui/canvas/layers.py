"""The layers of the canvas: the frame, the mask stack and the highlight, as items of a graphics scene.

Scene coordinates are frame pixels. Each layer renders the exposed part for the device it is painted on.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.ui.canvas.colours import StackColours
from app.ui.canvas.pyramid import ImagePyramid, StackPyramid
from app.ui.canvas.rendering import (
    DeviceRect,
    View,
    display_range,
    outline_width,
    render_frame,
    render_stack,
    to_display,
)
from app.ui.canvas.tone import Tone, equalised
from app.words.frame import Image
from models.labels.masks import MaskStack

Rendered = tuple[npt.NDArray[np.unsignedinteger[Any]], QImage]
"""An array of pixels and the image that borrows its memory."""

Box = tuple[int, int, int, int]
"""(x, y, width, height) in frame pixels."""


class RenderedLayer(QGraphicsItem):
    """Works out the view from the painter and draws the exposed device pixels itself, without Qt's scaling."""

    def __init__(self) -> None:
        super().__init__()
        self._width = 0
        self._height = 0
        # Without it, exposedRect is the whole item.
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """The frame, in frame pixels."""
        return QRectF(0, 0, self._width, self._height)

    def _resize(self, width: int, height: int) -> None:
        if (width, height) != (self._width, self._height):
            self.prepareGeometryChange()
            self._width, self._height = width, height
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw what is exposed."""
        if not self._width or not self._height:
            return
        ratio = painter.device().devicePixelRatioF()
        transform = painter.worldTransform()
        view = View(transform.m11() * ratio, transform.dx() * ratio, transform.dy() * ratio)
        exposed = transform.mapRect(option.exposedRect)
        left, top = floor(exposed.left() * ratio) - 1, floor(exposed.top() * ratio) - 1
        right, bottom = ceil(exposed.right() * ratio) + 1, ceil(exposed.bottom() * ratio) + 1
        rect = DeviceRect(left, top, right - left, bottom - top).intersected(view.covered(self._width, self._height))
        rect = self._worth_drawing(view, rect)
        if not rect.width or not rect.height:
            return
        pixels, image = self._render(view, rect)
        image.setDevicePixelRatio(ratio)
        painter.save()
        painter.resetTransform()
        painter.drawImage(QPointF(rect.x / ratio, rect.y / ratio), image)
        painter.restore()
        # The QImage only borrows the array's memory; the array must outlive the drawing.
        del image, pixels

    def _worth_drawing(self, _view: View, rect: DeviceRect) -> DeviceRect:
        """The part of ``rect`` that is not empty."""
        return rect

    def _render(self, view: View, rect: DeviceRect) -> Rendered:
        raise NotImplementedError


class FrameLayer(RenderedLayer):
    """The frame's image, in the tone wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.image: Image | None = None
        self._pyramid: ImagePyramid | None = None
        self._range = (0.0, 255.0)
        self._tone = Tone()
        self._table = self._tone.table()

    def show_image(self, image: Image | None, shown_range: tuple[float, float] | None = None) -> None:
        """Show (H, W) or (H, W, 3), uint8 or uint16; ``shown_range`` are the values drawn black and white."""
        self.image, self._pyramid = image, None
        if image is None:
            self._resize(0, 0)
            return
        self._range = shown_range or display_range(image)
        self._resize(image.shape[1], image.shape[0])

    def set_tone(self, tone: Tone) -> None:
        """Show this frame and those to come in another tone."""
        if tone.local != self._tone.local:
            self._pyramid = None
        self._tone, self._table = tone, tone.table()
        self.update()

    def _levels(self) -> ImagePyramid:
        """The image, or what is shown in its stead, at every size; made when it is first painted."""
        assert self.image is not None, "a layer with a size has an image"
        if self._pyramid is None:
            self._pyramid = ImagePyramid(equalised(self.image, *self._range) if self._tone.local else self.image)
        return self._pyramid

    def _render(self, view: View, rect: DeviceRect) -> Rendered:
        black_white = (0.0, 255.0) if self._tone.local else self._range
        pixels = np.ascontiguousarray(to_display(render_frame(self._levels(), view, rect), *black_white))
        if not self._tone.plain:
            pixels = self._table[pixels]
        image_format = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
        return pixels, QImage(pixels.data, rect.width, rect.height, pixels.strides[0], image_format)


class StackLayer(RenderedLayer):
    """A mask stack in its classes' colours, or the part of it between two columns."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: tuple[float, float] | None = None
        self._pyramid: StackPyramid | None = None
        self._colours: StackColours | None = None

    @property
    def stack(self) -> MaskStack | None:
        """The stack shown."""
        return None if self._pyramid is None else self._pyramid.stack

    def show_stack(self, stack: MaskStack | None, colours: StackColours | None) -> None:
        """Show a (H, W) stack in these colours; the stack is not copied."""
        if stack is None or colours is None:
            self._pyramid = None
            self._resize(0, 0)
            return
        self._pyramid = StackPyramid(stack)
        self._colours = colours
        self._resize(stack.shape[1], stack.shape[0])

    def set_colours(self, colours: StackColours) -> None:
        """Show the same stack in other colours."""
        self._colours = colours
        self.update()

    def set_columns(self, columns: tuple[float, float] | None) -> None:
        """Draw only from one column of the frame to another, or, with ``None``, everywhere."""
        self._columns = columns
        self.update()

    def refresh(self, box: Box, scale: float) -> None:
        """Repaint a box of frame pixels whose bits have changed; ``scale`` is the view's, in device pixels."""
        if self._pyramid is None:
            return
        self._pyramid.refresh(*box)
        # The outlines of the neighbours change with it, and zoomed out a device pixel reaches past the box.
        margin = (outline_width(scale) + 2) / scale
        self.update(QRectF(*box).adjusted(-margin, -margin, margin, margin))

    def _worth_drawing(self, view: View, rect: DeviceRect) -> DeviceRect:
        """Most frames carry few masks or none: only the box around them is looked up and blended."""
        assert self._pyramid is not None, "a layer with a size has a stack"
        bounds = self._pyramid.bounds
        if not bounds[2]:
            return DeviceRect(0, 0, 0, 0)
        worth = rect.intersected(view.around(*bounds))
        return worth if self._columns is None else worth.intersected(view.between(*self._columns, rect))

    def _render(self, view: View, rect: DeviceRect) -> Rendered:
        assert self._pyramid is not None, "a layer with a size has a stack"
        assert self._colours is not None, "a layer with a size has colours"
        pixels = render_stack(self._pyramid, view, rect, self._colours)
        image_format = QImage.Format.Format_ARGB32_Premultiplied
        return pixels, QImage(pixels.data, rect.width, rect.height, pixels.strides[0], image_format)


class HighlightLayer(QGraphicsItem):
    """A frame around one finding, white on black so that it shows on any steel; its lines keep their width."""

    _GAP_PX = 5.0
    """Between the box and the lines, in device-independent pixels."""

    def __init__(self) -> None:
        super().__init__()
        self._box: Box | None = None
        self._scale = 1.0

    def show_box(self, box: Box | None, scale: float) -> None:
        """Show the box, or nothing; ``scale`` is the view's, which the gap is measured in."""
        self.prepareGeometryChange()
        self._box, self._scale = box, scale
        self.update()

    def set_scale(self, scale: float) -> None:
        """Keep the gap's width when the view's scale changes."""
        if scale != self._scale:
            self.show_box(self._box, scale)

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """The box with its gap and its lines, in frame pixels."""
        return self._grown(self._GAP_PX + 4.0)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw a dark and, upon it, a light line."""
        if self._box is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor("#000000"), 5.0), (QColor("#ffffff"), 2.0)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(self._grown(self._GAP_PX))

    def _grown(self, pixels: float) -> QRectF:
        if self._box is None:
            return QRectF()
        margin = pixels / self._scale
        return QRectF(*self._box).adjusted(-margin, -margin, margin, margin)
