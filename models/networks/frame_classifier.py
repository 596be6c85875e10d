"""What classifiers of whole frames share: a body that makes features, a head that makes logits of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

from models.networks.sizing import MULTIPLE_OF_RESIZED_PX, brought_to


class FrameClassifier(nn.Module):
    """A network of task 'classify' that works at ``input_px`` (height, width), or on frames as they come.

    Whoever derives from it sets ``body``, (N, C, h, w) to features with N first, and ``head``, those to (N, K) logits
    or, exclusive, (N, K + 1) with 'none' first.
    """

    task = "classify"
    multiple_px = MULTIPLE_OF_RESIZED_PX

    body: nn.Module
    head: nn.Module

    def __init__(self, input_px: tuple[int, int] | None) -> None:
        super().__init__()
        self.input_px = input_px

    def encode(self, x: Tensor) -> list[Tensor]:
        """What the body makes of (N, C, H, W) normalised images."""
        return [self.body(brought_to(x, self.input_px))]

    def classify(self, features: Sequence[Tensor]) -> Tensor:
        """Class logits, (N, K) or, exclusive, (N, K + 1)."""
        return cast("Tensor", self.head(features[-1]))

    def forward(self, x: Tensor) -> Tensor:
        """Class logits of (N, C, H, W) normalised images."""
        return self.classify(self.encode(x))


def dense_layers(units: Sequence[int], outputs: int) -> nn.Sequential:
    """Linear layers from ``units[0]`` inputs by way of the other ``units`` to ``outputs``, ReLU between them.

    Raises ``ValueError`` where a layer would have no unit.
    """
    if any(count < 1 for count in units):
        raise ValueError(f"a layer of {min(units)} units has nothing to learn")
    layers: list[nn.Module] = []
    for wide, narrow in itertools.pairwise(units):
        layers += [nn.Linear(wide, narrow), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.Linear(units[-1], outputs))
