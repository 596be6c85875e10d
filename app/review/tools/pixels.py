"""Pixels of a window of a frame, in the kind of number a tool works on. Only the window is read and converted."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from app.review.edit import Box, region
from app.words.frame import Image

_LEAST_RANGE = 32
"""Grey levels (of 256) a window's contrast is taken to span at least, or the noise of bare steel would be all edges."""


def grey_of(image: Image, box: Box) -> Image:
    """(h, w) grey levels of a box within the frame, uint8 or uint16 as the image has them."""
    part = image[region(box)]
    if part.ndim == 2:
        return np.ascontiguousarray(part)
    grey: Image = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY)
    return grey


def stretched_of(image: Image, box: Box) -> npt.NDArray[np.uint8]:
    """(h, w) uint8 of a box within the frame, its darkest to brightest hundredth spread over 0 to 255."""
    grey = grey_of(image, box)
    low, high = np.percentile(grey, (1, 99))
    least = _LEAST_RANGE * (int(np.iinfo(grey.dtype).max) + 1) / 256
    middle, span = (low + high) / 2, max(high - low, least)
    levels = (grey.astype(np.float32) - (middle - span / 2)) * (255 / span)
    stretched: npt.NDArray[np.uint8] = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return stretched


def flood_pixels(pixels: Image) -> npt.NDArray[Any]:
    """A copy that OpenCV floods: it knows bytes and floats, and a float holds every 16-bit level."""
    return pixels.copy() if pixels.dtype == np.uint8 else pixels.astype(np.float32)
