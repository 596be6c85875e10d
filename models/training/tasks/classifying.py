"""Classifying: a network with class logits alone learns which classes a frame, or a crop of it, holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import Dataset

from models.data.collection import Collection, class_areas_px
from models.data.crops import Augmentation, CropDataset
from models.data.statistics import Normalisation
from models.training.inference import infer
from models.training.metrics import area_under_roc, mean, presence
from models.training.plan import Plan


class Classifying:
    """Learns the classes of whole frames or crops; judged by accuracy (exclusive) or the mean AUROC of the classes."""

    def __init__(self, plan: Plan, fabric: Fabric, normalisation: Normalisation) -> None:
        self._plan = plan
        self._fabric = fabric
        self._normalisation = normalisation
        self.metric = "accuracy" if plan.data.exclusive else "auroc"

    def items(self, collection: Collection) -> ClassDataset:
        """Pieces of frames with their class targets, as ``ClassDataset`` has them."""
        plan = self._plan
        augmentation = Augmentation(**{name: getattr(plan.augmentation, name) for name in Augmentation.__slots__})
        # Pieces keep a plane a class: which classes a crop holds is then counted, not guessed.
        pieces = CropDataset(collection, augmentation, self._normalisation, False, plan.schedule.crops_a_frame)
        return ClassDataset(pieces, collection, plan.data.exclusive, plan.loss.present_px)

    def loss(self, network: nn.Module, x: Tensor, target: Tensor) -> Tensor:
        """Cross-entropy over none and the classes (exclusive), else binary cross-entropy of each class."""
        logits = cast("Tensor", network(x)).float()
        if self._plan.data.exclusive:
            return functional.cross_entropy(logits, target)
        return functional.binary_cross_entropy_with_logits(logits, target)

    def validate(self, network: nn.Module, collection: Collection) -> Mapping[str, float]:
        """Accuracy, AUROC and F1 of whole frames, the latter two as means over the classes."""
        exclusive = self._plan.data.exclusive
        scores = np.zeros((len(collection), len(collection.taxonomy)))
        for output in infer(self._fabric, network, collection, self._normalisation, self._plan):
            scores[output.row] = output.presence
        truth = collection.presence
        said = scores >= 0.5
        right = main_class(collection) == said_class(scores) if exclusive else (truth == said).all(axis=1)
        places = range(truth.shape[1])
        return {
            "accuracy": float(np.mean(right)),
            "auroc": mean(np.array([area_under_roc(truth[:, k], scores[:, k]) for k in places])),
            "f1": mean(np.array([presence(truth[:, k], said[:, k]).f1 for k in places])),
        }


class ClassDataset(Dataset[tuple[Tensor, Tensor]]):
    """Pieces of frames, each with its classes.

    An item is (image as ``pieces`` make it, target float32): with ``exclusive`` (K + 1,), 'none' first and one of them
    1, else (K,) of 0 and 1. Where masks are drawn a crop holds what at least ``present_px`` of its pixels show; else it
    holds what its frame does.
    """

    def __init__(self, pieces: CropDataset, collection: Collection, exclusive: bool, present_px: int) -> None:
        self._pieces = pieces
        self._exclusive = exclusive
        self._present_px = present_px
        self._held = torch.from_numpy(collection.presence.astype(np.float32))
        self._drawn = collection.drawn

    def __len__(self) -> int:
        return len(self._pieces)

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        x, planes = self._pieces[place]
        if self._drawn:
            areas = planes.sum(dim=(1, 2))
            areas = torch.where(areas >= self._present_px, areas, 0)
        else:
            areas = self._held[place % len(self._held)]
        if not self._exclusive:
            return x, (areas > 0).float()
        main = int(areas.argmax()) + 1 if bool(areas.any()) else 0
        return x, functional.one_hot(torch.tensor(main), len(areas) + 1).float()


def main_class(collection: Collection) -> npt.NDArray[np.int64]:
    """(N,) id of the class each frame shows most of, 0 for none; of a frame with class labels alone the first."""
    areas = class_areas_px(collection) if collection.drawn else collection.presence.astype(np.int64)
    return np.where(areas.any(axis=1), areas.argmax(axis=1) + 1, 0)


def said_class(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """(N,) id of the most probable class from (N, K) probabilities that sum up to at most 1; 0 where none is."""
    none = 1.0 - scores.sum(axis=1)
    return np.where(scores.max(axis=1) >= none, scores.argmax(axis=1) + 1, 0)
