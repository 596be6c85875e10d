"""Classifying: a network with class logits alone learns which classes a frame, or a crop of it, holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.data.collection import Collection
from models.data.crops import CropDataset
from models.evaluation.pictures import overlay
from models.training.class_losses import Said
from models.training.inference import frame_outputs, infer, infer_logits
from models.training.losses import CLASS_LOSSES
from models.training.tasks.base import Picture, Setting
from models.training.tasks.pieces import ClassDataset, make_augmentation
from models.training.tasks.presence import main_classes, presence_figures

CAPTION_PX = 24


class Classifying:
    """Learns the classes of whole frames or crops; judged by accuracy (exclusive) or the mean AUROC of the classes."""

    def __init__(self, setting: Setting) -> None:
        self._it = setting
        self._plan = setting.plan
        self._exclusive = setting.plan.data.exclusive
        self.metric = "accuracy" if self._exclusive else "auroc"

    def items(self, collection: Collection) -> ClassDataset:
        """Pieces of frames with their class targets."""
        plan = self._plan
        augmentation, normalisation = make_augmentation(plan.augmentation), self._it.normalisation
        # A crop keeps a plane a class: which classes it holds is then counted, not guessed.
        masks = collection.drawn and augmentation.cut == "crops"
        pieces = CropDataset(collection, augmentation, normalisation, False, plan.schedule.crops_a_frame, masks)
        return ClassDataset(pieces, collection, self._exclusive, plan.loss.present_px)

    def losses(self, network: nn.Module, x: Tensor, target: Tensor) -> Mapping[str, Tensor]:
        """The loss of the classes, its only part."""
        return self._losses(cast("Tensor", network(x)).float(), target)

    def _losses(self, logits: Tensor, target: Tensor) -> Mapping[str, Tensor]:
        plan = self._plan.loss
        said = Said(logits, target, self._exclusive, weights=self._it.weights)
        name = plan.classes or ("cross_entropy" if self._exclusive else "bce")
        return {"classes": CLASS_LOSSES[name](said, plan)}

    def validate(self, network: nn.Module, collection: Collection) -> Mapping[str, float]:
        """What is said of whole frames, and the mean loss of a frame."""
        scores = np.zeros((len(collection), len(collection.taxonomy)))
        targets, losses = self._targets(collection), 0.0
        for logits in infer_logits(self._it.fabric, network, collection, self._it.normalisation, self._plan):
            target = targets[list(logits.rows)].to(logits.classes.device)
            losses += float(self._losses(logits.classes, target)["classes"]) * len(logits.rows)
            for output in frame_outputs(logits, self._exclusive):
                scores[output.row] = output.presence
        figures = presence_figures(scores, collection, self._plan.validation.threshold, self._exclusive)
        return {**figures, "loss": losses / len(collection)}

    def pictures(self, network: nn.Module, collection: Collection) -> Iterator[tuple[str, Picture]]:
        """The frame as it is, with the true classes laid over it, and the probability of each class in words."""
        names, presence = collection.taxonomy.names, collection.presence
        for output in infer(self._it.fabric, network, collection, self._it.normalisation, self._plan):
            image, stack = collection.images[output.row], collection.stacks[output.row]
            held = [name for name, there in zip(names, presence[output.row], strict=True) if there]
            said = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, output.presence, strict=True))
            frames = [overlay(image, np.zeros_like(stack), collection.taxonomy)]
            if collection.drawn:
                frames.append(overlay(image, stack, collection.taxonomy))
            words = (f"truth: {', '.join(held) or 'none'}", f"output: {said}")
            yield collection.names[output.row], np.concatenate([*frames, *(_caption(w, image.shape[1]) for w in words)])

    def _targets(self, collection: Collection) -> Tensor:
        if self._exclusive:
            return functional.one_hot(torch.from_numpy(main_classes(collection)), len(collection.taxonomy) + 1).float()
        return torch.from_numpy(collection.presence.astype(np.float32))


def _caption(words: str, width: int) -> Picture:
    strip = np.zeros((CAPTION_PX, width, 3), dtype=np.uint8)
    cv2.putText(strip, words, (4, CAPTION_PX - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
    return strip
