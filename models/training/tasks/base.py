"""What a trainer asks of a task: items to learn from, a loss to follow, and figures to choose by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor, nn

from models.data.collection import Collection


class Items(Protocol):
    """What is learnt from, by place: (image (C, h, w) float32 normalised, target), random by torch's global state."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]: ...


class Task(Protocol):
    """One kind of learning. ``metric`` is the figure the best epoch is chosen by."""

    metric: str

    def items(self, collection: Collection) -> Items:
        """Random pieces of a collection's frames with their targets."""
        ...

    def loss(self, network: nn.Module, x: Tensor, target: Tensor) -> Tensor:
        """The loss of a batch, a scalar in 32 bits."""
        ...

    def validate(self, network: nn.Module, collection: Collection) -> Mapping[str, float]:
        """Figures of a collection by name; ``metric`` is one of them. The network is left in training mode."""
        ...
