"""Reshape a finding: fill its holes, grow, shrink and smooth it by a round tip of a whole radius.

Only the finding's own pixels are looked at and the rectangle around it. The frame's edge is no edge of a finding: what
touches it goes on beyond, as far as shrinking and smoothing go.
"""

from __future__ import annotations

import cv2
import numpy as np

from app.review.edit import Box
from app.review.tools.area import Area, Change, Size, trimmed, within
from app.review.tools.finding import Piece
from app.review.tools.holes import holes
from models.labels.masks import Mask

LARGEST_RADIUS_PX = 200
_ROUNDING = 1e-3
"""Less than lies between two distances on a pixel grid up to the largest radius, more than a float's error."""


def filled(piece: Piece) -> Change | None:
    """Its holes filled; ``None`` where it has none."""
    inside = holes(piece.area)
    return None if inside is None else Change(piece.class_id, added=inside)


def grown(piece: Piece, radius_px: int, size: Size) -> Change | None:
    """Wider by ``radius_px``: by the pixels of a (height, width) frame no further than that from one of its own."""
    radius = _checked(radius_px)
    box, mask = _padded(piece, radius, size)
    ring = trimmed(box, _dilated(mask, radius) & ~mask)
    return _change(piece, added=None if ring is None else within(ring, size))


def shrunk(piece: Piece, radius_px: int, size: Size, *, keep_thin: bool = True) -> Change | None:
    """Narrower by ``radius_px``: what is no further than that from a pixel beside it goes.

    A finding nothing would be left of is left alone, unless ``keep_thin`` is off.
    """
    radius = _checked(radius_px)
    box, mask = _padded(piece, radius + 1, size)
    left = _eroded(mask, radius)
    if keep_thin and within(Area(box, left), size) is None:
        return None
    return _change(piece, removed=_inside(box, mask & ~left, size))


def smoothed(piece: Piece, radius_px: int, size: Size, *, keep_thin: bool = True) -> Change | None:
    """Burrs narrower than a round tip off, dents and holes narrower than it filled: an opening and then a closing.

    The tip is the brush's of ``2 * radius_px + 1`` px.
    With ``keep_thin`` a thin part longer than the tip's diameter is no burr but a scratch and stays, and so does a
    finding nothing would be left of. The closing may join what is the finding's, never another finding.
    """
    radius = _checked(radius_px)
    box, mask = _padded(piece, 2 * radius + 2, size)
    tip = radius + 0.5
    opened = _dilated(_eroded(mask, tip), tip)
    if keep_thin:
        opened |= _long_parts(mask & ~opened, 2 * radius + 1)
    smooth = _eroded(_dilated(opened, tip), tip)
    if keep_thin and within(Area(box, smooth), size) is None:
        return None
    return _change(piece, removed=_inside(box, mask & ~smooth, size), added=_inside(box, smooth & ~mask, size))


def _checked(radius_px: int) -> int:
    if not 1 <= radius_px <= LARGEST_RADIUS_PX:
        raise ValueError(f"A radius of {radius_px} px is none; choose 1 to {LARGEST_RADIUS_PX}.")
    return radius_px


def _change(piece: Piece, removed: Area | None = None, added: Area | None = None) -> Change | None:
    return None if removed is None and added is None else Change(piece.class_id, removed, added)


def _inside(box: Box, mask: Mask, size: Size) -> Area | None:
    return within(Area(box, mask), size)


def _padded(piece: Piece, pad: int, size: Size) -> tuple[Box, Mask]:
    """The piece in a box so much larger on every side; where it touches the frame's edge, it goes on beyond."""
    x, y, width, height = piece.box_px
    mask = np.pad(piece.mask, pad)
    if x == 0:
        mask[:, :pad] = mask[:, pad : pad + 1]
    if x + width == size[1]:
        mask[:, pad + width :] = mask[:, pad + width - 1 : pad + width]
    if y == 0:
        mask[:pad] = mask[pad : pad + 1]
    if y + height == size[0]:
        mask[pad + height :] = mask[pad + height - 1 : pad + height]
    return (x - pad, y - pad, width + 2 * pad, height + 2 * pad), mask


def _dilated(mask: Mask, reach_px: float) -> Mask:
    if not mask.any():
        return mask
    distance = cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    wider: Mask = distance <= reach_px + _ROUNDING
    return wider


def _eroded(mask: Mask, reach_px: float) -> Mask:
    if mask.all():
        return mask
    distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    narrower: Mask = distance > reach_px + _ROUNDING
    return narrower


def _long_parts(mask: Mask, diameter: int) -> Mask:
    """The pieces that are longer than ``diameter`` across or down."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    longest = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    kept = longest > diameter
    kept[0] = False
    parts: Mask = kept[labels]
    return parts
