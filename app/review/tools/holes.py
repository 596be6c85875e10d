"""Holes: background that an area surrounds on all sides."""

from __future__ import annotations

import cv2
import numpy as np

from app.review.tools.area import Area, Change, trimmed
from models.labels.masks import MaskStack, class_mask


def holes(area: Area) -> Area | None:
    """The pixels an area surrounds; ``None`` where it has no hole."""
    framed = np.pad(area.mask, 1).astype(np.uint8)
    # Background is 4-connected where the foreground is 8-connected, or a diagonal outline would leak.
    _, labels = cv2.connectedComponents(1 - framed, connectivity=4)
    inside = ((labels != labels[0, 0]) & (framed == 0))[1:-1, 1:-1]
    return trimmed(area.box_px, inside)


def class_holes(stack: MaskStack, class_id: int) -> Change | None:
    """Fill whatever the findings of a class surround, one alone or several together; ``None`` where there is none.

    A hole that reaches the frame's edge is open: nobody has seen its other side.
    """
    area = trimmed((0, 0, stack.shape[1], stack.shape[0]), class_mask(stack, class_id))
    inside = None if area is None else holes(area)
    return None if inside is None else Change(class_id, added=inside)
