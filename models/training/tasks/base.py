"""What a trainer asks of a task: items to learn from, a loss to follow, and figures to choose by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from lightning_fabric import Fabric
from torch import Tensor, nn

from models.data.collection import Collection
from models.data.statistics import Normalisation
from models.training.plan import Plan

Picture = npt.NDArray[np.uint8]
"""(H, W, 3) RGB."""


class Items(Protocol):
    """What is learnt from, by place: (image (C, h, w) float32 normalised, target), random by torch's global state."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a task works with: ``weights`` is one a class, (K,) on the network's device, or ``None``."""

    plan: Plan
    fabric: Fabric
    normalisation: Normalisation
    weights: Tensor | None = None


class Task(Protocol):
    """One kind of learning. ``metric`` is the figure an epoch is judged by where the plan names none."""

    metric: str

    def items(self, collection: Collection) -> Items:
        """Random pieces of a collection's frames with their targets."""
        ...

    def losses(self, network: nn.Module, x: Tensor, target: Tensor) -> Mapping[str, Tensor]:
        """The parts of a batch's loss by name, weighted, each a scalar in 32 bits; their sum is what is learnt for."""
        ...

    def validate(self, network: nn.Module, collection: Collection) -> Mapping[str, float]:
        """Figures of a collection by name, ``metric`` among them. The network is left in training mode."""
        ...

    def pictures(self, network: nn.Module, collection: Collection) -> Iterator[tuple[str, Picture]]:
        """Every frame by name with input, truth and output one below the other. The network is left in training."""
        ...
