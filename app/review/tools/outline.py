"""Outlines: polygon, lasso and rectangle. Which pixels lie inside is said in ``app.review.tools.area``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from app.review.edit import clip
from app.review.tools.area import Area, Point, Size, trimmed

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
    if box is None:
        return None
    rows, crossings = _crossings(corners, first_row=box[1], last_row=box[1] + box[3] - 1)
    # The first pixel whose centre is at or past a crossing is where inside and outside change places.
    columns = np.ceil(crossings - 0.5).astype(np.int64) - box[0]
    seen = columns < box[2]
    flips = np.zeros((box[3], box[2]), dtype=np.bool_)
    np.logical_xor.at(flips, (rows[seen] - box[1], np.maximum(columns[seen], 0)), True)
    return trimmed(box, np.logical_xor.accumulate(flips, axis=1))


def rectangle(corner: Point, opposite: Point, size: Size) -> Area | None:
    """The pixels of a frame of ``size`` inside an upright rectangle; ``None`` where no pixel's centre lies inside."""
    if not all(math.isfinite(value) for value in (*corner, *opposite)):
        return None
    ends = np.sort(np.clip([corner, opposite], -_FAR_PX, _FAR_PX), axis=0)
    (left, top), (right, bottom) = np.ceil(ends - 0.5).astype(np.int64).tolist()
    box = clip((left, top, right - left, bottom - top), *size)
    return None if box is None else Area(box, np.ones((box[3], box[2]), dtype=np.bool_))


def _box_around(corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[int, int, int, int]:
    left, top = np.floor(corners.min(axis=0)).astype(np.int64).tolist()
    right, bottom = np.ceil(corners.max(axis=0)).astype(np.int64).tolist()
    return left, top, right - left, bottom - top


def _crossings(
    corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]], first_row: int, last_row: int
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Where the outline's edges cross the centre lines of the rows: rows and x, one pair a crossing.

    An edge crosses a row where the row's centre is at or past its upper end and before its lower end.
    """
    ends = np.roll(corners, -1, axis=0)
    # Every edge is walked downwards, so that two outlines which share one compute the same crossings.
    down = (corners[:, 1] <= ends[:, 1])[:, None]
    upper, lower = np.where(down, corners, ends), np.where(down, ends, corners)
    first = np.maximum(np.ceil(upper[:, 1] - 0.5).astype(np.int64), first_row)
    last = np.minimum(np.ceil(lower[:, 1] - 0.5).astype(np.int64) - 1, last_row)
    counts = np.maximum(last - first + 1, 0)
    edges = np.repeat(np.arange(len(corners)), counts)
    rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edges]
    x, y = upper[edges, 0], upper[edges, 1]
    slope = (lower[edges, 0] - x) / (lower[edges, 1] - y)
    return rows, x + (rows + 0.5 - y) * slope
