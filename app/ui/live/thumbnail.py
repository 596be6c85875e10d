"""Thumbnails: an inspection's frame with its masks, small."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from app.ui.canvas.colours import StackColours
from app.ui.canvas.pyramid import ImagePyramid, StackPyramid
from app.ui.canvas.rendering import View, display_range, render_frame, render_stack, to_display
from app.words.inspection import Inspection

_GROUND = QColor("#0a0c0d")
_LARGEST_SCALE = 4.0


def thumbnail(inspection: Inspection, width_px: int, height_px: int, opacity: float = 0.45) -> QPixmap:
    """The frame with its masks, whole, within (width, height) device pixels; a one-pixel scratch stays visible."""
    picture = QPixmap(width_px, height_px)
    picture.fill(_GROUND)
    image = inspection.frame.image
    if image is None:
        return picture
    height, width = image.shape[:2]
    scale = min(width_px / width, height_px / height, _LARGEST_SCALE)
    view = View(scale, round((width_px - width * scale) / 2), round((height_px - height * scale) / 2))
    rect = view.covered(width, height)
    shown = np.ascontiguousarray(to_display(render_frame(ImagePyramid(image), view, rect), *display_range(image)))
    image_format = QImage.Format.Format_Grayscale8 if shown.ndim == 2 else QImage.Format.Format_RGB888
    painter = QPainter(picture)
    painter.drawImage(
        QPointF(rect.x, rect.y), QImage(shown.data, rect.width, rect.height, shown.strides[0], image_format)
    )
    if inspection.stack is not None:
        colours = StackColours(inspection.taxonomy, opacity=opacity)
        masks = render_stack(StackPyramid(inspection.stack), view, rect, colours)
        overlay = QImage(
            masks.data, rect.width, rect.height, masks.strides[0], QImage.Format.Format_ARGB32_Premultiplied
        )
        painter.drawImage(QPointF(rect.x, rect.y), overlay)
    painter.end()
    return picture
