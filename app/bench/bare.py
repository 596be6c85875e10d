"""The bare runtime: the same networks on the same frames, already in memory and normalised, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.bundle import Bundle
from models.pixels import Image, normalised_tiles, with_channels
from models.predictor import ONE_PASS_PX
from models.runtimes.base import Encoded, Runtime
from models.tiling import lay_tiles


@dataclass(frozen=True, slots=True, eq=False)
class BareNetworks:
    """A runtime with frames preloaded as (tiles, C, H, W) float32; ``run`` does what the predictor asks of it."""

    runtime: Runtime
    bundle: Bundle
    frames: tuple[npt.NDArray[np.float32], ...]

    @classmethod
    def preloaded(cls, runtime: Runtime, bundle: Bundle, images: tuple[Image, ...]) -> BareNetworks:
        """With ``images`` cut and normalised as the predictor does."""
        return cls(runtime, bundle, tuple(_tiles(bundle, image) for image in images))

    def run(self, count: int) -> None:
        """``count`` frames, in turn: the gate for each, the masks where a class passes it."""
        for number in range(count):
            tiles = self.frames[number % len(self.frames)]
            encoded = self.runtime.classify(tiles)
            rows = self.passing(encoded)
            if rows:
                self.runtime.segment(encoded, rows)

    def passing(self, encoded: Encoded) -> list[int]:
        """The tiles to draw masks of: those in which a class passes its gate; none where the bundle only classifies."""
        return _open_tiles(self.bundle, encoded) if self.bundle.spec.task == "cascade" else []


def gate_opens(runtime: Runtime, bundle: Bundle, image: Image) -> bool:
    """Whether a class passes its gate in this frame."""
    return bool(_open_tiles(bundle, runtime.classify(_tiles(bundle, image))))


def _open_tiles(bundle: Bundle, encoded: Encoded) -> list[int]:
    spec = bundle.spec
    gates = np.array([spec.gates[name] for name in spec.taxonomy.names], dtype=np.float32)
    tiles: list[int] = np.flatnonzero((encoded.probabilities >= gates).any(axis=1)).tolist()
    return tiles


def _tiles(bundle: Bundle, image: Image) -> npt.NDArray[np.float32]:
    spec = bundle.spec
    size = (image.shape[0], image.shape[1])
    grid = lay_tiles(size, spec.tile_px, spec.overlap_px, spec.multiple_px, ONE_PASS_PX)
    return normalised_tiles(with_channels(image, spec.channels), grid, range(len(grid)), spec.mean, spec.std)
