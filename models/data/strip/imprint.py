"""Imprint: what one defect or nuisance does to the light that comes back from the steel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.data.strip.noise import Field
from models.labels.masks import Mask, MaskStack


@dataclass(frozen=True, slots=True, eq=False)
class Imprint:
    """A rectangle on the strip, ``x_px`` from its head and ``y_px`` from the upper side of the view.

    ``gain`` is (h, w): the brightness is multiplied by it, and it is exactly 1 outside ``mask``, also (h, w).
    ``class_id`` is 0 for a nuisance, which has no label.
    """

    x_px: int
    y_px: int
    gain: Field
    mask: Mask
    class_id: int = 0

    @property
    def end_px(self) -> int:
        """The first column past it."""
        return self.x_px + int(self.gain.shape[1])


def imprint(x_px: int, y_px: int, gain: npt.NDArray[np.floating], mask: Mask, class_id: int = 0) -> Imprint:
    """An imprint whose gain is made 1 outside its mask, so that mask and change cover the same pixels."""
    return Imprint(x_px, y_px, np.where(mask, gain, 1).astype(np.float32), mask, class_id)


def press(image: Field, stack: MaskStack, steel: Mask | None, left_px: int, mark: Imprint) -> None:
    """Apply what of ``mark`` lies in the window that begins ``left_px`` along the strip; in place.

    ``steel`` says where there is steel in the window, ``None`` for everywhere: there is no defect on the background.
    """
    height, width = image.shape
    x, y = mark.x_px - left_px, mark.y_px
    x0, x1 = max(0, x), min(width, x + mark.gain.shape[1])
    y0, y1 = max(0, y), min(height, y + mark.gain.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    inside = np.s_[y0:y1, x0:x1]
    own = np.s_[y0 - y : y1 - y, x0 - x : x1 - x]
    image[inside] *= mark.gain[own]
    if mark.class_id:
        mask = mark.mask[own] if steel is None else mark.mask[own] & steel[inside]
        stack[inside] |= mask.astype(stack.dtype) << stack.dtype.type(mark.class_id - 1)
