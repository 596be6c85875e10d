"""Polygons to pixels, by one rule for every format that has polygons: even-odd, at the pixels' centres.

Coordinates are the frame's continuous ones, in pixels: x to the right, y down, (0, 0) the outer corner of the first
pixel, so that pixel (row r, column c) covers [c, c + 1) × [r, r + 1). A pixel belongs to a polygon where a ray to the
left of its centre crosses the rings an odd number of times; an edge exactly through a centre counts as left of it, an
edge's upper end belongs to it and its lower end does not. Outlines along pixel borders (``models.labels.outlines``)
therefore come back exactly, and two polygons with a common edge never share a pixel nor leave one out.

COCO's polygons alone are filled by COCO's own rule (``models.labels.coco_rle``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from models.labels.label_set import Size
from models.labels.masks import Mask

Ring = npt.NDArray[np.float64]
"""(N, 2): x and y of a closed ring's corners in pixels; the last one joins the first."""

_MARGIN = 1.0
"""How far a corner may lie outside the frame, in frame sizes: rounding does, a mistyped number is further off."""


class ShapeError(ValueError):
    """A drawn shape that stands for no pixels of the frame; the message says what is wrong with it."""


def fill(rings: Sequence[npt.NDArray[np.integer] | Ring], size: Size) -> Mask:
    """The (H, W) mask of rings taken together: a ring within a ring is a hole."""
    mask = np.zeros(size, dtype=np.bool_)
    fill_into(mask, rings)
    return mask


def fill_into(mask: Mask, rings: Sequence[npt.NDArray[np.integer] | Ring]) -> None:
    """Set the pixels of rings taken together, in place; what is set stays so."""
    corners = [np.asarray(ring, dtype=np.float64) for ring in rings if len(ring) > 2]
    if not corners:
        return
    following = [np.roll(ring, -1, axis=0) for ring in corners]
    rows, columns = _crossings(np.concatenate(corners), np.concatenate(following), mask.shape)
    if not rows.size:
        return
    top, left = int(rows.min()), int(columns.min())
    shape = int(rows.max()) - top + 1, int(columns.max()) - left + 1
    counted = np.bincount((rows - top) * shape[1] + columns - left, minlength=shape[0] * shape[1])
    inside = np.bitwise_xor.accumulate((counted & 1).astype(np.bool_).reshape(shape), axis=1)
    # The crossing at the frame's right edge closes the last run and has no pixel of its own.
    window = mask[top : top + shape[0], left : left + shape[1]]
    window |= inside[:, : window.shape[1]]


def fill_ellipse_into(mask: Mask, centre: tuple[float, float], radii: tuple[float, float], degrees: float) -> None:
    """Set the pixels whose centres lie in an ellipse, turned clockwise on the screen; raises ``ShapeError``."""
    if not all(math.isfinite(number) for number in (*centre, *radii, degrees)) or min(radii) <= 0:
        raise ShapeError("An ellipse needs a centre and radii above zero.")
    height, width = mask.shape
    reach = max(radii)
    top, bottom = (min(max(math.floor(centre[1] + way * (reach + 1)), 0), height) for way in (-1, 1))
    left, right = (min(max(math.floor(centre[0] + way * (reach + 1)), 0), width) for way in (-1, 1))
    y = np.arange(top, bottom)[:, None] + 0.5 - centre[1]
    x = np.arange(left, right)[None, :] + 0.5 - centre[0]
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    across = (x * cosine + y * sine) / radii[0]
    along = (y * cosine - x * sine) / radii[1]
    mask[top:bottom, left:right] |= across * across + along * along <= 1


def box_ring(left: float, top: float, right: float, bottom: float, degrees: float = 0.0) -> Ring:
    """The ring of a box between two corners in any order, turned clockwise on the screen about its middle."""
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float64)
    if not degrees:
        return corners
    middle = corners.mean(axis=0)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turned: Ring = (corners - middle) @ np.array([[cosine, sine], [-sine, cosine]]) + middle
    return turned


def checked_ring(xs: Sequence[float], ys: Sequence[float], size: Size) -> Ring:
    """The ring of these corners; raises ``ShapeError`` for fewer than three, or one that lies far outside the frame."""
    if len(xs) != len(ys) or len(xs) < 3:
        raise ShapeError(f"A polygon needs at least three corners, each an x and a y; this one has {len(xs)}.")
    check_inside(xs, size[1])
    check_inside(ys, size[0])
    return np.stack([np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)], axis=1)


def check_inside(numbers: Iterable[float], extent: int) -> None:
    """Raise ``ShapeError`` where a coordinate lies far outside a frame of this width or height, or is no number."""
    margin = max(extent * _MARGIN, 8.0)
    for number in numbers:
        # Written so that a corner that is no number at all (NaN) is refused, too.
        if not -margin <= number <= extent + margin:
            raise ShapeError(
                f"A corner at {number:g} lies far outside the frame of {extent} pixels; is the frame's size right?"
            )


def _crossings(starts: Ring, ends: Ring, size: tuple[int, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The row of every crossing of an edge with a row's centre line, and the first column to its right."""
    height, width = size
    # From the upper end to the lower one: an edge and the same edge backwards must cross at the same number.
    swapped = (starts[:, 1] > ends[:, 1])[:, None]
    upper, lower = np.where(swapped, ends, starts), np.where(swapped, starts, ends)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), 0, height).astype(np.int64)
    counts = np.clip(np.ceil(lower[:, 1] - 0.5), 0, height).astype(np.int64) - first
    edge = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    extent = lower - upper
    share = (rows + 0.5 - upper[edge, 1]) / extent[edge, 1]
    columns = np.ceil(upper[edge, 0] + share * extent[edge, 0] - 0.5)
    return rows, np.clip(columns, 0, width).astype(np.int64)
