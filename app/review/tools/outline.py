"""Outlines: polygon, lasso and rectangle. Which pixels lie inside is said in ``models.labels.polygon_fill``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.review.edit import Box, clip
from app.review.tools.area import Area, Point, Size, trimmed
from models.labels.polygon_fill import fill

_FAR_PX = 2.0**30
"""Coordinates past this are held at it: no frame reaches there, and a whole number still holds it."""


def polygon(points: Sequence[Point], size: Size) -> Area | None:
    """The pixels of a frame of ``size`` inside the closed outline through ``points``, by the even-odd rule.

    A lasso is the polygon of the pointer's way. Edges may cross; what is enclosed twice is outside. ``None`` where no
    pixel's centre lies inside: fewer than three points, an outline beside the frame, coordinates that are no numbers.
    The cost follows the outline's length in rows and the box around it within the frame.
    """
    corners = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(corners) < 3 or not np.isfinite(corners).all():
        return None
    corners = np.clip(corners, -_FAR_PX, _FAR_PX)
    box = clip(_box_around(corners), *size)
    return None if box is None else trimmed(box, fill([corners - box[:2]], (box[3], box[2])))


def rectangle(corner: Point, opposite: Point, size: Size) -> Area | None:
    """The pixels of a frame of ``size`` inside an upright rectangle; ``None`` where no pixel's centre lies inside."""
    if not all(math.isfinite(value) for value in (*corner, *opposite)):
        return None
    ends = np.sort(np.clip([corner, opposite], -_FAR_PX, _FAR_PX), axis=0)
    (left, top), (right, bottom) = np.ceil(ends - 0.5).astype(np.int64).tolist()
    box = clip((left, top, right - left, bottom - top), *size)
    return None if box is None else Area(box, np.ones((box[3], box[2]), dtype=np.bool_))


def _box_around(corners: npt.NDArray[np.float64]) -> Box:
    left, top = np.floor(corners.min(axis=0)).astype(np.int64).tolist()
    right, bottom = np.ceil(corners.max(axis=0)).astype(np.int64).tolist()
    return left, top, right - left, bottom - top
