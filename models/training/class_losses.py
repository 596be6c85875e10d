"""Losses of what a frame holds, as pure functions of class logits and targets."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.training.pixel_losses import Drawn
from models.training.plan_tables import LossPlan

PLACE_PX = 32
"""A place of the class head's map covers this many pixels each way."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a network said of frames, and the truth.

    ``logits`` and ``target`` (0 to 1; between them where frames are mixed): (N, K), a sigmoid each, or with
    ``exclusive`` (N, K + 1), 'none' first, one softmax. ``certain``: (N, K) bool, where the target is known.
    ``weights``: one a class, (K,), or none. ``places``: logits (N, K, h, w) and the pixels they lie over, where known.
    """

    logits: Tensor
    target: Tensor
    exclusive: bool
    certain: Tensor | None = None
    weights: Tensor | None = None
    places: tuple[Tensor, Drawn] | None = None


def said_of_pixels(logits: Tensor, pixels: Drawn, present_px: int, places: Tensor | None = None) -> Said:
    """Class logits (N, K) beside the presence that masks tell.

    A frame holds a class from ``present_px`` pixels on and lacks it without any; between, and where ignored pixels
    could be of it, the target is not known.
    """
    areas = pixels.planes.sum(dim=(2, 3))
    possible = areas + (~pixels.valid).sum(dim=(1, 2))[:, None]
    present = areas >= present_px
    known = present | (possible < 0.5)
    map_ = None if places is None else (places, pixels)
    return Said(logits, present.to(logits.dtype), False, known, pixels.weights, map_)


def presence_at_places(it: Said, plan: LossPlan) -> Tensor:
    """Binary cross-entropy of the class head, over the frame and at every place of its map where there is one.

    A place holds a class from ``present_px`` pixels on and lacks it where neither it nor a neighbour has a pixel that
    is, or as an ignored one could be, of it; between lies no target.
    """
    frames = binary_entropy(it, plan)
    if it.places is None:
        return frames
    logits, pixels = it.places
    areas = functional.avg_pool2d(pixels.planes, PLACE_PX) * PLACE_PX**2
    possible = pixels.planes + (~pixels.valid)[:, None].to(areas.dtype)
    around = functional.max_pool2d(
        functional.avg_pool2d(possible, PLACE_PX) * PLACE_PX**2, kernel_size=3, stride=1, padding=1
    )
    present = areas >= plan.present_px
    weights = None if it.weights is None else it.weights.view(-1, 1, 1)
    return frames + _certain_mean(_entropy(logits, present.to(logits.dtype), weights), present | (around < 0.5))


def binary_entropy(it: Said, _plan: LossPlan) -> Tensor:
    """Mean binary cross-entropy of every class; a class's weight is that of the frames that hold it."""
    return _certain_mean(_entropy(it.logits, it.target, it.weights), it.certain)


def cross_entropy(it: Said, _plan: LossPlan) -> Tensor:
    """Cross-entropy of one softmax over none and the classes; targets may be mixed. A class's weight is its frames'."""
    target = _weighted(it)
    return -(target * it.logits.log_softmax(dim=1)).sum() / target.sum().clamp(min=1e-6)


def focal(it: Said, plan: LossPlan) -> Tensor:
    """Focal loss (Lin et al. 2017, https://arxiv.org/abs/1708.02002): what is right already counts less.

    Cross-entropy, of a softmax or of every sigmoid, times the target's distance to the probability, to the power of
    ``focal_gamma``.
    """
    if it.exclusive:
        log_probabilities = it.logits.log_softmax(dim=1)
        far = (it.target - log_probabilities.exp()).abs() ** plan.focal_gamma
        target = _weighted(it)
        return -(target * far * log_probabilities).sum() / target.sum().clamp(min=1e-6)
    far = (it.target - it.logits.sigmoid()).abs() ** plan.focal_gamma
    return _certain_mean(far * _entropy(it.logits, it.target, it.weights), it.certain)


def squared_error(it: Said, _plan: LossPlan) -> Tensor:
    """Mean squared error of the probabilities, of a softmax against one-hot targets or of every sigmoid."""
    probabilities = it.logits.softmax(dim=1) if it.exclusive else it.logits.sigmoid()
    return _certain_mean((probabilities - it.target) ** 2, it.certain)


def _weighted(it: Said) -> Tensor:
    """The exclusive target with each class's weight; that of 'none' is 1."""
    return it.target if it.weights is None else it.target * torch.cat([it.weights.new_ones(1), it.weights])


def _entropy(logits: Tensor, target: Tensor, weights: Tensor | None) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, target, reduction="none", pos_weight=weights)


def _certain_mean(values: Tensor, certain: Tensor | None) -> Tensor:
    if certain is None:
        return values.mean()
    return (values * certain).sum() / certain.sum().clamp(min=1)
