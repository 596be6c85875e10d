"""Threshold inside a box: the dark or the light pixels of a part of the frame."""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np

from app.review.edit import Box, clip
from app.review.tools.area import Area, trimmed
from app.review.tools.pixels import grey_of
from app.words.frame import Image


class Side(StrEnum):
    """Which side of the level is meant."""

    DARK = "dark"
    """At the level and below."""
    LIGHT = "light"
    """Above the level."""


def otsu_level(image: Image, box: Box) -> int | None:
    """The grey level that parts a box's pixels best into dark and light; ``None`` where they are all alike.

    N. Otsu, "A Threshold Selection Method from Gray-Level Histograms", IEEE Trans. SMC 9 (1979) 62-66,
    https://doi.org/10.1109/TSMC.1979.4310076.
    """
    inside = clip(box, image.shape[0], image.shape[1])
    if inside is None:
        return None
    grey = grey_of(image, inside)
    if grey.min() == grey.max():
        return None
    level, _ = cv2.threshold(grey, 0, float(np.iinfo(grey.dtype).max), cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return int(level)


def threshold(image: Image, box: Box, side: Side, level: int | None = None) -> Area | None:
    """The pixels of a box on one side of a grey level, Otsu's where none is given.

    ``image`` is (H, W) or (H, W, 3) RGB, uint8 or uint16; of RGB the luminance counts. ``None`` where the box lies
    beside the frame, no pixel is on that side, or all are alike and no level is given.
    """
    inside = clip(box, image.shape[0], image.shape[1])
    chosen = otsu_level(image, box) if level is None else level
    if inside is None or chosen is None:
        return None
    grey = grey_of(image, inside)
    return trimmed(inside, grey <= chosen if side is Side.DARK else grey > chosen)
