"""Drawing: a network with two heads learns masks from crops, and which classes a crop holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from lightning_fabric import Fabric
from torch import Tensor, nn

from models.data.collection import Collection
from models.data.crops import Augmentation, CropDataset, target_array
from models.data.statistics import Normalisation
from models.training.inference import infer
from models.training.losses import class_planes, exclusive_loss, overlapping_loss, presence_loss
from models.training.metrics import ConfusionMeter, intersection_over_union, mean
from models.training.plan import Plan


class Drawing:
    """Learns from crops with masks and is judged by the mean IoU of whole frames."""

    metric = "mean_iou"

    def __init__(self, plan: Plan, fabric: Fabric, normalisation: Normalisation) -> None:
        self._plan = plan
        self._fabric = fabric
        self._normalisation = normalisation

    def items(self, collection: Collection) -> CropDataset:
        """Crops, each with its mask, as ``CropDataset`` has them."""
        plan = self._plan
        augmentation = Augmentation(**{name: getattr(plan.augmentation, name) for name in Augmentation.__slots__})
        return CropDataset(
            collection, augmentation, self._normalisation, plan.data.exclusive, plan.schedule.crops_a_frame
        )

    def loss(self, network: nn.Module, x: Tensor, target: Tensor) -> Tensor:
        """The pixels' loss plus the weighted loss of the class head."""
        plan = self._plan
        # On one device Fabric calls a marked method as it is; mixed precision has to be asked for.
        with self._fabric.autocast():
            places, pixels = cast("tuple[Tensor, Tensor]", network.localise(x))  # type: ignore[operator]
        masks = class_planes(target, len(plan.data.classes)) if plan.data.exclusive else target
        drawn = exclusive_loss if plan.data.exclusive else overlapping_loss
        presence = presence_loss(places.float(), masks, plan.loss.present_px)
        return drawn(pixels.float(), target, plan.loss.dice_weight) + plan.loss.presence_weight * presence

    def validate(self, network: nn.Module, collection: Collection) -> Mapping[str, float]:
        """Mean IoU over background and classes (exclusive), else over the classes, each against the rest at 0.5."""
        plan = self._plan
        class_count, exclusive = len(plan.data.classes), plan.data.exclusive
        meters = [ConfusionMeter(class_count + 1)] if exclusive else [ConfusionMeter(2) for _ in range(class_count)]
        for output in infer(self._fabric, network, collection, self._normalisation, plan):
            truth = target_array(collection, output.row, exclusive)
            if exclusive:
                meters[0].add(truth, output.pixels.argmax(axis=0))
            else:
                for place, meter in enumerate(meters):
                    meter.add(truth[:, :, place], (output.pixels[place] >= 0.5).astype(np.uint8))
        if exclusive:
            return {"mean_iou": mean(intersection_over_union(meters[0].counts))}
        return {"mean_iou": mean(np.array([intersection_over_union(meter.counts)[1] for meter in meters]))}
