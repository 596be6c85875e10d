"""Finding: the connected piece of a class under the pointer, or the one a list names."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from app.review.edit import Box, class_bit, region
from app.review.tools.area import Area
from app.review.tools.flood import FIRST_REACH_PX, flood, intersection, window_around
from models.labels.masks import Mask, MaskStack, class_mask


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One connected piece (8-connectivity) of a class: its box in frame pixels and its (h, w) pixels within."""

    class_id: int
    box_px: Box
    mask: Mask

    @property
    def area(self) -> Area:
        """Its pixels, whatever their class."""
        return Area(self.box_px, self.mask)

    @property
    def area_px(self) -> int:
        """How many pixels it has."""
        return self.area.area_px


def piece_at(stack: MaskStack, x: int, y: int, class_ids: tuple[int, ...]) -> Piece | None:
    """The piece with a pixel at column ``x``, row ``y``; where classes overlap, the smallest of those in ``class_ids``.

    The smallest, because a larger one can be reached beside it and a covered small one cannot.
    """
    height, width = stack.shape
    if not (0 <= x < width and 0 <= y < height):
        return None
    value = int(stack[y, x])
    pieces = [_piece(stack, x, y, class_id) for class_id in class_ids if value & class_bit(class_id)]
    return min(pieces, key=lambda piece: piece.area_px, default=None)


def piece_in(stack: MaskStack, class_id: int, box_px: Box, area_px: int) -> Piece | None:
    """The piece of a class with exactly this box and area: a finding from a list, or ``None`` where it is gone."""
    # One pixel more on every side, or a larger piece cut off at the box could pass for it.
    window = intersection((box_px[0] - 1, box_px[1] - 1, box_px[2] + 2, box_px[3] + 2), _bounds(stack))
    if window is None:
        return None
    mask = class_mask(stack[region(window)], class_id).view(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for label, (x, y, *size, area) in enumerate(stats.tolist()[1:], start=1):
        if (x + window[0], y + window[1], *size) == tuple(box_px) and area == area_px:
            return Piece(class_id, box_px, labels[region((x, y, box_px[2], box_px[3]))] == label)
    return None


def _piece(stack: MaskStack, x: int, y: int, class_id: int) -> Piece:
    """The piece of ``class_id`` that holds the pixel; the pixel must have the class."""
    bounds = _bounds(stack)
    window = window_around(x, y, FIRST_REACH_PX, bounds)
    assert window is not None, "the pixel lies in the frame"

    def read(box: Box) -> npt.NDArray[np.uint8]:
        return class_mask(stack[region(box)], class_id).view(np.uint8)

    area = flood(read, x, y, bounds, tolerance=0, connectivity=8, window=window)
    return Piece(class_id, area.box_px, area.mask)


def _bounds(stack: MaskStack) -> Box:
    return 0, 0, stack.shape[1], stack.shape[0]
