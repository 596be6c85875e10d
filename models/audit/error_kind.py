"""Kinds of label errors: what a disagreement between label and model looks like, told from their pieces.

The piece looked at is the connected one of label and model together that holds the most of the disagreement. What share
of it the two have in common, and what lies there otherwise, tells the kind.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from models.audit.label_quality import EXTRA, MISSED, TEMPERATURE, Floats, confidences_of
from models.audit.suspect import Box, SuspectKind
from models.labels.masks import Mask, MaskStack, class_mask, classes_present
from models.labels.taxonomy import Taxonomy

_COMMON = 0.2
"""Label and model mean the same piece from this share of the smaller of the two on."""
_COVERED = 0.5
"""Another class stands in a piece's place where it covers this share of it."""
_BOTH_WAYS = 0.4
"""A label lies beside the piece, and is not only too large or small, where what it misses and what it adds are this
alike: the smaller part of the larger."""
_ALIKE = 0.5
"""Two pieces may be one that was moved where the smaller area is at least this share of the larger."""

Found = tuple[SuspectKind, int, int, Box]
"""The kind, the labelled class, what the model sees instead (0: nothing else), and where."""


def kind_of_error(
    stack: MaskStack, drawn: MaskStack, pixels: Floats, taxonomy: Taxonomy, class_id: int, direction: int
) -> Found:
    """What is wrong with the label of ``class_id`` in ``stack`` by the model's ``drawn`` and ``pixels`` (K, H, W).

    ``direction`` is ``MISSED`` or ``EXTRA``; both stacks are (H, W).
    """
    confidences = confidences_of(stack, pixels, taxonomy, class_id, direction)
    weights = np.exp((1 - confidences.astype(np.float64)) / TEMPERATURE) - 1
    label, seen = class_mask(stack, class_id), class_mask(drawn, class_id)
    pieces = _labelled(label | seen)
    heaviest = int(np.argmax(np.bincount(pieces[pieces > 0], weights=weights[pieces > 0], minlength=2)))
    if not heaviest or not weights[pieces == heaviest].any():
        # The model is not sure enough to draw what it suspects.
        return SuspectKind.MISSING, class_id, 0, _box(confidences <= confidences.min() + np.float32(0.2))
    piece = pieces == heaviest
    mine, its = label & piece, seen & piece
    common = np.count_nonzero(mine & its)
    smaller = min(np.count_nonzero(mine), np.count_nonzero(its))
    if smaller and common >= _COMMON * smaller:
        return _outline_kind(mine, its), class_id, 0, _box(piece)
    alone, direction = (its, MISSED) if direction == MISSED and its.any() else (mine, EXTRA)
    return _lone_kind(alone, stack, drawn, class_id, direction)


def _outline_kind(label: Mask, seen: Mask) -> SuspectKind:
    added, left_out = np.count_nonzero(label & ~seen), np.count_nonzero(seen & ~label)
    if min(added, left_out) >= _BOTH_WAYS * max(added, left_out):
        return SuspectKind.SHIFTED
    return SuspectKind.TOO_LARGE if added > left_out else SuspectKind.TOO_SMALL


def _lone_kind(alone: Mask, stack: MaskStack, drawn: MaskStack, class_id: int, direction: int) -> Found:
    """Of a piece that only one of the two has."""
    other_stack = stack if direction == MISSED else drawn
    other = _class_there(other_stack, alone, class_id)
    if other:
        labelled, seen = (other, class_id) if direction == MISSED else (class_id, other)
        return SuspectKind.WRONG_CLASS, labelled, seen, _box(alone)
    moved = _moved(alone, class_mask(other_stack, class_id), class_mask(stack, class_id) & class_mask(drawn, class_id))
    if moved is not None:
        return SuspectKind.SHIFTED, class_id, 0, _box(alone | moved)
    return (SuspectKind.MISSING if direction == MISSED else SuspectKind.EXTRA), class_id, 0, _box(alone)


def _class_there(stack: MaskStack, piece: Mask, but: int) -> int:
    """The class that covers the most of a piece, 0 where none covers enough of it."""
    within = stack[piece]
    shares = {
        class_id: np.count_nonzero(class_mask(within, class_id)) / within.size
        for class_id in classes_present(within)
        if class_id != but
    }
    best = max(shares, key=lambda class_id: shares[class_id], default=0)
    return best if best and shares[best] >= _COVERED else 0


def _moved(piece: Mask, others: Mask, agreed: Mask) -> Mask | None:
    """The other's piece that this one may be, moved: unmatched, of a like area, and no farther off than its length."""
    x, y, width, height = _box(piece)
    area = np.count_nonzero(piece)
    pieces = _labelled(others)
    for number in range(1, int(pieces.max(initial=0)) + 1):
        other: Mask = pieces == number
        its_area = np.count_nonzero(other)
        if np.count_nonzero(agreed & other) >= _COMMON * its_area:
            continue
        left, top, wide, high = _box(other)
        away = float(np.hypot(left + wide / 2 - x - width / 2, top + high / 2 - y - height / 2))
        if min(area, its_area) >= _ALIKE * max(area, its_area) and away <= np.hypot(width, height):
            return other
    return None


def _labelled(mask: Mask) -> npt.NDArray[np.int32]:
    """(H, W): 0 outside, the number of the connected piece within."""
    pieces: npt.NDArray[np.int32] = cv2.connectedComponents(mask.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)[1]
    return pieces


def _box(mask: Mask) -> Box:
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    return left, top, width, height
