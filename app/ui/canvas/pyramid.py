"""Pyramids: an image or a mask stack at half, a quarter, … of its size, made when a zoomed-out view first asks."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from app.words.frame import Image
from models.labels.masks import MaskStack, shrink


class ImagePyramid:
    """A frame's image, reduced by averaging. ``image`` is (H, W) or (H, W, 3), uint8 or uint16, and is not copied."""

    def __init__(self, image: Image) -> None:
        self._levels: list[Image] = [np.ascontiguousarray(image)]

    @property
    def image(self) -> Image:
        """The image at full size."""
        return self._levels[0]

    def level(self, wanted: int) -> Image:
        """The image halved ``wanted`` times, or as often as its shorter side allows."""
        while len(self._levels) <= wanted and min(self._levels[-1].shape[:2]) > 1:
            last = self._levels[-1]
            size = (last.shape[1] + 1) // 2, (last.shape[0] + 1) // 2
            self._levels.append(cv2.resize(last, size, interpolation=cv2.INTER_AREA))
        return self._levels[min(wanted, len(self._levels) - 1)]


class StackPyramid:
    """A mask stack, reduced by bitwise OR: a pixel set anywhere stays set at every level. The stack is not copied."""

    def __init__(self, stack: MaskStack) -> None:
        self._levels: list[MaskStack] = [stack]
        self._bounds: tuple[int, int, int, int] | None = None

    @property
    def stack(self) -> MaskStack:
        """The stack at full size."""
        return self._levels[0]

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """(x, y, width, height) outside which no pixel is set; (0, 0, 0, 0) for an empty stack."""
        if self._bounds is None:
            self._bounds = set_bounds(self.stack)
        return self._bounds

    def level(self, wanted: int) -> MaskStack:
        """The stack halved ``wanted`` times; pixel (i, j) ORs the block of 2**wanted pixels at (i, j)."""
        while len(self._levels) <= wanted:
            self._levels.append(shrink(self._levels[-1], 2))
        return self._levels[wanted]

    def refresh(self, x: int, y: int, width: int, height: int) -> None:
        """Make the reduced levels right again after the stack has changed within this box of frame pixels."""
        self._bounds = union(self.bounds, (x, y, width, height))
        left, top, right, bottom = x, y, x + width, y + height
        for finer, coarser in zip(self._levels, self._levels[1:], strict=False):
            left, top, right, bottom = left // 2, top // 2, -(-right // 2), -(-bottom // 2)
            block: np.ndarray[Any, Any] = shrink(finer[2 * top : 2 * bottom, 2 * left : 2 * right], 2)
            coarser[top : top + block.shape[0], left : left + block.shape[1]] = block


def set_bounds(stack: MaskStack) -> tuple[int, int, int, int]:
    """(x, y, width, height) of the smallest box with every set pixel; (0, 0, 0, 0) where none is set."""
    if stack.dtype == np.uint8:
        x, y, width, height = cv2.boundingRect(stack)
        return x, y, width, height
    rows = np.flatnonzero(stack.any(axis=1))
    if not rows.size:
        return 0, 0, 0, 0
    columns = np.flatnonzero(stack[rows[0] : rows[-1] + 1].any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1


def union(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The smallest box that holds both; an empty box adds nothing."""
    if not first[2] or not first[3]:
        return second
    if not second[2] or not second[3]:
        return first
    x, y = min(first[0], second[0]), min(first[1], second[1])
    right, bottom = max(first[0] + first[2], second[0] + second[2]), max(first[1] + first[3], second[1] + second[3])
    return x, y, right - x, bottom - y
