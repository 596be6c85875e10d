"""Magic wand: the pixels around a point that look like it, with a tolerance that is changed live.

One flood costs 3 to 25 ms a million pixels it covers, smooth or grainy, and a defect covers far fewer. A map of every
pixel's own tolerance (the least worst step on any way from the seed) would answer all tolerances at once, but making it
costs hundreds of floods; so each tolerance is flooded anew in the window the last one needed.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from app.review.edit import Box, clip, region
from app.review.tools.area import Area, Point
from app.review.tools.flood import FIRST_REACH_PX, flood, intersection, window_around
from app.review.tools.pixels import flood_pixels
from app.words.frame import Image

MEDIANS_PX = (1, 3, 5)
"""Sides of the median filter a flood can look through; 1 is the frame as it is."""


class Wand:
    """A flood from one point of a frame; ``area`` gives its pixels at a tolerance.

    ``image`` is (H, W) grey or (H, W, 3) RGB, uint8 or uint16, and is not changed. ``point`` is where it was clicked.
    ``median_px`` smooths the frame first, so that single noisy pixels neither stop the flood nor leave holes.
    ``limit`` is a box the flood does not leave: give the part of the frame that is seen, for a flood that has got out
    onto bare steel takes all it may.
    """

    def __init__(
        self, image: Image, point: Point, connectivity: int = 8, median_px: int = 1, limit: Box | None = None
    ) -> None:
        if connectivity not in (4, 8) or median_px not in MEDIANS_PX:
            raise ValueError(f"Connectivity is 4 or 8 and the median {MEDIANS_PX}, not {connectivity} and {median_px}.")
        self._image = image
        self._connectivity = connectivity
        self._median_px = median_px
        height, width = image.shape[:2]
        self._bounds = clip(limit or (0, 0, width, height), height, width)
        self._seed = (math.floor(point[0]), math.floor(point[1])) if all(map(math.isfinite, point)) else (-1, -1)
        self._window = None if self._bounds is None else window_around(*self._seed, FIRST_REACH_PX, self._bounds)
        if self._bounds is None or intersection((*self._seed, 1, 1), self._bounds) is None:
            self._window = None
        self._read: tuple[Box, npt.NDArray[np.generic]] | None = None

    def area(self, tolerance: float) -> Area | None:
        """The pixels joined to the point by pixels of which none differs from it by more than ``tolerance`` levels.

        In an RGB frame no channel may. ``None`` where the point is outside the frame or the limit. A larger tolerance
        gives the same pixels and more.
        """
        if self._window is None or self._bounds is None or not tolerance >= 0:
            return None
        return flood(self._pixels, *self._seed, self._bounds, tolerance, self._connectivity, window=self._window)

    def _pixels(self, window: Box) -> npt.NDArray[np.generic]:
        """The pixels of a window, kept for the next tolerance."""
        if self._read is None or self._read[0] != window:
            self._read = (window, self._filtered(window))
            self._window = window
        return self._read[1]

    def _filtered(self, window: Box) -> npt.NDArray[np.generic]:
        # The filter sees past the window, or a pixel's value would depend on the window it is read in.
        rim = self._median_px // 2
        x, y, width, height = window
        around = clip((x - rim, y - rim, width + 2 * rim, height + 2 * rim), *self._image.shape[:2])
        assert around is not None, "the window lies in the frame"
        pixels = np.ascontiguousarray(self._image[region(around)])
        if rim:
            pixels = cv2.medianBlur(pixels, self._median_px)
        return flood_pixels(pixels[region((x - around[0], y - around[1], width, height))])
