"""Drawn shapes: how a class's pixels are written to formats that know both exact masks and polygons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from models.labels.keyholes import one_ring
from models.labels.masks import Mask
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
