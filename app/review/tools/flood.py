"""Flood: the connected pixels like the one a flood starts from, found in a window that grows only as the flood does.

A frame of a line-scan camera has tens of millions of pixels and a defect covers few of them: the window starts small
and is widened on those sides alone that the flood has reached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from app.review.edit import Box, clip
from app.review.tools.area import Area

FIRST_REACH_PX = 128
"""How far the first window reaches from the seed on each side."""

ReadWindow = Callable[[Box], npt.NDArray[Any]]
"""Gives the (h, w) or (h, w, 3) pixels of a box, uint8 or float32; they must not depend on the box they are read in."""


def window_around(x: int, y: int, reach_px: int, bounds: Box) -> Box | None:
    """The square window that reaches so far around a pixel, as far as it lies in ``bounds``."""
    return intersection((x - reach_px, y - reach_px, 2 * reach_px + 1, 2 * reach_px + 1), bounds)


def intersection(first: Box, second: Box) -> Box | None:
    """The box both cover; ``None`` where they do not meet."""
    moved = (first[0] - second[0], first[1] - second[1], first[2], first[3])
    shared = clip(moved, second[3], second[2])
    return None if shared is None else (shared[0] + second[0], shared[1] + second[1], shared[2], shared[3])


def flood(read: ReadWindow, x: int, y: int, bounds: Box, tolerance: float, connectivity: int, window: Box) -> Area:
    """The pixels that are joined to column ``x``, row ``y`` by pixels within ``tolerance`` of that one's levels.

    ``connectivity`` is 4 or 8. The seed lies in ``window``, where the search begins, and that in ``bounds``, which it
    does not leave. The flood is the same whatever window it begins in.
    """
    while True:
        area = _flooded(read(window), x - window[0], y - window[1], tolerance, connectivity)
        found = Area((area.box_px[0] + window[0], area.box_px[1] + window[1], *area.box_px[2:]), area.mask)
        wider = _widened(window, found.box_px, bounds)
        if wider == window:
            return found
        window = wider


def _flooded(pixels: npt.NDArray[Any], x: int, y: int, tolerance: float, connectivity: int) -> Area:
    height, width = pixels.shape[:2]
    # OpenCV wants a rim of one pixel around the mask.
    mask = np.zeros((height + 2, width + 2), dtype=np.uint8)
    flags = connectivity | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    reach = (float(tolerance),) * 3
    _, _, _, (left, top, across, down) = cv2.floodFill(pixels, mask, (x, y), 0, reach, reach, flags)
    inside = mask[top + 1 : top + down + 1, left + 1 : left + across + 1]
    return Area((int(left), int(top), int(across), int(down)), inside.view(np.bool_))


def _widened(window: Box, found: Box, bounds: Box) -> Box:
    """The window widened, within ``bounds``, by its own size on the sides that ``found`` touches."""
    x, y, width, height = window
    left = width if found[0] == x else 0
    right = width if found[0] + found[2] == x + width else 0
    top = height if found[1] == y else 0
    bottom = height if found[1] + found[3] == y + height else 0
    wider = intersection((x - left, y - top, left + width + right, top + height + bottom), bounds)
    assert wider is not None, "the window lies in its bounds"
    return wider
