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
from models.training.tasks.presence import main_classes


def make_augmentation(plan: AugmentationPlan) -> Augmentation:
    """What the plan says of the cutting and varying of pieces."""
    return Augmentation(**{name: getattr(plan, name) for name in Augmentation.__slots__})


class ClassDataset(Dataset[tuple[Tensor, Tensor]]):
    """Pieces of frames, each with its classes.

    An item is (image as ``pieces`` make it, target float32): with ``exclusive`` (K + 1,), 'none' first and one of them
    1, else (K,) of 0 and 1. Where ``pieces`` have planes, one a class, a piece holds what at least ``present_px`` of
    its pixels show; else it holds what its frame does. Of several classes the exclusive one is that with most pixels.
    """

    def __init__(self, pieces: CropDataset, collection: Collection, exclusive: bool, present_px: int) -> None:
        self._pieces = pieces
        self._exclusive = exclusive
        self._present_px = present_px
        self._held = torch.from_numpy(collection.presence.astype(np.float32))
        self._main = main_classes(collection) if exclusive else None

    def __len__(self) -> int:
        return len(self._pieces)

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        x, planes = self._pieces[place]
        row, count = place % len(self._held), self._held.shape[1]
        if len(planes):
            areas = ((planes > 0) & (planes != IGNORED)).sum(dim=(1, 2))
            held = areas >= self._present_px
            main = int((areas * held).argmax()) + 1 if bool(held.any()) else 0
        else:
            held = self._held[row]
            main = 0 if self._main is None else int(self._main[row])
        return x, functional.one_hot(torch.tensor(main), count + 1).float() if self._exclusive else held.float()
