"""A 'network' that is brightness alone, so that every answer can be computed by hand. Exact on made-up steel."""

from __future__ import annotations

import numpy as np
from made_up_steel import CLASSES

from models.bundle import BundleSpec
from models.labels.taxonomy import make_taxonomy
from models.runtimes.base import Encoded

TAXONOMY = make_taxonomy("made-up", CLASSES)


class BrightnessRuntime:
    """Class 1 above 200, class 2 below 40, of a bundle with mean 0 and deviation 1."""

    label = "brightness"
    reason = "It needs no weights."

    def classify(self, tiles):
        pixels = np.stack([tiles[:, 0] > 200 / 255, tiles[:, 0] < 40 / 255], axis=1).astype(np.float32)
        return Encoded(pixels.max(axis=(2, 3)), pixels)

    def segment(self, encoded, rows):
        return encoded.state[list(rows)]

    def close(self) -> None:
        pass


class CornerRuntime:
    """Of a bundle that classifies: the probability of class k is the brightness of the pixel (0, k - 1)."""

    label = "corner"
    reason = "It needs no weights."

    def classify(self, tiles):
        return Encoded(tiles[:, 0, 0, :2].copy(), None)

    def segment(self, encoded, rows):
        raise AssertionError("a bundle that classifies draws nothing")

    def close(self) -> None:
        pass


def brightness_spec(**changes) -> BundleSpec:
    """The specification both runtimes read their tiles by."""
    values = {
        "name": "made-up",
        "title": "Made-up steel",
        "network": "cascade",
        "taxonomy": TAXONOMY,
        "channels": 1,
        "mean": (0.0,),
        "std": (1.0,),
        "tile_px": (64, 64),
        "exclusive": True,
        "gates": dict.fromkeys(CLASSES, 0.5),
        "pixel_thresholds": dict.fromkeys(CLASSES, 0.5),
        "min_area_px": dict.fromkeys(CLASSES, 20),
    }
    return BundleSpec(**{**values, **changes})
