"""Snap to edge: an outline that follows the edges of the frame between the points a person sets.

E. N. Mortensen and W. A. Barrett, "Intelligent Scissors for Image Composition", SIGGRAPH 1995, 191-198,
https://doi.org/10.1145/218380.218442, as OpenCV has it.
"""

from __future__ import annotations

import math
from itertools import chain

import cv2

from app.review.edit import Box
from app.review.tools.area import Area, Point, Size
from app.review.tools.flood import window_around
from app.review.tools.outline import polygon
from app.review.tools.pixels import stretched_of
from app.words.frame import Image

REACH_PX = 160
"""How far around the last fixed point edges are followed; the map of ways to all pixels in reach takes some 50 ms."""

Way = tuple[Point, ...]
"""Centres of pixels, one after the other."""


class Scissors:
    """An outline under construction. Lives on one thread.

    ``image`` is (H, W) grey or (H, W, 3) RGB, uint8 or uint16, and is not changed. Points beside the frame are held at
    its edge. Further from the last fixed point than ``reach_px`` the way goes straight on.
    """

    def __init__(self, image: Image, start: Point, reach_px: int = REACH_PX) -> None:
        self._image = image
        self._size: Size = (image.shape[0], image.shape[1])
        self._reach_px = reach_px
        self._fixed: list[tuple[int, int]] = [self._pixel(start)]
        self._ways: list[Way] = []
        self._window: Box | None = None
        self._tool = cv2.segmentation.IntelligentScissorsMB()
        self._tool.setEdgeFeatureCannyParameters(32, 100)
        self._tool.setGradientMagnitudeMaxLimit(200)

    @property
    def fixed(self) -> Way:
        """The points set so far, the start first."""
        return tuple(_centre(pixel) for pixel in self._fixed)

    @property
    def outline(self) -> Way:
        """The way from the start to the last fixed point."""
        return tuple(chain((_centre(self._fixed[0]),), *self._ways))

    def move(self, point: Point) -> Way:
        """The way from the last fixed point to the pointer, both included; the pointer's pixel is always its end."""
        target = self._pixel(point)
        window = self._mapped_window()
        held = (
            min(max(target[0], window[0]), window[0] + window[2] - 1),
            min(max(target[1], window[1]), window[1] + window[3] - 1),
        )
        found = self._tool.getContour((held[0] - window[0], held[1] - window[1])).reshape(-1, 2).tolist()
        way = [_centre((x + window[0], y + window[1])) for x, y in found]
        return tuple(way if held == target else [*way, _centre(target)])

    def fix(self, point: Point) -> None:
        """Set a point; the way to it stays. A point on the last one is none."""
        target = self._pixel(point)
        if target == self._fixed[-1]:
            return
        self._ways.append(self.move(point)[1:])
        self._fixed.append(target)
        self._window = None

    def take_back(self) -> bool:
        """Undo the last ``fix``; whether there was one."""
        if not self._ways:
            return False
        self._ways.pop()
        self._fixed.pop()
        self._window = None
        return True

    def area(self) -> Area | None:
        """The pixels inside the outline, closed along edges from the last point to the start; ``None`` for none."""
        closing = self.move(_centre(self._fixed[0]))
        return polygon((*self.outline, *closing[1:-1]), self._size)

    def _mapped_window(self) -> Box:
        """The window in reach of the last fixed point, with its map of ways made."""
        if self._window is None:
            x, y = self._fixed[-1]
            window = window_around(x, y, self._reach_px, (0, 0, self._size[1], self._size[0]))
            assert window is not None, "fixed points lie in the frame"
            self._tool.applyImage(stretched_of(self._image, window))
            self._tool.buildMap((x - window[0], y - window[1]))
            self._window = window
        return self._window

    def _pixel(self, point: Point) -> tuple[int, int]:
        height, width = self._size
        x, y = (0.0 if math.isnan(value) else value for value in point)
        return math.floor(min(max(x, 0), width - 1)), math.floor(min(max(y, 0), height - 1))


def _centre(pixel: tuple[int, int]) -> Point:
    return pixel[0] + 0.5, pixel[1] + 0.5
