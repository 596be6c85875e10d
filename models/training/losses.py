"""The losses a plan may name, in two visible lists, and the weights of classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from models.data.collection import Collection, class_areas_px
from models.training import class_losses, pixel_losses
from models.training.class_losses import Said
from models.training.lovasz import lovasz
from models.training.pixel_losses import Drawn
from models.training.plan_tables import LossPlan

PixelLoss = Callable[[Drawn, LossPlan], Tensor]
ClassLoss = Callable[[Said, LossPlan], Tensor]


def _with_dice(entropy: PixelLoss) -> PixelLoss:
    return lambda it, plan: entropy(it, plan) + plan.dice_weight * pixel_losses.dice(it, plan)


PIXEL_LOSSES: Mapping[str, PixelLoss] = {
    "cross_entropy": pixel_losses.cross_entropy,
    "dice": pixel_losses.dice,
    "cross_entropy+dice": _with_dice(pixel_losses.cross_entropy),
    "focal_tversky": pixel_losses.focal_tversky,
    "lovasz+bce": lambda it, plan: lovasz(it, plan) + pixel_losses.binary_cross_entropy(it, plan),
    "bce+dice": _with_dice(pixel_losses.binary_cross_entropy),
}
"""``loss.pixels``; 'none' is none of them."""

CLASS_LOSSES: Mapping[str, ClassLoss] = {
    "places": class_losses.presence_at_places,
    "bce": class_losses.binary_entropy,
    "cross_entropy": class_losses.cross_entropy,
    "focal": class_losses.focal,
    "mse": class_losses.squared_error,
}
"""``loss.classes``; 'none' is none of them."""


def class_weights(plan: LossPlan, collection: Collection) -> Tensor | None:
    """One weight a class, (K,), as the plan gives them or balances them; ``None`` for equal ones.

    'median_frequency' (Eigen and Fergus 2015, https://arxiv.org/abs/1411.4734): the median of the classes' frequencies
    over each one's own, by pixels where masks are drawn, else by frames; 1 for a class the collection lacks.
    """
    if plan.class_weights:
        return torch.tensor(plan.class_weights)
    if plan.balance == "none":
        return None
    counts = class_areas_px(collection) if collection.drawn else collection.presence
    frequencies = counts.sum(axis=0).astype(np.float64)
    held = frequencies > 0
    weights = np.ones(len(frequencies))
    if held.any():
        weights[held] = np.median(frequencies[held]) / frequencies[held]
    return torch.from_numpy(weights).float()
