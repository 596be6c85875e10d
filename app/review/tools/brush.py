"""Brush and eraser: a round or square tip dragged from one point to the next.

The tip snaps to the pixel grid, so that a tip of 1 px draws one pixel and one of 2 px four: odd tips centre on a
pixel, even ones on a corner. A stroke's piece is the capsule around the segment between two snapped points: the pixels
whose centre is at most half the tip away from it; with a square tip, half the tip across or down. All of it is computed
in whole half-pixels, so it is exact.
"""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from app.review.edit import Box
from app.review.tools.area import Area, Point
from models.labels.masks import Mask

SMALLEST_TIP_PX = 1
LARGEST_TIP_PX = 400


class Tip(StrEnum):
    """The tip's outline."""

    ROUND = "round"
    SQUARE = "square"


def stroke(start: Point, end: Point, tip_px: int, tip: Tip = Tip.ROUND) -> Area:
    """What a tip of ``tip_px`` pixels across covers on its way along a segment; a document clips it to the frame."""
    return Area(*(capsule(start, end, tip_px) if tip is Tip.ROUND else square_sweep(start, end, tip_px)))


def pressed_tip(tip_px: int, pressure: float) -> int:
    """The tip under a pen's ``pressure``, 0 to 1: from one pixel to the whole tip, in proportion."""
    return max(SMALLEST_TIP_PX, round(tip_px * min(max(pressure, 0.0), 1.0)))


def capsule(start: Point, end: Point, tip_px: int) -> tuple[Box, Mask]:
    """The box and (h, w) mask of the pixels whose centre is at most ``tip_px / 2`` from the snapped segment.

    The box may reach past the frame; a document clips it.
    """
    (x0, y0), (x1, y1) = snap(start, tip_px), snap(end, tip_px)
    box, across, down = _centres((x0, y0), (x1, y1), tip_px)
    reach = tip_px * tip_px
    mask = (across - x0) ** 2 + (down - y0) ** 2 <= reach
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    if length:
        mask |= (across - x1) ** 2 + (down - y1) ** 2 <= reach
        along = (across - x0) * (x1 - x0) + (down - y0) * (y1 - y0)
        aside = (across - x0) * (y1 - y0) - (down - y0) * (x1 - x0)
        mask |= (along >= 0) & (along <= length) & (aside * aside <= reach * length)
    return box, mask


def square_sweep(start: Point, end: Point, tip_px: int) -> tuple[Box, Mask]:
    """The box and (h, w) mask of the pixels whose centre an upright square of ``tip_px`` covers along the segment.

    The box may reach past the frame; a document clips it.
    """
    (x0, y0), (x1, y1) = snap(start, tip_px), snap(end, tip_px)
    box, across, down = _centres((x0, y0), (x1, y1), tip_px)
    # What a square sweeps is its bounding box between the two lines its outer corners draw.
    aside = (across - x0) * (y1 - y0) - (down - y0) * (x1 - x0)
    mask: Mask = np.abs(aside) <= tip_px * (abs(x1 - x0) + abs(y1 - y0))
    return box, mask


def snap(point: Point, tip_px: int) -> tuple[int, int]:
    """Where the tip centres, in half pixels: the pixel's centre for odd tips, the nearest corner for even ones."""
    if tip_px % 2:
        return 2 * math.floor(point[0]) + 1, 2 * math.floor(point[1]) + 1
    return 2 * math.floor(point[0] + 0.5), 2 * math.floor(point[1] + 0.5)


def larger_tip(tip_px: int, steps: int = 1) -> int:
    """The tip ``steps`` sizes up (down where negative): by one pixel when small, by about a tenth when large."""
    for _ in range(abs(steps)):
        tip_px += max(1, round(tip_px / 10)) if steps > 0 else -max(1, round(tip_px / 11))
    return min(max(tip_px, SMALLEST_TIP_PX), LARGEST_TIP_PX)


def _centres(
    start: tuple[int, int], end: tuple[int, int], tip_px: int
) -> tuple[Box, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The box a tip covers between two places, and its pixels' centres as (1, w) and (h, 1), all but it in half px."""
    (x0, y0), (x1, y1) = start, end
    left, top = _first_pixel(min(x0, x1) - tip_px), _first_pixel(min(y0, y1) - tip_px)
    right, bottom = _last_pixel(max(x0, x1) + tip_px), _last_pixel(max(y0, y1) + tip_px)
    across = 2 * np.arange(left, right + 1, dtype=np.int64)[None, :] + 1
    down = 2 * np.arange(top, bottom + 1, dtype=np.int64)[:, None] + 1
    return (left, top, right - left + 1, bottom - top + 1), across, down


def _first_pixel(half_px: int) -> int:
    """The first column whose centre is at or past ``half_px`` half pixels."""
    return -((1 - half_px) // 2)


def _last_pixel(half_px: int) -> int:
    """The last column whose centre is at or before ``half_px`` half pixels."""
    return (half_px - 1) // 2
