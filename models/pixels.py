"""A frame's pixels on the way into a network: channels, padding, scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.tiling import TileGrid

LEAST_SIDE_PX = 8
"""A frame narrower or lower than this holds nothing a network could see."""

Image = npt.NDArray[np.unsignedinteger[Any]]
Floats = npt.NDArray[np.float32]


class ImageError(ValueError):
    """An image no network can be given; one sentence names what is wrong and what would do."""


def with_channels(image: Image, channels: int) -> Image:
    """``image`` as (H, W) for one channel or (H, W, 3) for three; RGB to grey by Rec. 601 (0.299, 0.587, 0.114).

    Raises ``ImageError`` for another shape, another type or fewer than 8×8 pixels.
    """
    if image.dtype not in (np.uint8, np.uint16):
        raise ImageError(f"The image is {image.dtype}; use uint8 or uint16.")
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim != 2 and (image.ndim != 3 or image.shape[2] != 3):
        raise ImageError(f"The image is of shape {image.shape}; use (height, width) or (height, width, 3).")
    height, width = image.shape[:2]
    if min(height, width) < LEAST_SIDE_PX:
        raise ImageError(
            f"The image is only {width}×{height} pixels; at least {LEAST_SIDE_PX}×{LEAST_SIDE_PX} are needed."
        )
    if channels == 1 and image.ndim == 3:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    if channels == 3 and image.ndim == 2:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB))
    return image


def normalised_tiles(
    image: Image, grid: TileGrid, tiles: Sequence[int], mean: tuple[float, ...], std: tuple[float, ...]
) -> Floats:
    """(N, C, h, w) float32: tiles by number, mirrored past the frame's end, scaled to 0..1, ``(x - mean) / std``."""
    full = float(np.iinfo(image.dtype).max)
    height, width = grid.tile_px
    pixels = np.empty((len(tiles), len(mean), height, width), dtype=np.float32)
    for place, tile in enumerate(tiles):
        top, left = grid.corner(tile)
        crop = image[top : top + height, left : left + width]
        down, across = height - crop.shape[0], width - crop.shape[1]
        if down or across:
            crop = np.asarray(cv2.copyMakeBorder(crop, 0, down, 0, across, cv2.BORDER_REFLECT_101))
        for channel, (middle, spread) in enumerate(zip(mean, std, strict=True)):
            plane = crop if crop.ndim == 2 else crop[:, :, channel]
            out = pixels[place, channel]
            np.multiply(plane, np.float32(1 / (full * spread)), out=out)
            out -= np.float32(middle / spread)
    return pixels
