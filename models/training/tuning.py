"""The thresholds of a trained network: tuned on the validation part, or the plan's own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lightning_fabric import Fabric
from torch import nn

from models.data.collection import Collection, ignored_px
from models.data.statistics import Normalisation
from models.labels.masks import class_mask
from models.training.inference import infer
from models.training.network import task_name
from models.training.plan import Plan
from models.training.progress import say
from models.training.thresholds import TunedThresholds, TuningFrame, tune_gate, tune_thresholds


def make_thresholds(
    plan: Plan, fabric: Fabric, network: nn.Module, validation: Collection | None, scale: Normalisation
) -> TunedThresholds:
    """Gates and, for a network that draws, pixel thresholds and minimum areas, one a class.

    Those of the plan where it says so or nothing was kept back to tune them on.
    """
    classifies = task_name(plan) == "classify"
    if validation is None or not plan.validation.tune:
        same = (plan.validation.threshold,) * len(plan.data.classes)
        return TunedThresholds(same, () if classifies else same, () if classifies else (0,) * len(same))
    if classifies:
        say("Tuning the gates on the validation part.")
        outputs = sorted(infer(fabric, network, validation, scale, plan), key=lambda output: output.row)
        scores, held = np.stack([output.presence for output in outputs]), validation.presence
        return TunedThresholds(tuple(tune_gate(held[:, k], scores[:, k]) for k in range(held.shape[1])), (), ())
    say("Tuning gates, pixel thresholds and minimum areas on the validation part.")
    return tune_thresholds(tuning_frames(plan, fabric, network, validation, scale), plan.data.exclusive)


def tuning_frames(
    plan: Plan, fabric: Fabric, network: nn.Module, collection: Collection, scale: Normalisation
) -> Iterator[TuningFrame]:
    """What the network says of the frames of a collection, beside the truth."""
    for output in infer(fabric, network, collection, scale, plan):
        stack = collection.stacks[output.row]
        yield TuningFrame(
            presence=output.presence,
            pixels=output.pixels[1:] if plan.data.exclusive else output.pixels,
            truth=np.stack([class_mask(stack, defect.id) for defect in collection.taxonomy]),
            valid=~ignored_px(stack, collection.taxonomy, collection.ignored_at(output.row)),
        )
