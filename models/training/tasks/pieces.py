"""Pieces of frames a task learns from: the plan's augmentation, and pieces with the classes they hold."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset

from models.data.collection import IGNORED, Collection
from models.data.crops import Augmentation, CropDataset
from models.training.plan_tables import AugmentationPlan


def make_augmentation(plan: AugmentationPlan) -> Augmentation:
    """What the plan says of the cutting and varying of pieces."""
    return Augmentation(**{name: getattr(plan, name) for name in Augmentation.__slots__})


class ClassDataset(Dataset[tuple[Tensor, Tensor]]):
    """Pieces of frames, each with its classes.

    An item is (image as ``pieces`` make it, target float32): with ``exclusive`` (K + 1,), 'none' first and one of them
    1, else (K,) of 0 and 1. ``pieces`` have a plane a class. Where they are crops and masks are drawn a piece holds
    what at least ``present_px`` of its pixels show; else it holds what its frame does. Of several classes the exclusive
    one is that with the most pixels, or the first.
    """

    def __init__(
        self, pieces: CropDataset, collection: Collection, exclusive: bool, whole: bool, present_px: int
    ) -> None:
        self._pieces = pieces
        self._exclusive = exclusive
        self._present_px = present_px
        self._held = torch.from_numpy(collection.presence.astype(np.float32))
        self._counted = collection.drawn and not whole

    def __len__(self) -> int:
        return len(self._pieces)

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        x, planes = self._pieces[place]
        areas = ((planes > 0) & (planes != IGNORED)).sum(dim=(1, 2)).float()
        held = self._held[place % len(self._held)] > 0
        if self._counted:
            held = areas >= self._present_px
        if not self._exclusive:
            return x, held.float()
        # Where areas are not known all are 0, and the first class held has the most.
        main = int((areas + 1).mul(held).argmax()) + 1 if bool(held.any()) else 0
        return x, functional.one_hot(torch.tensor(main), len(held) + 1).float()
