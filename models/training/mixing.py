"""Mixing frames of a batch with one another: mixup and cutmix.

``torchvision.transforms.v2`` has both for targets in proportion, mixed once, cut anywhere; a plan may ask for more, so
both are written out here.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from models.training.plan_tables import MixPlan

Window = tuple[slice, slice]


def mixed(x: Tensor, target: Tensor, plan: MixPlan) -> tuple[Tensor, Tensor]:
    """A batch (N, C, H, W) and its targets, mixed as the plan says, from torch's global random state.

    Targets are classes (N, P) of 0 to 1, or with cutmix also masks, (N, H, W) or (N, K, H, W), which are cut like the
    frames. 'ratio' mixes classes by the share of each frame, 'max' keeps the larger value of both.
    """
    if plan.image == "none":
        return x, target
    for _ in range(plan.iterations):
        if float(torch.rand(())) >= plan.probability:
            continue
        other = torch.randperm(len(x))
        share = _beta(plan.concentration)
        if plan.image == "mixup":
            x, target = mixup(x, target, other, share, plan.target)
        else:
            x, target = cutmix(x, target, other, _window((x.shape[2], x.shape[3]), 1 - share, plan.corner), plan.target)
    return x, target


def mixup(x: Tensor, target: Tensor, other: Tensor, share: float, mode: str) -> tuple[Tensor, Tensor]:
    """``share`` of each frame and the rest of its partner ``other`` (N,) (https://arxiv.org/abs/1710.09412)."""
    return share * x + (1 - share) * x[other], _classes(target, target[other], share, mode)


def cutmix(x: Tensor, target: Tensor, other: Tensor, window: Window, mode: str) -> tuple[Tensor, Tensor]:
    """Each frame with a window of its partner ``other`` (N,) in its place (https://arxiv.org/abs/1905.04899)."""
    rows, columns = window
    pasted = x.clone()
    pasted[:, :, rows, columns] = x[other][:, :, rows, columns]
    if target.ndim > 2:
        masks = target.clone()
        masks[..., rows, columns] = target[other][..., rows, columns]
        return pasted, masks
    area = (rows.stop - rows.start) * (columns.stop - columns.start)
    share = 1 - area / (x.shape[2] * x.shape[3])
    return pasted, _classes(target, target[other], share, mode)


def _classes(own: Tensor, others: Tensor, share: float, mode: str) -> Tensor:
    return torch.maximum(own, others) if mode == "max" else share * own + (1 - share) * others


def _beta(concentration: float) -> float:
    """From the Beta distribution of twice this concentration, by torch's global random state."""
    return float(torch.distributions.Beta(concentration, concentration).sample())


def _window(size_px: tuple[int, int], area: float, corner: bool) -> Window:
    """A window with this share of the area and the frame's shape: in a corner, or anywhere and cut off at the edge."""
    slices = []
    for side in size_px:
        length = round(side * math.sqrt(area))
        if corner:
            start = (side - length) * int(torch.randint(2, ()))
            slices.append(slice(start, start + length))
        else:
            middle = int(torch.randint(side, ()))
            slices.append(slice(max(0, middle - length // 2), min(side, middle - length // 2 + length)))
    return slices[0], slices[1]
