"""Drawing: a network with two heads learns masks, and which classes a piece of a frame holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from models.data.collection import Collection
from models.data.crops import CropDataset, target_array
from models.evaluation.pictures import overlay
from models.labels.masks import empty_stack, set_class, stack_from_index
from models.training.class_losses import said_of_pixels
from models.training.inference import Logits, frame_outputs, infer, infer_logits
from models.training.losses import CLASS_LOSSES, PIXEL_LOSSES
from models.training.pixel_losses import drawn
from models.training.tasks.base import Picture, Setting
from models.training.tasks.pieces import make_augmentation
from models.training.tasks.pixel_meter import DRAWN_FROM, PixelMeter
from models.training.tasks.presence import presence_figures


class Drawing:
    """Learns from crops or frames with masks and is judged by the mean IoU of whole frames."""

    metric = "mean_iou"

    def __init__(self, setting: Setting) -> None:
        self._it = setting
        self._plan = setting.plan

    def items(self, collection: Collection) -> CropDataset:
        """Pieces of frames, each with its mask, as ``CropDataset`` has them."""
        plan = self._plan
        augmentation, exclusive = make_augmentation(plan.augmentation), plan.data.exclusive
        return CropDataset(collection, augmentation, self._it.normalisation, exclusive, plan.schedule.crops_a_frame)

    def losses(self, network: Any, x: Tensor, target: Tensor) -> Mapping[str, Tensor]:
        """The pixels' loss and the weighted loss of the class head."""
        places = None
        # On one device Fabric calls a marked method as it is; mixed precision has to be asked for.
        with self._it.fabric.autocast():
            if hasattr(network, "localise"):
                places, pixels = cast("tuple[Tensor, Tensor]", network.localise(x))
                classes = places.amax(dim=(2, 3))
            else:
                classes, pixels = cast("tuple[Tensor, Tensor]", network(x))
        return self._losses(classes.float(), pixels.float(), target, None if places is None else places.float())

    def _losses(
        self, classes: Tensor, pixels: Tensor, target: Tensor, places: Tensor | None = None
    ) -> Mapping[str, Tensor]:
        plan, parts = self._plan.loss, {}
        it = drawn(pixels, target, self._plan.data.exclusive, self._it.weights)
        if plan.pixels != "none":
            parts["pixels"] = PIXEL_LOSSES[plan.pixels](it, plan)
        if plan.classes != "none":
            said = said_of_pixels(classes, it, plan.present_px, places)
            parts["classes"] = plan.presence_weight * CLASS_LOSSES[plan.classes or "places"](said, plan)
        return parts

    def validate(self, network: nn.Module, collection: Collection) -> Mapping[str, float]:
        """Mean IoU and Dice, what is said of whole frames, and the mean loss of a batch of them.

        IoU is over background and classes (exclusive), else over the classes, each against the rest at one half; Dice
        over the classes.
        """
        exclusive = self._plan.data.exclusive
        count = len(self._plan.data.classes)
        meter = PixelMeter(count, exclusive)
        scores, losses = np.zeros((len(collection), count)), []
        for logits in infer_logits(self._it.fabric, network, collection, self._it.normalisation, self._plan):
            losses.append(self._loss_of_frames(logits, collection) * len(logits.rows))
            for output in frame_outputs(logits, exclusive):
                scores[output.row] = output.presence
                meter.add(target_array(collection, output.row, exclusive), output.pixels)
        return {
            **meter.figures(),
            "loss": sum(losses) / len(collection),
            **presence_figures(scores, collection, self._plan.validation.threshold, exclusive=False),
        }

    def pictures(self, network: nn.Module, collection: Collection) -> Iterator[tuple[str, Picture]]:
        """The frame as it is, with the true classes laid over it, and with those drawn at one half."""
        exclusive, taxonomy = self._plan.data.exclusive, collection.taxonomy
        for output in infer(self._it.fabric, network, collection, self._it.normalisation, self._plan):
            image, truth = collection.images[output.row], collection.stacks[output.row]
            if exclusive:
                said = stack_from_index(output.pixels.argmax(axis=0).astype(np.uint8), len(taxonomy))
            else:
                said = empty_stack(truth.shape[0], truth.shape[1], len(taxonomy))
                for place, plane in enumerate(output.pixels):
                    set_class(said, place + 1, plane >= DRAWN_FROM)
            parts = [overlay(image, stack, taxonomy) for stack in (np.zeros_like(truth), truth, said)]
            beside = 1 if image.shape[0] >= image.shape[1] else 0
            yield collection.names[output.row], np.concatenate(parts, axis=beside)

    def _loss_of_frames(self, logits: Logits, collection: Collection) -> float:
        assert logits.pixels is not None
        targets = [target_array(collection, row, self._plan.data.exclusive) for row in logits.rows]
        target = torch.from_numpy(np.stack(targets)).to(logits.pixels.device)
        target = target.long() if self._plan.data.exclusive else target.permute(0, 3, 1, 2).float()
        return float(sum(part.item() for part in self._losses(logits.classes, logits.pixels, target).values()))
