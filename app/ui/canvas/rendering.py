"""Rendering: the pixels a view shows of a frame and of its mask stack. Pure functions of arrays, no Qt.

A view is a scale and an offset; each device pixel is worked out on its own, so a part repainted after an edit fits its
surroundings exactly, and the overlay lies on the frame to the pixel at every zoom.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log2
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from app.ui.canvas.colours import Pixels, StackColours
from app.ui.canvas.pyramid import ImagePyramid, StackPyramid
from app.words.frame import Image
from models.labels.masks import MaskStack

# Below this magnification a frame is interpolated; from it on every frame pixel is a plain square.
SQUARES_FROM_SCALE = 2.0

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class View:
    """How a frame lies on the device: ``scale`` device pixels a frame pixel, its top left corner at (left, top)."""

    scale: float
    left: float
    top: float

    def covered(self, frame_width: int, frame_height: int) -> DeviceRect:
        """The device pixels whose centre lies on a frame of this size; at least one each way."""
        x0, y0 = ceil(self.left - 0.5), ceil(self.top - 0.5)
        x1 = max(x0 + 1, ceil(self.left + frame_width * self.scale - 0.5))
        y1 = max(y0 + 1, ceil(self.top + frame_height * self.scale - 0.5))
        return DeviceRect(x0, y0, x1 - x0, y1 - y0)

    def around(self, x: int, y: int, width: int, height: int) -> DeviceRect:
        """The device pixels that show any part of a box of frame pixels, and one more on each side."""
        x0, y0 = floor(self.left + x * self.scale) - 1, floor(self.top + y * self.scale) - 1
        x1 = ceil(self.left + (x + width) * self.scale) + 1
        y1 = ceil(self.top + (y + height) * self.scale) + 1
        return DeviceRect(x0, y0, x1 - x0, y1 - y0)

    def between(self, first: float, last: float, rect: DeviceRect) -> DeviceRect:
        """The part of ``rect`` whose pixels' centres lie from one column of the frame up to another."""
        x0, x1 = ceil(self.left + first * self.scale - 0.5), ceil(self.left + last * self.scale - 0.5)
        return rect.intersected(DeviceRect(x0, rect.y, max(0, x1 - x0), rect.height))


@dataclass(frozen=True, slots=True)
class DeviceRect:
    """A rectangle of device pixels."""

    x: int
    y: int
    width: int
    height: int

    def intersected(self, other: DeviceRect) -> DeviceRect:
        """What both hold; width or height 0 where nothing."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = (
            min(self.x + self.width, other.x + other.width),
            min(self.y + self.height, other.y + other.height),
        )
        return DeviceRect(x, y, max(0, right - x), max(0, bottom - y))

    def grown(self, margin: int) -> DeviceRect:
        """``margin`` pixels more on every side."""
        return DeviceRect(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)


def outline_width(scale: float) -> int:
    """How many device pixels a class's outline is wide: 2 where a frame pixel has room for it, else 1."""
    return 2 if scale >= 1.0 else 1


def render_frame(pyramid: ImagePyramid, view: View, rect: DeviceRect) -> Image:
    """The frame's pixels within ``rect``, which must lie on the frame: (h, w) or (h, w, 3) in the image's dtype.

    Averaged where zoomed out, interpolated up to ``SQUARES_FROM_SCALE``, then the nearest pixel, unsmoothed.
    """
    height, width = pyramid.image.shape[:2]
    if view.scale >= SQUARES_FROM_SCALE or view.scale == 1.0:
        rows = _nearest(rect.y, rect.height, view.top, view.scale, height)
        columns = _nearest(rect.x, rect.width, view.left, view.scale, width)
        return pyramid.image[rows][:, columns]
    level = pyramid.level(_halvings(view.scale))
    # Device pixels per level pixel; a level's size is rounded up, so each axis has its own factor.
    scale_x, scale_y = view.scale * width / level.shape[1], view.scale * height / level.shape[0]
    x0, x1 = _source_range(rect.x, rect.width, view.left, scale_x, level.shape[1])
    y0, y1 = _source_range(rect.y, rect.height, view.top, scale_y, level.shape[0])
    offset_x = (rect.x + 0.5 - view.left) / scale_x - 0.5 - x0
    offset_y = (rect.y + 0.5 - view.top) / scale_y - 0.5 - y0
    matrix = np.array([[1 / scale_x, 0, offset_x], [0, 1 / scale_y, offset_y]])
    resampled: Image = cv2.warpAffine(
        level[y0:y1, x0:x1],
        matrix,
        (rect.width, rect.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return resampled


def render_stack(pyramid: StackPyramid, view: View, rect: DeviceRect, colours: StackColours) -> Pixels:
    """The overlay's pixels within ``rect``, (h, w): fill at the colours' opacity, outlines opaque, else transparent.

    Zoomed out, a device pixel carries every class found anywhere below it, so a one-pixel scratch stays visible.
    """
    margin = outline_width(view.scale)
    wide = rect.grown(margin)
    height, width = pyramid.stack.shape
    inside = wide.intersected(view.covered(width, height))
    shown = np.zeros((wide.height, wide.width), dtype=pyramid.stack.dtype)
    if inside.width and inside.height:
        y, x = inside.y - wide.y, inside.x - wide.x
        shown[y : y + inside.height, x : x + inside.width] = _sample_stack(pyramid, view, inside)
    middle = shown[margin:-margin, margin:-margin]
    return colours.paint(middle, edge_bits(shown, margin))


def edge_bits(stack: MaskStack, width: int) -> MaskStack:
    """The bits of each pixel that some pixel up to ``width`` up, down, left or right lacks; (H, W) loses the border."""
    middle = stack[width:-width, width:-width]
    height_px, width_px = middle.shape
    inner = middle.copy()
    for step in range(1, width + 1):
        for y, x in ((width - step, width), (width + step, width), (width, width - step), (width, width + step)):
            inner &= stack[y : y + height_px, x : x + width_px]
    return middle & ~inner


def to_display(pixels: Image, low: float, high: float) -> npt.NDArray[np.uint8]:
    """Pixels as 0 to 255, with ``low`` black and ``high`` white."""
    if pixels.dtype == np.uint8 and (low, high) == (0, 255):
        return pixels.astype(np.uint8, copy=False)
    stretched = (pixels.astype(np.float32) - low) * (255.0 / max(high - low, 1e-6))
    shown: npt.NDArray[np.uint8] = np.clip(np.rint(stretched), 0, 255).astype(np.uint8)
    return shown


def display_range(image: Image) -> tuple[float, float]:
    """The values shown black and white: 0 and 255 for 8 bit; for 16 bit what all but 0.5 % at either end lie within.

    A 16-bit camera often fills 10 or 12 of its bits, so the full range would show a black frame.
    """
    if image.dtype == np.uint8:
        return 0.0, 255.0
    # Every n-th pixel is enough for a percentile, and keeps a 64-megapixel frame quick.
    step = max(1, int(np.sqrt(image.size / 250_000)))
    low, high = np.percentile(image[::step, ::step], (0.5, 99.5))
    return float(low), float(max(high, low + 1))


def _sample_stack(pyramid: StackPyramid, view: View, rect: DeviceRect) -> MaskStack:
    height, width = pyramid.stack.shape
    if view.scale >= 1.0:
        rows = _nearest(rect.y, rect.height, view.top, view.scale, height)
        columns = _nearest(rect.x, rect.width, view.left, view.scale, width)
        return pyramid.stack[rows][:, columns]
    halvings = _halvings(view.scale)
    level = pyramid.level(halvings)
    first, last = _spans(rect.y, rect.height, view.top, view.scale, height, halvings)
    rows_or: np.ndarray[Any, Any] = level[first]
    for step in range(1, int((last - first).max()) + 1):
        rows_or |= level[np.minimum(first + step, last)]
    first, last = _spans(rect.x, rect.width, view.left, view.scale, width, halvings)
    result: np.ndarray[Any, Any] = rows_or[:, first]
    for step in range(1, int((last - first).max()) + 1):
        result |= rows_or[:, np.minimum(first + step, last)]
    return result


def _halvings(scale: float) -> int:
    """How often a source can be halved and still have a pixel for every device pixel."""
    return max(0, floor(log2(1.0 / scale) + 1e-9))


def _nearest(start: int, count: int, offset: float, scale: float, length: int) -> Indices:
    """The source pixel below the centre of each device pixel."""
    centres = (np.arange(start, start + count) + 0.5 - offset) / scale
    pixels: Indices = np.clip(np.floor(centres), 0, length - 1).astype(np.intp)
    return pixels


def _spans(start: int, count: int, offset: float, scale: float, length: int, halvings: int) -> tuple[Indices, Indices]:
    """First and last level pixel below each device pixel; neighbours meet, so no source pixel falls between them."""
    borders = (np.arange(start, start + count + 1) - offset) / scale
    first = np.clip(np.floor(borders[:-1]), 0, length - 1).astype(np.intp)
    last = np.clip(np.ceil(borders[1:]) - 1, first, length - 1).astype(np.intp)
    return first >> halvings, last >> halvings


def _source_range(start: int, count: int, offset: float, scale: float, length: int) -> tuple[int, int]:
    """The source pixels an interpolation over these device pixels touches."""
    first = floor((start - offset) / scale) - 2
    last = ceil((start + count - offset) / scale) + 2
    low = min(max(first, 0), length - 1)
    return low, max(low + 1, min(last, length))
