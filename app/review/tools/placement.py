"""Placement: move, scale and turn a finding, and carry findings to another frame."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from app.review.edit import clip
from app.review.tools.area import Area, Change, Point, Size, trimmed, within
from app.review.tools.finding import Piece
from models.labels.taxonomy import Taxonomy

_EVEN = 1e-9
"""Added before rounding down, so that a quarter turn, off by a float's error, takes no pixel twice and leaves none."""


def placed(
    piece: Piece, size: Size, shift: Point = (0.0, 0.0), scale: Point = (1.0, 1.0), turn_deg: float = 0.0
) -> Change | None:
    """A finding scaled across and down, then turned clockwise about its box's centre, then moved by ``shift`` px.

    Each pixel of a (height, width) frame takes the pixel of the finding its centre comes from; what leaves the frame is
    lost, and a thin finding that is made smaller can lose pixels. ``None`` where nothing would be left of it, nothing
    changes, or a number is none.
    """
    numbers = (*shift, *scale, turn_deg)
    if not all(map(math.isfinite, numbers)) or min(scale) <= 0:
        return None
    if shift == (0.0, 0.0) and scale == (1.0, 1.0) and turn_deg % 360 == 0:
        return None
    area = _placed(piece, size, shift, scale, math.radians(turn_deg))
    return None if area is None else Change(piece.class_id, removed=piece.area, added=area)


def carried(pieces: Iterable[Piece], source: Taxonomy, target: Taxonomy, size: Size) -> tuple[tuple[int, Area], ...]:
    """Findings for another frame of (height, width): (class id in ``target``, pixels) each.

    Classes are the same where their names are. What lies beside the other frame or has a class it does not know stays
    behind.
    """
    found = []
    for piece in pieces:
        name = source.by_id(piece.class_id).name
        area = within(piece.area, size)
        if area is not None and name in target.names:
            found.append((target.by_name(name).id, area))
    return tuple(found)


def _placed(piece: Piece, size: Size, shift: Point, scale: Point, turn: float) -> Area | None:
    x, y, width, height = piece.box_px
    middle_x, middle_y = x + width / 2, y + height / 2
    cos, sin = math.cos(turn), math.sin(turn)
    reach_x = (abs(width * scale[0] * cos) + abs(height * scale[1] * sin)) / 2
    reach_y = (abs(width * scale[0] * sin) + abs(height * scale[1] * cos)) / 2
    new_x, new_y = middle_x + shift[0], middle_y + shift[1]
    left, top = math.floor(new_x - reach_x), math.floor(new_y - reach_y)
    around = (left, top, math.ceil(new_x + reach_x) - left, math.ceil(new_y + reach_y) - top)
    box = clip(around, *size)
    if box is None:
        return None
    across = np.arange(box[0], box[0] + box[2])[None, :] + 0.5 - new_x
    down = np.arange(box[1], box[1] + box[3])[:, None] + 0.5 - new_y
    columns = np.floor((across * cos + down * sin) / scale[0] + width / 2 + _EVEN).astype(np.int64)
    rows = np.floor((down * cos - across * sin) / scale[1] + height / 2 + _EVEN).astype(np.int64)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    return trimmed(box, inside & piece.mask[np.where(inside, rows, 0), np.where(inside, columns, 0)])
