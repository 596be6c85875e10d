"""Edit: which pixels a tool touches and which class bits it clears and draws there. A document applies it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.labels.masks import Mask

Box = tuple[int, int, int, int]
"""(x, y, width, height) in frame pixels."""


class OverlapPolicy(StrEnum):
    """What becomes of the other classes under a newly drawn pixel."""

    REPLACE = "replace"
    """A pixel holds one class: drawing takes the others away (exclusive taxonomies)."""
    ALLOW = "allow"
    """Classes may lie on one another, as in Kaggle's label files."""
    YIELD = "yield"
    """What is there wins: a pixel that holds another class is left alone."""


class Action(StrEnum):
    """What a person did in one undo step. The values stand in journal files."""

    BRUSH = "brush"
    ERASE = "erase"
    RECTANGLE = "rectangle"
    POLYGON = "polygon"
    LASSO = "lasso"
    WAND = "wand"
    THRESHOLD = "threshold"
    GRAB_CUT = "grab_cut"
    SCISSORS = "scissors"
    RELABEL = "relabel"
    DELETE = "delete"
    FILL = "fill"
    GROW = "grow"
    SHRINK = "shrink"
    SMOOTH = "smooth"
    SPLIT = "split"
    MERGE = "merge"
    TRANSFORM = "transform"
    COPY = "copy"
    """Findings of another frame, drawn here."""
    OPINION = "opinion"
    """A model's masks, taken over."""
    CLEAR = "clear"
    RESTORE = "restore"
    """Back to the model's word."""


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """The pixels ``mask`` (h, w) within ``box_px`` lose the bits ``clear`` and then gain the bits ``draw``."""

    box_px: Box
    mask: Mask
    clear: int
    draw: int = 0


def class_bit(class_id: int) -> int:
    """The bit of a class in a mask stack; ids count from 1."""
    return 1 << (class_id - 1)


def join(first: Box | None, second: Box | None) -> Box | None:
    """The smallest box around both; ``None`` stands for nothing."""
    if first is None or second is None:
        return first or second
    x, y = min(first[0], second[0]), min(first[1], second[1])
    right = max(first[0] + first[2], second[0] + second[2])
    bottom = max(first[1] + first[3], second[1] + second[3])
    return x, y, right - x, bottom - y


def clip(box: Box, height: int, width: int) -> Box | None:
    """The part of ``box`` inside a (height, width) frame, or ``None`` where none of it is."""
    x, y = max(box[0], 0), max(box[1], 0)
    right, bottom = min(box[0] + box[2], width), min(box[1] + box[3], height)
    return None if right <= x or bottom <= y else (x, y, right - x, bottom - y)


def region(box: Box) -> tuple[slice, slice]:
    """``box`` as (row, column) slices of an image."""
    x, y, width, height = box
    return slice(y, y + height), slice(x, x + width)
