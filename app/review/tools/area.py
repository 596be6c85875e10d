"""Area: pixels of a frame as a rectangle and a mask within; what every tool that only knows geometry gives back.

A point is (x, y) in frame pixels and the pixel in column i spans i to i + 1, so its centre lies at i + 0.5. A pixel
belongs to an outline where its centre lies inside by the even-odd rule, as ``models.labels.polygon_fill`` has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from app.review.edit import Box, clip, join, region
from models.labels.masks import Mask

Point = tuple[float, float]
"""(x, y) in frame pixels; the pixel in column i spans i to i + 1."""

Size = tuple[int, int]
"""(height, width) of a frame in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """The pixels ``mask`` (h, w) bool within ``box_px``. The box may reach past the frame; ``within`` clips it."""

    box_px: Box
    mask: Mask

    @property
    def area_px(self) -> int:
        """How many pixels it has."""
        return int(np.count_nonzero(self.mask))


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What a tool makes of the pixels of one class: first ``removed`` leave it, then ``added`` join it."""

    class_id: int
    removed: Area | None = None
    added: Area | None = None


def within(area: Area, size: Size) -> Area | None:
    """The part of an area inside a frame of ``size``, in the smallest box; ``None`` where there is none."""
    box = clip(area.box_px, *size)
    if box is None:
        return None
    left, top = box[0] - area.box_px[0], box[1] - area.box_px[1]
    return trimmed(box, area.mask[top : top + box[3], left : left + box[2]])


def trimmed(box: Box, mask: Mask) -> Area | None:
    """The pixels ``mask`` of ``box`` in the smallest box around them; ``None`` where there is none."""
    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    if not width:
        return None
    return Area((box[0] + int(x), box[1] + int(y), int(width), int(height)), mask[y : y + height, x : x + width])


def union(first: Area | None, second: Area | None) -> Area | None:
    """The pixels of either, in the smallest box around both boxes; ``None`` stands for nothing."""
    if first is None or second is None:
        return first or second
    box = join(first.box_px, second.box_px)
    assert box is not None, "two boxes have one around them"
    mask = np.zeros((box[3], box[2]), dtype=np.bool_)
    for area in (first, second):
        x, y, width, height = area.box_px
        mask[region((x - box[0], y - box[1], width, height))] |= area.mask
    return Area(box, mask)


def spread(area: Area, box: Box) -> Mask:
    """The area as an (h, w) mask of ``box``, which need not hold all of it."""
    mask = np.zeros((box[3], box[2]), dtype=np.bool_)
    inner = within(Area((area.box_px[0] - box[0], area.box_px[1] - box[1], *area.box_px[2:]), area.mask), mask.shape)
    if inner is not None:
        mask[region(inner.box_px)] = inner.mask
    return mask
