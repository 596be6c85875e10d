"""From a feature map to one vector a frame."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AveragePool(nn.Module):
    """The mean over all places: (N, C, H, W) to (N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3))


class MaxPool(nn.Module):
    """The largest value of all places: (N, C, H, W) to (N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.amax(dim=(2, 3))


class AverageMaxPool(nn.Module):
    """Half the mean and half the largest value: (N, C, H, W) to (N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return 0.5 * (x.mean(dim=(2, 3)) + x.amax(dim=(2, 3)))


class GeneralisedMeanPool(nn.Module):
    """The generalised mean with an exponent that is learnt, 1 being the mean (https://arxiv.org/abs/1711.02512).

    (N, C, H, W) to (N, C), computed in 32 bits; features below 1e-6 count as that.
    """

    def __init__(self, exponent: float = 3.0) -> None:
        super().__init__()
        self.exponent = nn.Parameter(torch.tensor([exponent]))

    def forward(self, x: Tensor) -> Tensor:
        powered = x.float().clamp(min=1e-6).pow(self.exponent)
        return powered.mean(dim=(2, 3)).pow(1.0 / self.exponent)


POOLS: dict[str, type[nn.Module]] = {
    "avg": AveragePool,
    "max": MaxPool,
    "avgmax": AverageMaxPool,
    "gem": GeneralisedMeanPool,
}
"""What option ``pool`` may name."""


def make_pool(name: str) -> nn.Module:
    """The pool of that name. Raises ``ValueError`` where there is none."""
    if name not in POOLS:
        raise ValueError(f"there is no pool '{name}'; choose one of {', '.join(POOLS)}")
    return POOLS[name]()
