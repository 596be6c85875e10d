"""Losses of the cascade, as pure functions of logits and targets."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from models.data.collection import IGNORED

PLACE_PX = 32
"""A place of the class head's map covers this many pixels each way."""


def exclusive_loss(logits: Tensor, index: Tensor, dice_weight: float = 1.0) -> Tensor:
    """Cross-entropy plus ``dice_weight`` times the Dice loss of the classes.

    ``logits`` are (N, K + 1, H, W) with background first, ``index`` is (N, H, W) int64 with 255 for ignored pixels.
    """
    valid = index != IGNORED
    entropy = functional.cross_entropy(logits, index, ignore_index=IGNORED, reduction="sum") / valid.sum().clamp(min=1)
    masks = class_planes(index, logits.shape[1] - 1)
    return entropy + dice_weight * dice_loss(logits.softmax(dim=1)[:, 1:], masks, valid)


def overlapping_loss(logits: Tensor, masks: Tensor, dice_weight: float = 1.0) -> Tensor:
    """Binary cross-entropy plus ``dice_weight`` times the Dice loss; logits and ``masks`` (0 or 1) are (N, K, H, W)."""
    valid = torch.ones_like(masks[:, 0], dtype=torch.bool)
    entropy = functional.binary_cross_entropy_with_logits(logits, masks)
    return entropy + dice_weight * dice_loss(logits.sigmoid(), masks, valid)


def dice_loss(probabilities: Tensor, masks: Tensor, valid: Tensor) -> Tensor:
    """1 minus the soft Dice of each class over the batch, averaged over the classes the batch holds.

    ``probabilities`` and ``masks`` are (N, K, H, W), ``valid`` (N, H, W) bool. Sums run over the whole batch, so a
    frame without the class does not divide by nothing; a batch without any class has loss 0.
    """
    keep = valid[:, None].to(probabilities.dtype)
    probabilities = probabilities * keep
    masks = masks * keep
    overlap = (probabilities * masks).sum(dim=(0, 2, 3))
    sizes = (probabilities + masks).sum(dim=(0, 2, 3))
    held = (masks.sum(dim=(0, 2, 3)) > 0).to(probabilities.dtype)
    return ((1.0 - 2.0 * overlap / sizes.clamp(min=1.0)) * held).sum() / held.sum().clamp(min=1.0)


def presence_loss(place_logits: Tensor, masks: Tensor, present_px: int) -> Tensor:
    """Binary cross-entropy of the class head, at every place and over the frame.

    ``place_logits`` are (N, K, h, w), ``masks`` (N, K, 32 h, 32 w) of 0 and 1. A place holds a class from
    ``present_px`` pixels on and lacks it where neither it nor a neighbour has one; between lies no target. A frame
    likewise, with the largest of its logits.
    """
    areas = functional.avg_pool2d(masks, PLACE_PX) * PLACE_PX**2
    around = functional.max_pool2d(areas, kernel_size=3, stride=1, padding=1)
    places = _certain_entropy(place_logits, areas >= present_px, around < 0.5)
    frame_areas = areas.sum(dim=(2, 3))
    frames = _certain_entropy(place_logits.amax(dim=(2, 3)), frame_areas >= present_px, frame_areas < 0.5)
    return places + frames


def class_planes(index: Tensor, class_count: int) -> Tensor:
    """(N, K, H, W) float of 0 and 1 from an index (N, H, W); background and ignored pixels are in no plane."""
    classes = torch.arange(1, class_count + 1, device=index.device).view(1, -1, 1, 1)
    return (index[:, None] == classes).float()


def _certain_entropy(logits: Tensor, present: Tensor, absent: Tensor) -> Tensor:
    certain = (present | absent).to(logits.dtype)
    entropy = functional.binary_cross_entropy_with_logits(logits, present.to(logits.dtype), reduction="none")
    return (entropy * certain).sum() / certain.sum().clamp(min=1.0)
