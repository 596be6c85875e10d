"""The classical front end: where a frame departs from its background, as regions for a classifier to name.

Grey frame, binary image, connected components, shadow regions: the way of ``neu-cnn`` (Detection of Defects on Metallic
Surfaces with Convolutional Neural Networks), whose description leaves the rest open. A shadow is darker than the steel
around it; a scratch shines, and counts as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from models.pixels import Floats, Image, with_channels

Mask = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]
Window = tuple[slice, slice]
"""Rows and columns of a frame."""

_BACKGROUND_STEP_PX = 8
"""The background is so smooth that every eighth pixel each way says it all, in a sixty-fourth of the time."""
_GRAIN_PX = 3.0
"""Grain is what varies within so many pixels; a defect covers more and would pass for very coarse grain."""


@dataclass(frozen=True, slots=True)
class RegionSearch:
    """What counts as a region.

    A pixel stands out where it differs from the background by more than ``noise_factor`` standard deviations of the
    steel's own grain and by more than ``least_contrast`` (of the full scale, 0 to 1). The background is the median over
    ``background_px`` pixels each way. Pieces smaller than ``least_area_px`` are grain; those nearer to each other than
    ``merge_px`` are one region. A region is shown to the network with ``context`` of its longer side around it on every
    side, and at least ``least_side_px`` wide.
    """

    noise_factor: float = 4.0
    least_contrast: float = 0.04
    background_px: int = 136
    least_area_px: int = 24
    merge_px: int = 16
    context: float = 0.25
    least_side_px: int = 64


@dataclass(frozen=True, slots=True, eq=False)
class ShadowRegions:
    """The regions of one frame.

    ``numbers`` is (H, W), 0 outside and n for the pixels of region n, counted from 1. ``squares`` are, in that order,
    (left, top, side) in px: what the network is shown of each, inside the frame.
    """

    numbers: Numbers
    squares: tuple[tuple[int, int, int], ...]

    def __len__(self) -> int:
        return len(self.squares)


def find_regions(image: Image, search: RegionSearch | None = None) -> ShadowRegions:
    """The regions of (H, W) grey or (H, W, 3) RGB, uint8 or uint16, ordered from the top, then from the left.

    No side of a square is longer than the frame's shorter side; a region longer than that is cut into several. Raises
    ``ImageError`` for another image.
    """
    search = search or RegionSearch()
    mask = _large_pieces(binary_image(image, search), search.least_area_px)
    numbers = _cut(_merged(mask, search.merge_px), min(mask.shape))
    return ShadowRegions(numbers, tuple(_square(window, mask.shape, search) for _, window in _windows(numbers)))


def binary_image(image: Image, search: RegionSearch) -> Mask:
    """(H, W) uint8, 1 where a pixel stands out from the frame's background.

    The threshold follows the frame's own grain. Otsu's, which splits any histogram in two, would find shadows on clean
    steel too, and lose a faint one beside a deep one.
    """
    grey = with_channels(image, 1).astype(np.float32) * np.float32(1 / np.iinfo(image.dtype).max)
    # One pixel of blur: a shadow is wider than the grain.
    smooth: Floats = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0))
    fine: Floats = np.abs(smooth - cv2.GaussianBlur(smooth, (0, 0), _GRAIN_PX))
    # 1.4826 times the median distance is the standard deviation of what is normally distributed, defects left aside.
    grain = 1.4826 * float(np.median(fine))
    away: Floats = np.abs(flattened(smooth, search.background_px))
    return (away > max(search.least_contrast, search.noise_factor * grain)).view(np.uint8)


def flattened(grey: Floats, background_px: int) -> Floats:
    """(H, W) float32 grey less its background, the median over ``background_px`` each way."""
    height, width = grey.shape
    small_size = max(1, width // _BACKGROUND_STEP_PX), max(1, height // _BACKGROUND_STEP_PX)
    small = np.asarray(cv2.resize(grey, small_size, interpolation=cv2.INTER_AREA))
    # OpenCV takes the median over larger windows in 8 bits alone.
    window = max(3, background_px // _BACKGROUND_STEP_PX | 1)
    eight_bits = np.clip(np.rint(small * 255), 0, 255).astype(np.uint8)
    background = cv2.medianBlur(eight_bits, window).astype(np.float32) * np.float32(1 / 255)
    # The median's steps of 1/255 would be edges.
    background = cv2.GaussianBlur(background, (0, 0), 2.0)
    away: Floats = grey - np.asarray(cv2.resize(background, (width, height), interpolation=cv2.INTER_LINEAR))
    return away


def _large_pieces(mask: Mask, least_area_px: int) -> Mask:
    """``mask`` without the connected pieces (8-connectivity) that are smaller."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    large = stats[:, cv2.CC_STAT_AREA] >= least_area_px
    large[0] = False
    kept: Mask = large[labels].view(np.uint8)
    return kept


def _merged(mask: Mask, merge_px: int) -> Numbers:
    """(H, W) int32: the pieces of ``mask`` numbered from 1, those less than ``merge_px`` apart with one number."""
    # Each grows by half the distance, and what touches then is one.
    reach = np.ones((merge_px + 1, merge_px + 1), dtype=np.uint8)
    _, labels = cv2.connectedComponents(cv2.dilate(mask, reach), connectivity=8, ltype=cv2.CV_32S)
    numbers: Numbers = np.asarray(labels, dtype=np.int32) * mask
    return numbers


def _cut(numbers: Numbers, longest_px: int) -> Numbers:
    """The regions numbered anew, from the top and then from the left; one longer than ``longest_px`` is cut."""
    pieces = [
        ((rows, columns), numbers[rows, columns] == number)
        for number, window in _windows(numbers)
        for rows in _even_parts(window[0], longest_px)
        for columns in _even_parts(window[1], longest_px)
    ]
    pieces = [piece for piece in pieces if piece[1].any()]
    cut: Numbers = np.zeros_like(numbers)
    for place, (window, inside) in enumerate(sorted(pieces, key=lambda piece: _corner(piece[0])), start=1):
        cut[window][inside] = place
    return cut


def _windows(numbers: Numbers) -> list[tuple[int, Window]]:
    """Each number above 0 and the smallest window that holds its pixels, by number."""
    rows, columns = np.nonzero(numbers)
    found, places = np.unique(numbers[rows, columns], return_inverse=True)
    first, last = np.full((2, len(found)), np.iinfo(np.intp).max), np.full((2, len(found)), -1)
    for axis, indices in enumerate((rows, columns)):
        np.minimum.at(first[axis], places, indices)
        np.maximum.at(last[axis], places, indices)
    return [
        (int(number), (slice(int(top), int(bottom) + 1), slice(int(left), int(right) + 1)))
        for number, top, bottom, left, right in zip(found, first[0], last[0], first[1], last[1], strict=True)
    ]


def _even_parts(side: slice, longest_px: int) -> list[slice]:
    """``side`` in as few parts of nearly equal length as keep each at ``longest_px`` or below."""
    count = -(-(side.stop - side.start) // longest_px)
    ends = np.linspace(side.start, side.stop, count + 1).round().astype(int).tolist()
    return [slice(start, stop) for start, stop in pairwise(ends)]


def _square(window: Window, frame_px: tuple[int, int], search: RegionSearch) -> tuple[int, int, int]:
    """(left, top, side): the window with its context, moved into the frame where it reaches past it."""
    rows, columns = window
    longer = max(rows.stop - rows.start, columns.stop - columns.start)
    side = min(max(round(longer * (1 + 2 * search.context)), search.least_side_px), *frame_px)
    top, left = (
        min(max((part.start + part.stop - side) // 2, 0), length - side)
        for part, length in zip(window, frame_px, strict=True)
    )
    return left, top, side


def _corner(window: Window) -> tuple[int, int]:
    return window[0].start, window[1].start
