"""Saliency: which part of a frame a class's probability rests on.

Two ways, by what the network offers. A cascade's gate is a 1×1 convolution over the deepest features with the largest
place speaking for the frame, so its place logits are its class activation map (Zhou et al., CVPR 2016,
https://arxiv.org/abs/1512.04150), exactly and at no cost. Any other network is asked again with a patch of the frame
greyed out, patch by patch: what its log-odds fall by is what they rested on (occlusion; Zeiler and Fergus, ECCV 2014,
https://arxiv.org/abs/1311.2901; log-odds, for a probability near 1 hardly moves whatever it rests on). That needs
neither gradients nor a certain kind of head, runs on every runtime, and speaks of the bundle as it is shipped; gradient
methods would need the network in torch and, for a network that ends in dense layers, say little of places.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.bundle import Bundle
from models.pixels import Image, normalised_tiles, with_channels
from models.predictor import ONE_PASS_PX, Predictor
from models.tiling import lay_tiles

Heat = npt.NDArray[np.float32]
"""(H, W), 0 to 1: how much rests on each pixel."""

PLACES = 120
"""About so many patches are greyed out, one after the other, each half over the next."""
LEAST_FALL = 0.1
"""Where no patch takes more than this from the log-odds, they rest on no one place."""
_NEVER = 1e-6
"""Probabilities nearer to 0 or 1 than this count as this."""


@dataclass(frozen=True, slots=True, eq=False)
class Saliency:
    """A frame's heat for one class, and how it was found: 'activation' or 'occlusion'."""

    class_id: int
    heat: Heat
    way: str


class SaliencyFinder:
    """Finds what a bundle's classes rest on, by activation where it can, else by occlusion."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._place_maps = _place_maps(predictor.bundle)

    def find(self, image: Image, class_id: int) -> Saliency:
        """What the probability of one class rests on in a frame, (H, W) grey or (H, W, 3) RGB."""
        if self._place_maps is not None and (maps := self._place_maps(image)) is not None:
            return Saliency(class_id, maps[class_id - 1], "activation")
        return Saliency(class_id, occlusion(self._predictor, image, class_id), "occlusion")


def occlusion(predictor: Predictor, image: Image, class_id: int) -> Heat:
    """What the class's log-odds fall by where a patch of the frame is set to its mean grey, the most as 1.

    0 everywhere if no patch takes more than ``LEAST_FALL``.
    """
    height, width = image.shape[:2]
    step = max(4, round((height * width / PLACES) ** 0.5))
    whole = _log_odds(predictor.predict(image).probabilities[class_id])
    grey = image.mean(axis=(0, 1)).astype(image.dtype)
    falls = np.zeros((-(-height // step), -(-width // step)), dtype=np.float32)
    for row in range(falls.shape[0]):
        for column in range(falls.shape[1]):
            top, left = max(0, row * step - step // 2), max(0, column * step - step // 2)
            covered = image.copy()
            covered[top : top + 2 * step, left : left + 2 * step] = grey
            falls[row, column] = whole - _log_odds(predictor.predict(covered).probabilities[class_id])
    falls = np.maximum(falls, 0.0)
    most = float(falls.max())
    if most <= LEAST_FALL:
        return np.zeros((height, width), dtype=np.float32)
    return _enlarged((falls / most).astype(np.float32), (height, width))


def _log_odds(probability: float) -> float:
    clipped = min(1 - _NEVER, max(_NEVER, probability))
    return math.log(clipped / (1 - clipped))


def _place_maps(bundle: Bundle) -> Callable[[Image], Heat | None] | None:
    """A function from a frame to the (K, H, W) activation of its classes; ``None`` where the network has no places."""
    if bundle.spec.task != "cascade" or importlib.util.find_spec("torch") is None:
        return None
    import torch

    from models.runtimes.torch_runtime import load_network

    network, spec = load_network(bundle), bundle.spec
    place_logits = getattr(network, "place_logits", None)
    if place_logits is None:
        return None

    def maps(image: Image) -> Heat | None:
        pixels = with_channels(image, spec.channels)
        size = (pixels.shape[0], pixels.shape[1])
        grid = lay_tiles(size, spec.tile_px, spec.overlap_px, spec.multiple_px, ONE_PASS_PX)
        if len(grid) > 1:
            return None
        with torch.inference_mode():
            tile = torch.from_numpy(normalised_tiles(pixels, grid, [0], spec.mean, spec.std))
            logits = place_logits(network.encode(tile))  # type: ignore[operator]
        places = torch.sigmoid(logits)[0].numpy()
        whole = [_enlarged(plane, (grid.tile_px[0], grid.tile_px[1])) for plane in places]
        return np.stack(whole)[:, : size[0], : size[1]]

    return maps


def _enlarged(heat: Heat, size: tuple[int, int]) -> Heat:
    grown = cv2.resize(heat, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(grown, 0.0, 1.0), dtype=np.float32)
