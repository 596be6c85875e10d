"""Plans of trainings that take a second: tiny networks on made-up steel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from made_up_steel import CLASSES, make_collection

from models.data.collection import Collection
from models.data.readers import DataPlan
from models.data.statistics import normalisation
from models.training.devices import make_fabric
from models.training.plan import AugmentationPlan, NetworkPlan, Plan, SchedulePlan
from models.training.trainer import Trained, train

DRAWS = Plan(
    name="made-up",
    title="Made-up steel",
    seed=7,
    data=DataPlan(reader="index_folder", taxonomy="made-up", classes=CLASSES),
    network=NetworkPlan("unet", options={"width": 2, "bottleneck": 8}),
    augmentation=AugmentationPlan(size_px=(64, 64), defect_share=0.5),
    schedule=SchedulePlan(epochs=2, batch_size=4, precision="32", max_learning_rate=1e-3),
)
"""A segmenter of exclusive classes."""

CASCADE = replace(
    DRAWS,
    network=NetworkPlan(
        options={"encoder": "tu-regnetx_002", "decoder_channels": [16, 16, 8, 8, 8], "class_head_channels": 8}
    ),
)
"""The same by the cascade, with its class head."""

TELLS = replace(
    DRAWS,
    network=NetworkPlan("plain_cnn", options={"widths": [4, 8], "hidden": [8], "input_px": [32, 32]}),
    augmentation=AugmentationPlan(cut="frames", size_px=(64, 64)),
)
"""A classifier of exclusive classes."""

TELLS_MANY = replace(TELLS, data=replace(TELLS.data, exclusive=False))


def scheduled(plan: Plan, **changes) -> Plan:
    """The plan with another schedule."""
    return replace(plan, schedule=replace(plan.schedule, **changes))


def train_tiny(folder: Path, plan: Plan = DRAWS, frames: int = 8, **kwargs) -> Trained:
    """The plan trained on ``frames`` frames and judged by 8 others."""
    training, validation = make_collection(frames), make_collection(8, seed=1)
    return train_on(folder, plan, training, validation, **kwargs)


def train_on(folder: Path, plan: Plan, training: Collection, validation: Collection | None, **kwargs) -> Trained:
    """The plan trained on a collection, on the CPU."""
    fabric = make_fabric(plan.schedule.precision, "cpu")
    return train(plan, (training, validation), normalisation(training), folder, "data", fabric, **kwargs)


def same_weights(one: Trained, other: Trained) -> bool:
    """Whether two trainings ended with the same tensors, to the bit."""
    a, b = one.network.state_dict(), other.network.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
