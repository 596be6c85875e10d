"""What networks share that draw pixels and have no class head of their own: the classes are read from the pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.networks.sizing import MULTIPLE_OF_RESIZED_PX, InputPx, brought_back, brought_to, read_input_px

PLACE_PX = 8
"""Pixel logits are averaged over places of so many pixels before the frame is judged by the strongest of them."""


class PlainSegmenter(nn.Module, ABC):
    """A network of task 'cascade' whose class logits are those of its pixels.

    It is a cascade in form alone: all of it runs for every frame, so the gate saves no time. ``input_px`` (option)
    brings frames to a size of the network's own and pixel logits back; it and frames that come as they are must be
    multiples of ``own_multiple_px``. Whoever derives from it draws.
    """

    task = "cascade"

    def __init__(self, exclusive: bool, input_px: InputPx, own_multiple_px: int) -> None:
        super().__init__()
        self.exclusive = exclusive
        self.input_px = read_input_px(input_px, max(own_multiple_px, PLACE_PX))
        self.multiple_px = MULTIPLE_OF_RESIZED_PX if self.input_px else max(own_multiple_px, PLACE_PX)

    @abstractmethod
    def draw(self, x: Tensor) -> Tensor:
        """Pixel logits of (N, C, h, w) images at the network's own size, (N, K + 1 or K, h, w)."""

    def encode(self, x: Tensor) -> list[Tensor]:
        """Pixel logits at the network's size and, where that is its own, the frame, whose size they are brought to."""
        logits = self.draw(brought_to(x, self.input_px))
        return [logits] if self.input_px is None else [logits, x]

    def classify(self, features: Sequence[Tensor]) -> Tensor:
        """Logits that a class is present anywhere in the frame, (N, K): of the place that shows it most."""
        places = functional.avg_pool2d(features[0], PLACE_PX)
        logits = against_rest(places) if self.exclusive else places
        return logits.amax(dim=(2, 3))

    def segment(self, features: Sequence[Tensor]) -> Tensor:
        """Pixel logits at the frame's size: (N, K + 1, H, W) with background first if exclusive, else (N, K, H, W)."""
        return features[0] if self.input_px is None else brought_back(features[0], features[1])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(class logits (N, K), pixel logits as in ``segment``) of (N, C, H, W) normalised images."""
        features = self.encode(x)
        return self.classify(features), self.segment(features)


def against_rest(logits: Tensor) -> Tensor:
    """(N, K + 1, …) logits for a softmax as (N, K, …) logits for a sigmoid each, the first plane left out.

    The log-odds of each plane against all others together: the sigmoid of it is the softmax's share.
    """
    planes = logits.unbind(dim=1)
    odds = []
    for place in range(1, len(planes)):
        rest = torch.stack([*planes[:place], *planes[place + 1 :]], dim=1)
        odds.append(planes[place] - rest.logsumexp(dim=1))
    return torch.stack(odds, dim=1)
