"""Tone: how a frame's grey values are shown, for eyes that need more than the camera gave. The frame never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from app.words.frame import Image

CONTRASTS = (0.25, 4.0)
BRIGHTNESSES = (-0.5, 0.5)
GAMMAS = (0.25, 4.0)
_CLIP_LIMIT = 3.0
_TILES = 8
_LEAST_TILE_PX = 32

Table = npt.NDArray[np.uint8]
"""(256,): what each grey value is shown as."""


@dataclass(frozen=True, slots=True)
class Tone:
    """From a grey value to the one shown, over 0 (black) to 1 (white), in this order.

    ``brightness`` is added (within ``BRIGHTNESSES``), ``contrast`` stretches about mid-grey (within ``CONTRASTS``),
    ``gamma`` above 1 lifts the dark values: shown = value ** (1 / gamma) (within ``GAMMAS``). ``local`` equalises the
    contrast of each neighbourhood first (CLAHE: K. Zuiderveld, Graphics Gems IV, 1994), which brings out faint marks
    on uneven ground.
    """

    contrast: float = 1.0
    brightness: float = 0.0
    gamma: float = 1.0
    local: bool = False

    @property
    def plain(self) -> bool:
        """Whether the frame is shown as it is."""
        return self == Tone()

    def table(self) -> Table:
        """What each 8-bit grey value is shown as, after ``local``."""
        values = np.arange(256) / 255 + self.brightness
        stretched = np.clip((values - 0.5) * self.contrast + 0.5, 0, 1)
        return np.rint(255 * stretched ** (1 / self.gamma)).astype(np.uint8)


def equalised(image: Image, low: float, high: float) -> npt.NDArray[np.uint8]:
    """(H, W) or (H, W, 3) of 8 or 16 bit with every neighbourhood's contrast equalised, as 8 bit of the same shape.

    ``low`` and ``high`` are the values that count as black and white. Of a colour image the lightness is equalised.
    """
    stretched: npt.NDArray[Any] = image
    if image.dtype != np.uint8 or (low, high) != (0, 255):
        scale = 255.0 / max(high - low, 1e-6)
        stretched = cv2.convertScaleAbs(np.clip(image, low, high).astype(np.float32) - low, alpha=scale)
    height, width = stretched.shape[:2]
    tiles = (max(1, min(_TILES * 4, width // _LEAST_TILE_PX)), max(1, min(_TILES, height // _LEAST_TILE_PX)))
    clahe = cv2.createCLAHE(clipLimit=_CLIP_LIMIT, tileGridSize=tiles)
    if stretched.ndim == 2:
        return np.asarray(clahe.apply(stretched), dtype=np.uint8)
    lab = cv2.cvtColor(stretched, cv2.COLOR_RGB2LAB)
    lab[:, :, 0] = clahe.apply(np.ascontiguousarray(lab[:, :, 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.uint8)
