"""The heat layer: how sure a model is of each pixel, clear where it is not, over the frame."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from app.ui.canvas.colours import Pixels, premultiplied
from app.ui.canvas.layers import Rendered, RenderedLayer
from app.ui.canvas.pyramid import ImagePyramid
from app.ui.canvas.rendering import DeviceRect, View, render_frame

_LARGEST_ALPHA = 200


def heat_table() -> Pixels:
    """(256,) colours of 0 (clear) to 255 by the viridis scale, more opaque the surer.

    Viridis is read alike by people with the common colour blindnesses (S. van der Walt and N. Smith, 2015).
    """
    levels = np.arange(256, dtype=np.uint8)[None, :]
    rgb = cv2.applyColorMap(levels, cv2.COLORMAP_VIRIDIS)[0, :, ::-1].astype(np.float64)
    alpha = np.rint(_LARGEST_ALPHA * np.sqrt(np.arange(256) / 255)).astype(np.int64)
    return premultiplied(rgb, alpha)


class HeatLayer(RenderedLayer):
    """(H, W) uint8, 0 to 255, by ``heat_table``."""

    def __init__(self) -> None:
        super().__init__()
        self._pyramid: ImagePyramid | None = None
        self._table = heat_table()

    def show_heat(self, heat: npt.NDArray[np.uint8] | None) -> None:
        """Show other heat, or none."""
        self._pyramid = None if heat is None else ImagePyramid(heat)
        self._resize(*((0, 0) if heat is None else (heat.shape[1], heat.shape[0])))

    def _render(self, view: View, rect: DeviceRect) -> Rendered:
        assert self._pyramid is not None, "a layer with a size has heat"
        pixels = self._table[np.ascontiguousarray(render_frame(self._pyramid, view, rect))]
        image_format = QImage.Format.Format_ARGB32_Premultiplied
        return pixels, QImage(pixels.data, rect.width, rect.height, pixels.strides[0], image_format)
