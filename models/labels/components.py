"""Connected pieces of a mask stack, class by class: what findings are made of, and what is too small to be one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.labels.masks import Mask, MaskError, MaskStack, classes_present

_CONNECTIVITY = 8
"""Pixels that touch at a corner belong together: scratches run diagonally."""


@dataclass(frozen=True, slots=True)
class Component:
    """One connected piece of one class.

    ``box_px`` is (x, y, width, height), ``area_px`` counts pixels, ``score`` is the mean probability of the class over
    the piece's pixels, 0 to 1 (``None`` where there are no probabilities).
    """

    class_id: int
    box_px: tuple[int, int, int, int]
    area_px: int
    score: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """The pieces of one class within its bounding box.

    ``labels`` is (h, w) int32, 0 outside and 1 to N the piece; ``stats`` is (N + 1, 5) int32 as OpenCV gives it: left,
    top, width, height, area, all within the box, whose corner is (``left``, ``top``) of the frame.
    """

    labels: npt.NDArray[np.int32]
    stats: npt.NDArray[np.int32]
    left: int
    top: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Where in the frame ``labels`` lies."""
        height, width = self.labels.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def components(
    stack: MaskStack, class_count: int, probabilities: npt.NDArray[np.float32] | None = None
) -> tuple[Component, ...]:
    """The connected pieces (8-connectivity) of an (H, W) stack, ordered by class, then by area, largest first.

    ``probabilities`` are (K, H, W), 0 to 1, of the classes 1 to K. Raises ``MaskError`` where the stack holds a class
    past ``class_count`` or the probabilities have another size.
    """
    if probabilities is not None and probabilities.shape != (class_count, *stack.shape):
        raise MaskError(
            f"The probabilities are {probabilities.shape}; a stack of {stack.shape} with {class_count} classes needs "
            f"{(class_count, *stack.shape)}."
        )
    found: list[Component] = []
    for class_id in classes_present(stack):
        if class_id > class_count:
            raise MaskError(f"The stack holds pixels of class {class_id}, but there are only {class_count} classes.")
        pieces = _pieces(stack, class_id)
        scores = None if probabilities is None else _mean_scores(pieces, probabilities[class_id - 1])
        found.extend(_listed(class_id, pieces, scores))
    return tuple(found)


def drop_small(stack: MaskStack, min_area_px: Mapping[int, int]) -> None:
    """Clear, in place, every piece smaller than its class's minimum area; a class without one keeps all."""
    if not any(area > 1 for area in min_area_px.values()):
        return
    for class_id in classes_present(stack):
        least = min_area_px.get(class_id, 0)
        if least <= 1:
            continue
        pieces = _pieces(stack, class_id)
        small = pieces.stats[:, cv2.CC_STAT_AREA] < least
        small[0] = False
        if small.any():
            keep = ~stack.dtype.type(1 << (class_id - 1))
            window = stack[pieces.window]
            window[small[pieces.labels]] &= keep


def keep_large(
    stack: MaskStack,
    class_ids: Sequence[int],
    probabilities: npt.NDArray[np.floating[Any]],
    min_area_px: Mapping[int, int],
) -> tuple[Component, ...]:
    """``drop_small`` and then ``components``, of ``class_ids`` alone and labelling each class once: half the time.

    ``probabilities`` are (len(class_ids), H, W), 0 to 1, in the order of ``class_ids``, which ascend; 16 bits will do.
    """
    found: list[Component] = []
    present = classes_present(stack)
    for place, class_id in enumerate(class_ids):
        if class_id not in present:
            continue
        pieces = _pieces(stack, class_id)
        areas = pieces.stats[:, cv2.CC_STAT_AREA]
        large = areas >= min_area_px.get(class_id, 0)
        if not large[1:].all():
            small = ~large
            small[0] = False
            stack[pieces.window][small[pieces.labels]] &= ~stack.dtype.type(1 << (class_id - 1))
        if large[1:].any():
            scores = _mean_scores(pieces, probabilities[place])
            listed = _listed(class_id, pieces, scores)
            found.extend(piece for piece in listed if piece.area_px >= min_area_px.get(class_id, 0))
    return tuple(found)


def piece_masks(stack: MaskStack, class_id: int) -> Iterator[tuple[tuple[int, int], Mask]]:
    """Each connected piece of a class: its upper left corner (x, y) and its own (h, w) mask, cut to its box."""
    pieces = _pieces(stack, class_id)
    for number, (left, top, width, height, _) in enumerate(pieces.stats.tolist()[1:], start=1):
        yield (left + pieces.left, top + pieces.top), pieces.labels[top : top + height, left : left + width] == number


def _pieces(stack: MaskStack, class_id: int) -> _Pieces:
    bit = stack.dtype.type(1 << (class_id - 1))
    mask: npt.NDArray[np.uint8] = ((stack & bit) != 0).view(np.uint8)
    # Labelling costs a pass over 32-bit labels, finding the box one over bytes; defects cover little of a frame.
    left, top, width, height = cv2.boundingRect(mask)
    crop = mask[top : top + height, left : left + width]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(crop, connectivity=_CONNECTIVITY, ltype=cv2.CV_32S)
    return _Pieces(labels=labels, stats=stats, left=left, top=top)


def _mean_scores(pieces: _Pieces, probability: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    count = pieces.stats.shape[0]
    inside = pieces.labels > 0
    sums = np.bincount(pieces.labels[inside], weights=probability[pieces.window][inside], minlength=count)
    means: npt.NDArray[np.float64] = sums / np.maximum(pieces.stats[:, cv2.CC_STAT_AREA], 1)
    return means


def _listed(class_id: int, pieces: _Pieces, scores: npt.NDArray[np.floating[Any]] | None) -> list[Component]:
    listed = [
        Component(
            class_id=class_id,
            box_px=(left + pieces.left, top + pieces.top, width, height),
            area_px=area,
            score=None if scores is None else float(scores[number]),
        )
        for number, (left, top, width, height, area) in enumerate(pieces.stats.tolist())
        if number > 0
    ]
    return sorted(listed, key=lambda piece: (-piece.area_px, piece.box_px[1], piece.box_px[0]))
