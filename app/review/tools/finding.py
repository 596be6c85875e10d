"""Finding tools: pick the connected piece of a class under the pointer, relabel it, delete it, fill it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from app.review.edit import Box, Edit, OverlapPolicy, class_bit, region
from app.review.tools.brush import all_bits
from models.labels.masks import Mask, MaskStack, class_mask
from models.labels.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One connected piece (8-connectivity) of a class: its box in frame pixels and its (h, w) pixels within."""

    class_id: int
    box_px: Box
    mask: Mask

    @property
    def area_px(self) -> int:
        """How many pixels it has."""
        return int(np.count_nonzero(self.mask))


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
    labels, stats = _pieces(stack, class_id)
    for label, (*box, area) in enumerate(stats.tolist()[1:], start=1):
        if tuple(box) == tuple(box_px) and area == area_px:
            return Piece(class_id, box_px, labels[region(box_px)] == label)
    return None


def delete(piece: Piece) -> Edit:
    """Take the piece away; other classes under it stay."""
    return Edit(piece.box_px, piece.mask, clear=class_bit(piece.class_id))


def relabel(piece: Piece, class_id: int, taxonomy: Taxonomy, overlap: OverlapPolicy) -> Edit | None:
    """Give the piece another class; ``None`` where it has it already."""
    if class_id == piece.class_id:
        return None
    clear = all_bits(taxonomy) if overlap is OverlapPolicy.REPLACE else class_bit(piece.class_id)
    return Edit(piece.box_px, piece.mask, clear=clear, draw=class_bit(class_id))


def fill_holes(piece: Piece, taxonomy: Taxonomy, overlap: OverlapPolicy) -> Edit | None:
    """Fill what the piece surrounds; ``None`` where it has no hole."""
    framed = np.pad(piece.mask, 1).astype(np.uint8)
    # background is 4-connected where the foreground is 8-connected, or a diagonal outline would leak
    _, labels = cv2.connectedComponents(1 - framed, connectivity=4)
    holes = ((labels != labels[0, 0]) & (framed == 0))[1:-1, 1:-1]
    if not holes.any():
        return None
    clear = all_bits(taxonomy) if overlap is OverlapPolicy.REPLACE else 0
    return Edit(piece.box_px, holes, clear=clear, draw=class_bit(piece.class_id))


def _piece(stack: MaskStack, x: int, y: int, class_id: int) -> Piece:
    """The piece of ``class_id`` that holds the pixel; the pixel must have the class."""
    labels, stats = _pieces(stack, class_id)
    label = int(labels[y, x])
    left, top, width, height, _ = stats[label].tolist()
    box = (left, top, width, height)
    return Piece(class_id, box, labels[region(box)] == label)


def _pieces(stack: MaskStack, class_id: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """(H, W) piece numbers from 1, 0 outside, and a row (x, y, width, height, area) for each number."""
    mask = class_mask(stack, class_id).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return labels, stats
