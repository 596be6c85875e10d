"""Frame health: a frame that was lost, unreadable, dark or frozen is not inspected, and therefore never passes."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from app.inspection.recipe import Recipe
from app.words.frame import Frame, Image
from app.words.reason import Reason
from models.pixels import LEAST_SIDE_PX

_PARTS: Final = 16
_DENSE_PX: Final = 64
_SAMPLE_STEP: Final = 64


def bright_part(image: Image) -> float:
    """The mean brightness of the brightest of 16 by 16 parts, scaled to 0 to 255 from the image's depth (8 or 16 bit).

    The mean of the whole frame will not do: where the camera looks past the strip's edge, a good frame is mostly black.
    """
    # A quarter of the rows and columns of a large frame says as much, in a tenth of the time.
    step = 1 + min(image.shape[:2]) // _DENSE_PX
    parts = cv2.resize(image[::step, ::step], (_PARTS, _PARTS), interpolation=cv2.INTER_AREA).astype(np.float32)
    grey = parts if parts.ndim == 2 else parts.mean(axis=2)
    return float(grey.max()) * (255.0 / np.iinfo(image.dtype).max)


def same_pixels(image: Image, before: Image) -> bool:
    """Whether two images are equal pixel for pixel; a thin sample settles nearly every case without the full look."""
    if image.shape != before.shape or image.dtype != before.dtype:
        return False
    thin, thin_before = image[::_SAMPLE_STEP, ::_SAMPLE_STEP], before[::_SAMPLE_STEP, ::_SAMPLE_STEP]
    return bool(np.array_equal(thin, thin_before)) and bool(np.array_equal(image, before))


def fault_of(frame: Frame, before: Image | None, recipe: Recipe) -> Reason | None:
    """Why ``frame`` cannot be inspected, or ``None`` where it can.

    ``before`` is the image before it from the same live source, ``None`` where there is none or the source is not
    live: files may well repeat.
    """
    if frame.fault is not None:
        return frame.fault
    if frame.image is None or frame.image.size == 0:
        return Reason("unreadable", {"name": frame.name})
    height, width = frame.image.shape[:2]
    if min(height, width) < LEAST_SIDE_PX:
        size = {"width": width, "height": height, "least": LEAST_SIDE_PX}
        return Reason("too_small", {"name": frame.name, **size})
    mean = bright_part(frame.image)
    if mean < recipe.dark_mean:
        return Reason("dark", {"mean": mean, "limit": recipe.dark_mean})
    if recipe.check_frozen and before is not None and same_pixels(frame.image, before):
        return Reason("frozen")
    return None


class FrameHealth:
    """``fault_of`` with the memory of one live source's last image. Used by one thread."""

    def __init__(self) -> None:
        self._before: Image | None = None
        self._source = ""

    def check(self, frame: Frame, live: bool, recipe: Recipe) -> Reason | None:
        """Why ``frame`` cannot be inspected, or ``None``; the frame is remembered for the next one."""
        before = self._before if live and frame.source == self._source else None
        fault = fault_of(frame, before, recipe)
        if frame.image is not None:
            # A reference, not a copy: whoever gives a frame away does not write into its image again.
            self._before, self._source = frame.image, frame.source
        return fault
