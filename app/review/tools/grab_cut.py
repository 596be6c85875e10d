"""GrabCut inside a box: what in a box differs from what lies around it.

C. Rother, V. Kolmogorov and A. Blake, "GrabCut: Interactive Foreground Extraction using Iterated Graph Cuts", ACM
Transactions on Graphics 23 (2004) 309-314, https://doi.org/10.1145/1015706.1015720, as OpenCV has it.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from app.review.edit import Box, clip, region
from app.review.tools.area import Area, trimmed
from app.review.tools.pixels import stretched_of
from app.words.frame import Image

ITERATIONS = 3
LARGEST_PX = 512 * 512
"""Windows with more pixels are cut on a frame shrunk by a whole number; the cut takes seconds a million pixels."""
_MARGIN_PX = (16, 128)
"""The least and the most of the surroundings that is looked at on each side."""
_LEAST_SAMPLES = 16
"""Pixels inside and outside below which the colour models cannot be fitted."""


def grab_cut(image: Image, box: Box, iterations: int = ITERATIONS) -> Area | None:
    """The pixels of a box that GrabCut takes for foreground, the same at every call.

    ``image`` is (H, W) or (H, W, 3) RGB, uint8 or uint16. Half the box's size around it (at least 16, at most 128 px)
    shows what background looks like; where the frame leaves nothing around it, the box's own rim does. ``None`` where
    the box lies beside the frame, is too small, or all of it looks like background.
    """
    size = image.shape[0], image.shape[1]
    inside = clip(box, *size)
    if inside is None:
        return None
    window = _surroundings(inside, size)
    marks = np.full((window[3], window[2]), cv2.GC_BGD, dtype=np.uint8)
    place = region((inside[0] - window[0], inside[1] - window[1], inside[2], inside[3]))
    marks[place] = cv2.GC_PR_FGD
    if (marks == cv2.GC_PR_FGD).all():
        marks[[0, -1], :] = marks[:, [0, -1]] = cv2.GC_BGD
    factor = math.ceil(math.sqrt(marks.size / LARGEST_PX))
    foreground = _cut(_shrunk(stretched_of(image, window), factor), _shrunk_marks(marks, factor), iterations)
    if foreground is None:
        return None
    whole = cv2.resize(foreground.view(np.uint8), (window[2], window[3]), interpolation=cv2.INTER_NEAREST)
    return trimmed(inside, whole[place].view(np.bool_))


def _surroundings(inside: Box, size: tuple[int, int]) -> Box:
    x, y, width, height = inside
    across, down = (min(max(side // 2, _MARGIN_PX[0]), _MARGIN_PX[1]) for side in (width, height))
    window = clip((x - across, y - down, width + 2 * across, height + 2 * down), *size)
    assert window is not None, "the box lies in the frame"
    return window


def _shrunk(pixels: npt.NDArray[np.uint8], factor: int) -> npt.NDArray[np.uint8]:
    if factor == 1:
        return pixels
    height, width = pixels.shape
    smaller: npt.NDArray[np.uint8] = cv2.resize(
        pixels, (max(width // factor, 1), max(height // factor, 1)), interpolation=cv2.INTER_AREA
    )
    return smaller


def _shrunk_marks(marks: npt.NDArray[np.uint8], factor: int) -> npt.NDArray[np.uint8]:
    height, width = marks.shape
    smaller: npt.NDArray[np.uint8] = cv2.resize(
        marks, (max(width // factor, 1), max(height // factor, 1)), interpolation=cv2.INTER_NEAREST
    )
    return smaller


def _cut(grey: npt.NDArray[np.uint8], marks: npt.NDArray[np.uint8], iterations: int) -> npt.NDArray[np.bool_] | None:
    if min(np.count_nonzero(marks == kind) for kind in (cv2.GC_BGD, cv2.GC_PR_FGD)) < _LEAST_SAMPLES:
        return None
    # The colour models start from a clustering that draws lots.
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(cv2.merge([grey] * 3), marks, None, *models, iterations, cv2.GC_INIT_WITH_MASK)
    foreground: npt.NDArray[np.bool_] = marks == cv2.GC_PR_FGD
    return foreground
