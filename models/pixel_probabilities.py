"""Pixel probabilities: what a bundle says of every pixel of a frame, before any gate or threshold.

The predictor draws only what passes; whoever asks how far model and label are apart needs what did not pass, too. The
way through the network is the predictor's: the same tiles, the same scale, the same blending.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.bundle import Bundle
from models.pixels import Image, normalised_tiles, with_channels
from models.predictor import ONE_PASS_PX, ModelError
from models.runtimes.base import Runtime
from models.tiling import TileBlender, TileGrid, batches, lay_tiles

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PixelProbabilities:
    """What a bundle says of one frame of K classes.

    ``presence`` is (K,), 0 to 1: the class is anywhere in the frame. ``pixels`` is (K, H, W), 0 to 1: the class is at
    this pixel; of an exclusive bundle what is missing to 1 is the background's.
    """

    presence: Floats
    pixels: Floats


def pixel_probabilities(bundle: Bundle, runtime: Runtime, image: Image) -> PixelProbabilities:
    """Ask ``bundle`` on ``runtime`` about (H, W) grey or (H, W, 3) RGB, uint8 or uint16, from 8×8 pixels.

    Raises ``ImageError`` for another image, ``ModelError`` where the network draws nothing or gives no number.
    """
    require_drawing(bundle)
    spec = bundle.spec
    image = with_channels(image, spec.channels)
    size = (image.shape[0], image.shape[1])
    grid = lay_tiles(size, spec.tile_px, spec.overlap_px, spec.multiple_px, ONE_PASS_PX)
    presence, pixels = _ask(bundle, runtime, image, grid)
    if not (np.isfinite(presence).all() and np.isfinite(pixels).all()):
        raise ModelError(
            f"Bundle '{bundle.name}' gave no number for this frame on {runtime.label}; choose another device or bundle."
        )
    return PixelProbabilities(presence, pixels)


def mirrored_pixel_probabilities(bundle: Bundle, runtime: Runtime, image: Image) -> PixelProbabilities:
    """The mean of what is said of the frame as it is, mirrored, upside down and both: slower by four, and steadier.

    A defect stays what it is in a mirror, and what the network says of only one of the four is chance. Raises as
    ``pixel_probabilities`` does.
    """
    presence = np.zeros(len(bundle.spec.taxonomy), dtype=np.float32)
    pixels = np.zeros((len(bundle.spec.taxonomy), *image.shape[:2]), dtype=np.float32)
    for down in (1, -1):
        for across in (1, -1):
            said = pixel_probabilities(bundle, runtime, np.ascontiguousarray(image[::down, ::across]))
            presence += said.presence / 4
            pixels += said.pixels[:, ::down, ::across] / 4
    return PixelProbabilities(presence, pixels)


def require_drawing(bundle: Bundle) -> None:
    """Raise ``ModelError`` where a bundle only classifies."""
    if bundle.spec.task != "cascade":
        raise ModelError(f"Bundle '{bundle.name}' only classifies and says nothing of pixels; choose one that draws.")


def _ask(bundle: Bundle, runtime: Runtime, image: Image, grid: TileGrid) -> tuple[Floats, Floats]:
    spec = bundle.spec
    batch_size = max(1, ONE_PASS_PX // (grid.tile_px[0] * grid.tile_px[1]))
    presence = np.zeros(len(spec.taxonomy), dtype=np.float32)
    pixels = np.empty((len(spec.taxonomy), *grid.frame_px), dtype=np.float32)
    blender = TileBlender(grid, len(spec.taxonomy), spec.overlap_px)
    rows, columns = grid.shape
    for row in range(rows):
        for batch in batches(range(row * columns, (row + 1) * columns), batch_size):
            encoded = runtime.classify(normalised_tiles(image, grid, batch, spec.mean, spec.std))
            presence = np.maximum(presence, encoded.probabilities.max(axis=0))
            for tile, answer in zip(batch, runtime.segment(encoded, range(len(batch))), strict=True):
                blender.add(tile, answer)
        band, blended = blender.finish_row(row)
        pixels[:, band] = blended
    return presence, pixels
