"""Pictures on a page: frames with masks or heat over them, packed into the HTML."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import numpy.typing as npt

from models.labels.masks import MaskStack, class_mask, shrink
from models.labels.taxonomy import Taxonomy

Picture = npt.NDArray[np.uint8]
"""(H, W) grey or (H, W, 3) RGB."""

WIDTH_PX = 548
"""Two stand side by side on a page; wider frames are shrunk, small ones enlarged at most ``_ENLARGED`` times."""
_ENLARGED = 1.5
_OPACITY = 0.5
_HEAT_OPACITY = 0.6
# Colour at full resolution: halved, as JPEG does by itself, thin defects would lose theirs.
_JPEG = (
    cv2.IMWRITE_JPEG_QUALITY, 88, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)  # fmt: skip


def overlay(image: Picture, stack: MaskStack, taxonomy: Taxonomy, opacity: float = _OPACITY) -> Picture:
    """The image as (H, W, 3) RGB with its classes in their colours, which cover ``opacity`` (0 to 1) of it."""
    painted = coloured(image).astype(np.float32)
    for defect in taxonomy:
        mask = class_mask(stack, defect.id)
        painted[mask] = (1 - opacity) * painted[mask] + opacity * np.array(defect.rgb, dtype=np.float32)
    return painted.round().astype(np.uint8)


def small_overlay(image: Picture, stack: MaskStack, taxonomy: Taxonomy, width_px: int = WIDTH_PX) -> Picture:
    """``overlay`` of a wide frame shrunk first, so that a one-pixel scratch keeps its colour."""
    factor = -(-image.shape[1] // width_px)
    if factor <= 1:
        return overlay(image, stack, taxonomy)
    masks = shrink(stack, factor)
    size = masks.shape[1], masks.shape[0]
    return overlay(cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8), masks, taxonomy)


def heated(image: Picture, heat: npt.NDArray[np.float32]) -> Picture:
    """The image with (H, W) heat, 0 to 1, laid over it clear where there is none, yellow at 1, by the viridis scale.

    Viridis is read alike by people with the common colour blindnesses (S. van der Walt and N. Smith, 2015).
    """
    levels = (np.clip(heat, 0.0, 1.0) * 255).astype(np.uint8)
    scale = cv2.applyColorMap(levels, cv2.COLORMAP_VIRIDIS)[:, :, ::-1].astype(np.float32)
    share = _HEAT_OPACITY * np.sqrt(np.clip(heat, 0.0, 1.0))[:, :, None]
    blended: npt.NDArray[np.float32] = (1 - share) * coloured(image).astype(np.float32) + share * scale
    return blended.round().astype(np.uint8)


def coloured(image: Picture) -> Picture:
    """(H, W, 3) of grey or colour."""
    return image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)


def packed(picture: Picture, width_px: int = WIDTH_PX) -> str:
    """A picture no wider than ``width_px`` as the ``src`` of an ``<img>``: a JPEG within the page."""
    height, width = picture.shape[:2]
    factor = min(width_px / width, _ENLARGED)
    if factor != 1:
        size = max(1, round(width * factor)), max(1, round(height * factor))
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, size, interpolation=way).astype(np.uint8)
    done, encoded = cv2.imencode(".jpg", coloured(picture)[:, :, ::-1], _JPEG)
    assert done, "JPEG takes any 8-bit picture of this size"
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
