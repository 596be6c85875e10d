"""Split a finding along a line, so that its parts are findings of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from app.review.edit import Box
from app.review.tools.area import Change, Point, trimmed
from app.review.tools.finding import Piece
from models.labels.masks import Mask

_FAR_PX = 2.0**28


def split(piece: Piece, way: Sequence[Point]) -> Change | None:
    """Take the pixels under the way through ``way`` from a finding; ``None`` where that leaves it in one piece.

    The cut is 4-connected, one pixel wide, so that no corner joins the parts: they are separate under 8-connectivity.
    """
    if len(way) < 2 or not np.isfinite(np.asarray(way, dtype=np.float64)).all():
        return None
    cut = np.zeros_like(piece.mask)
    for start, end in pairwise(way):
        cut |= _under(start, end, piece.box_px)
    cut &= piece.mask
    parts, _ = cv2.connectedComponents((piece.mask & ~cut).view(np.uint8), connectivity=8)
    # One part is the background.
    return Change(piece.class_id, removed=trimmed(piece.box_px, cut)) if parts > 2 else None


def _under(start: Point, end: Point, box: Box) -> Mask:
    """The pixels of ``box`` under a segment, as an (h, w) mask; 4-connected."""
    mask = np.zeros((box[3], box[2]), dtype=np.bool_)
    # A pointer far outside must not make a line of millions of steps.
    crossed, first, last = cv2.clipLine((-1, -1, box[2] + 2, box[3] + 2), _pixel(start, box), _pixel(end, box))
    if crossed:
        columns, rows = stairs(first, last)
        seen = (columns >= 0) & (columns < box[2]) & (rows >= 0) & (rows < box[3])
        mask[rows[seen], columns[seen]] = True
    return mask


def stairs(start: tuple[int, int], end: tuple[int, int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Columns and rows of the pixels between two pixels, both included, each a step across or down from the last."""
    across, down = abs(end[0] - start[0]), abs(end[1] - start[1])
    length = across + down
    steps = np.arange(length + 1, dtype=np.int64)
    right = (2 * steps * across + length) // (2 * length) if length else steps
    columns = start[0] + right * (1 if end[0] >= start[0] else -1)
    rows = start[1] + (steps - right) * (1 if end[1] >= start[1] else -1)
    return columns, rows


def _pixel(point: Point, box: Box) -> tuple[int, int]:
    x, y = (min(max(value, -_FAR_PX), _FAR_PX) for value in point)
    return math.floor(x) - box[0], math.floor(y) - box[1]
