"""Label survey: one pass over the labels of many frames, of which only numbers are kept.

A frame is decoded, measured and forgotten, so that a file of any length needs the memory of one frame and some ten
numbers for every mask and piece. What the numbers mean together stands in ``models.audit.label_statistics``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from models.labels.components import Component, components
from models.labels.label_set import Decoded, FrameLabels, LabelSet, RowProblem, Size
from models.labels.masks import MaskStack, class_mask, overlap_px
from models.labels.taxonomy import Taxonomy

_CELLS = 400
"""About so many cells has the grid of places; a cell is about square, whatever the frames' shape."""
_MOST_CELLS_A_SIDE = 80


class FrameKind(StrEnum):
    """What the labels say of a frame as a whole."""

    DEFECTIVE = "defective"
    """It holds at least one pixel of a class, and everything the labels say of it could be used."""
    CLEAN = "clean"
    """The labels state that it has no defect."""
    INCOMPLETE = "incomplete"
    """A row of it could not be used: what is missing is not known, the rest is counted."""
    UNSTATED = "unstated"
    """It is named, but neither with a pixel nor as free of every class."""


@dataclass(frozen=True, slots=True, eq=False)
class PieceTable:
    """Every connected piece of every class, P of them, as columns.

    ``frames`` (P,) is the place of its frame, ``class_ids`` (P,) counts from 1, ``areas_px`` (P,) its pixels;
    ``boxes_px`` (P, 4) x, y, width, height; ``centres`` (P, 2) the middle of its box, across the frame's width and down
    its height, 0 to 1.
    """

    frames: npt.NDArray[np.int64]
    class_ids: npt.NDArray[np.int64]
    areas_px: npt.NDArray[np.int64]
    boxes_px: npt.NDArray[np.int64]
    centres: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LabelSurvey:
    """What was counted in N frames of K classes.

    ``sizes_px`` (N, 2) height and width, ``areas_px`` (N, K) pixels of each class in each frame, ``overlaps_px`` (N,)
    pixels with more than one class, ``shared_px`` (K, K) pixels that two classes have in common over all frames, with
    a class's own pixels on the diagonal. ``coverage`` (K, rows, columns) is the share of all frames in which a place
    holds the class, 0 to 1, on a grid laid over every frame whatever its size. ``unlabelled`` are images without
    labels.
    """

    taxonomy: Taxonomy
    names: tuple[str, ...]
    kinds: tuple[FrameKind, ...]
    sizes_px: npt.NDArray[np.int64]
    areas_px: npt.NDArray[np.int64]
    overlaps_px: npt.NDArray[np.int64]
    shared_px: npt.NDArray[np.int64]
    coverage: npt.NDArray[np.float64]
    pieces: PieceTable
    problems: tuple[RowProblem, ...]
    unlabelled: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class _Counting:
    """The tables as they grow."""

    taxonomy: Taxonomy
    grid: Size
    names: list[str] = field(default_factory=list)
    kinds: list[FrameKind] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    areas: list[list[int]] = field(default_factory=list)
    overlaps: list[int] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    pieces: list[tuple[int, ...]] = field(default_factory=list)
    """(frame, class id, area, x, y, width, height)."""
    shared: npt.NDArray[np.int64] = field(init=False)
    covered: npt.NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.taxonomy)
        self.shared = np.zeros((count, count), dtype=np.int64)
        self.covered = np.zeros((count, *self.grid))

    def add(self, frame: FrameLabels) -> None:
        """Decode a frame and count it."""
        decoded = frame.decode()
        found = components(decoded.stack, len(self.taxonomy))
        self._add_masks(decoded.stack, found)
        self.pieces.extend((len(self.names), piece.class_id, piece.area_px, *piece.box_px) for piece in found)
        self.names.append(frame.name)
        self.sizes.append((decoded.stack.shape[0], decoded.stack.shape[1]))
        self.kinds.append(_kind(frame, decoded, bool(found)))
        self.problems.extend(decoded.problems)

    def _add_masks(self, stack: MaskStack, found: Sequence[Component]) -> None:
        areas = [0] * len(self.taxonomy)
        for piece in found:
            areas[piece.class_id - 1] += piece.area_px
        present = [place for place, area in enumerate(areas) if area]
        for place in present:
            self.shared[place, place] += areas[place]
            mask = class_mask(stack, place + 1).astype(np.float32)
            self.covered[place] += cv2.resize(mask, self.grid[::-1], interpolation=cv2.INTER_AREA)
        overlapping = overlap_px(stack) if len(present) > 1 else 0
        if overlapping:
            self._add_shared(stack, present)
        self.areas.append(areas)
        self.overlaps.append(overlapping)

    def _add_shared(self, stack: MaskStack, present: Sequence[int]) -> None:
        masks = {place: class_mask(stack, place + 1) for place in present}
        for place in present:
            for other in present:
                if other != place:
                    self.shared[place, other] += np.count_nonzero(masks[place] & masks[other])


def survey_labels(labels: LabelSet, frames: Iterable[FrameLabels], unlabelled: Sequence[str] = ()) -> LabelSurvey:
    """Go through ``frames`` of ``labels`` once; ``unlabelled`` are the images the labels say nothing of."""
    counting = _Counting(labels.taxonomy, place_grid([frame.size for frame in labels.frames.values()]))
    for frame in frames:
        counting.add(frame)
    count = len(counting.names)
    sizes = np.array(counting.sizes, dtype=np.int64).reshape(count, 2)
    return LabelSurvey(
        taxonomy=labels.taxonomy,
        names=tuple(counting.names),
        kinds=tuple(counting.kinds),
        sizes_px=sizes,
        areas_px=np.array(counting.areas, dtype=np.int64).reshape(count, len(labels.taxonomy)),
        overlaps_px=np.array(counting.overlaps, dtype=np.int64),
        shared_px=counting.shared,
        coverage=counting.covered / max(count, 1),
        pieces=_piece_table(counting.pieces, sizes),
        problems=(*labels.problems, *counting.problems),
        unlabelled=tuple(unlabelled),
    )


def place_grid(sizes: Sequence[Size]) -> Size:
    """(rows, columns) of about square cells for frames of these (height, width) in pixels: the middle shape decides."""
    ratio = float(np.median([width / height for height, width in sizes])) if sizes else 1.0
    columns = round(min(max((_CELLS * ratio) ** 0.5, 4), _MOST_CELLS_A_SIDE))
    return round(min(max(columns / ratio, 4), _MOST_CELLS_A_SIDE)), columns


def _kind(frame: FrameLabels, decoded: Decoded, held: bool) -> FrameKind:
    if not decoded.complete:
        return FrameKind.INCOMPLETE
    if held:
        return FrameKind.DEFECTIVE
    return FrameKind.CLEAN if frame.explicit_empty else FrameKind.UNSTATED


def _piece_table(rows: Sequence[tuple[int, ...]], sizes: npt.NDArray[np.int64]) -> PieceTable:
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 7)
    boxes = table[:, 3:]
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    return PieceTable(
        frames=table[:, 0],
        class_ids=table[:, 1],
        areas_px=table[:, 2],
        boxes_px=boxes,
        centres=centres / sizes[table[:, 0]][:, ::-1],
    )
