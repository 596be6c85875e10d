"""Sets of augmentations by name, made of ``torchvision.transforms.v2``, and transforms a plan lists itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

from models.data.collection import IGNORED, DataError

IMAGE_ALONE = (v2.RandomErasing,)
"""Transforms that torchvision has for images only; a mask beside them stays as it is."""


def strategy_transforms(strategy: str, size_px: tuple[int, int], mean: Sequence[float]) -> list[v2.Transform]:
    """The transforms of a strategy, for float images scaled to 0..1 of ``size_px`` (height, width).

    - 'none': nothing.
    - 'soft': mirrored left to right in every second frame.
    - 'medium': soft; every second frame turned by up to 15°, moved by up to 6 % and scaled by up to 10 %; in every
      second frame a window of 2 to 10 % of its area is blanked.
    - 'hard': medium on a window of 50 to 100 % of the frame's area, brightness and contrast changed by up to 20 %.

    What a turned frame shows beyond its edges is ``mean``, and ignored in its mask.
    """
    fill = {tv_tensors.Image: list(mean), tv_tensors.Mask: IGNORED}
    moved = v2.RandomAffine(degrees=15, translate=(0.06, 0.06), scale=(0.9, 1.1), fill=fill)
    soft: list[v2.Transform] = [v2.RandomHorizontalFlip(0.5)]
    medium = [*soft, v2.RandomApply([moved], p=0.5), v2.RandomErasing(p=0.5, scale=(0.02, 0.1))]
    window = v2.RandomResizedCrop(size_px, scale=(0.5, 1.0), antialias=True)
    hard = [window, *medium, v2.ColorJitter(brightness=0.2, contrast=0.2)]
    return {"none": [], "soft": soft, "medium": medium, "hard": hard}[strategy]


def listed_transforms(listed: Sequence[Mapping[str, Any]]) -> list[v2.Transform]:
    """Transforms of ``torchvision.transforms.v2`` by ``name``, each made with the other entries as its arguments.

    Raises ``DataError`` naming the one that is not there or does not take them.
    """
    transforms = []
    for entry in listed:
        name, arguments = entry["name"], {key: value for key, value in entry.items() if key != "name"}
        kind = getattr(v2, name, None)
        if not isinstance(kind, type) or not issubclass(kind, v2.Transform):
            raise DataError(f"augmentation.train: torchvision.transforms.v2 has no transform '{name}'; see its list.")
        try:
            transforms.append(kind(**arguments))
        except (TypeError, ValueError) as error:
            raise DataError(f"augmentation.train: {name} cannot be made of {arguments}: {error}.") from error
    return transforms


def apply(
    transforms: Sequence[v2.Transform], x: torch.Tensor, y: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """An image and its mask, where it has one, through the transforms, both alike."""
    for transform in transforms:
        if y is None or isinstance(transform, IMAGE_ALONE):
            x = transform(x)
        else:
            x, y = transform(x, y)
    return x, y
