"""A model whose word is known: pixels of 200 are class 1, of 100 class 2, sure to 0.98, and all others background."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.bundle import Bundle, BundleSpec, write_bundle
from models.labels.taxonomy import make_taxonomy
from models.runtimes.base import Encoded

LEVELS = (200, 100)
SURE = 0.98
TAXONOMY = make_taxonomy("levels", ["bright", "grey"])


def level_spec(tile_px=(256, 512), overlap_px=32, **changes):
    return BundleSpec(
        **{
            "name": "levels", "title": "Levels", "network": "none", "taxonomy": TAXONOMY, "channels": 1,
            "mean": (0.0,), "std": (1.0,), "tile_px": tile_px, "overlap_px": overlap_px, "exclusive": True,
            "gates": {"bright": 0.5, "grey": 0.5}, "pixel_thresholds": {"bright": 0.5, "grey": 0.5},
            "min_area_px": {"bright": 1, "grey": 1}, **changes,
        }
    )  # fmt: skip


def level_bundle(**changes):
    return Bundle(Path("levels"), level_spec(**changes), "0" * 64)


def write_level_bundle(folder):
    return write_bundle(folder, level_spec(), {"nothing": np.zeros(1, np.float32)}, "For tests.")


class LevelRuntime:
    """Answers by the pixels' levels; counts the tiles it was asked about."""

    label = "levels"
    reason = "Its answers are known."

    def __init__(self) -> None:
        self.asked = 0
        self.closed = False

    def classify(self, tiles):
        self.asked += len(tiles)
        levels = np.rint(tiles[:, 0] * 255)
        pixels = np.stack([np.where(levels == level, SURE, 0.01) for level in LEVELS], axis=1).astype(np.float32)
        return Encoded(probabilities=pixels.max(axis=(2, 3)), state=pixels)

    def segment(self, encoded, rows):
        return encoded.state[list(rows)]

    def close(self) -> None:
        self.closed = True
