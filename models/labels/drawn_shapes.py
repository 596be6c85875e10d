"""Drawn shapes: a class's pixels as masks and polygons one by one, and many shapes drawn into the masks of classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

import numpy as np

from models.labels.keyholes import one_ring
from models.labels.label_set import Size
from models.labels.masks import Mask, MaskStack, add_to_class, empty_stack
from models.labels.outlines import Corners, outlines


class ShapeKind(StrEnum):
    """The two ways; the values are those of the command line."""

    MASKS = "masks"
    """Exact pixels in every program."""
    POLYGONS = "polygons"
    """Outlines along pixel borders: exact here, and what other programs' polygon tools can edit. They fill them by
    rules of their own, which may differ at the borders by a pixel."""


def ring_polygons(mask: Mask) -> Iterator[tuple[Corners, int | None]]:
    """Every piece of an (H, W) mask as one ring, holes as keyholes, and a number that pieces of one finding share.

    The number is ``None`` for a finding of one piece.
    """
    found = outlines(mask)
    pieces = Counter(outline.finding for outline in found)
    for outline in found:
        yield one_ring(outline), outline.finding if pieces[outline.finding] > 1 else None


class ClassMasks:
    """One mask a class, made when it is first drawn into: shapes cost what they cover and not the whole frame."""

    def __init__(self, size: Size) -> None:
        """``size`` is (height, width) in pixels."""
        self._size = size
        self._masks: dict[int, Mask] = {}

    def of(self, class_id: int) -> Mask:
        """The (H, W) mask of a class, to draw into."""
        if class_id not in self._masks:
            self._masks[class_id] = np.zeros(self._size, dtype=np.bool_)
        return self._masks[class_id]

    def stack(self, class_count: int) -> MaskStack:
        """What was drawn, as a stack of so many classes."""
        stack = empty_stack(*self._size, class_count)
        for class_id, mask in self._masks.items():
            add_to_class(stack, class_id, mask)
        return stack
