"""A network that looks at a frame in several flips and averages what it says: test-time augmentation in the bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

ROWS, COLUMNS = 2, 3
FLIPS: dict[str, tuple[int, ...]] = {"horizontal": (COLUMNS,), "vertical": (ROWS,)}
"""The axes of (N, C, H, W) each flip turns round."""


class Flipped(nn.Module):
    """``network`` ({'name': …, 'options': …}) on the frame as it is, in each of ``flips``, and in both where two.

    'horizontal' mirrors left to right, 'vertical' upside down. Logits are averaged, masks after flipping them back, so
    a bundle of it runs wherever its network does, at as many times the cost as there are looks.
    """

    task = "cascade"
    multiple_px = 32

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        network: Mapping[str, Any] | None = None,
        flips: Sequence[str] = ("horizontal",),
    ) -> None:
        super().__init__()
        # The registry knows this network too.
        from models.networks.registry import build_network

        unknown = [flip for flip in flips if flip not in FLIPS]
        if unknown or network is None or "name" not in network:
            raise ValueError(f"flips are {', '.join(FLIPS)}, and network needs a 'name'")
        built = build_network(network["name"], network.get("options", {}), class_count, channels, exclusive)
        self._look_with(built, flips)

    @classmethod
    def around(cls, network: nn.Module, flips: Sequence[str]) -> Flipped:
        """A trained network with its flips; its weights stay its own."""
        flipped = cls.__new__(cls)
        nn.Module.__init__(flipped)
        flipped._look_with(network, flips)
        return flipped

    def _look_with(self, network: Any, flips: Sequence[str]) -> None:
        self.network: Any = network
        self.task, self.multiple_px = network.task, network.multiple_px
        looks: list[tuple[int, ...]] = [()]
        for flip in flips:
            looks += [(*axes, *FLIPS[flip]) for axes in looks]
        self.looks = looks

    def encode(self, x: Tensor) -> list[Tensor]:
        """The network's features of every look, one look's after the other's."""
        return [feature for axes in self.looks for feature in self.network.encode(_turned(x, axes))]

    def classify(self, features: Sequence[Tensor]) -> Tensor:
        """The mean of the network's class logits."""
        return torch.stack([self.network.classify(own) for own, _ in self._by_look(features)]).mean(dim=0)

    def segment(self, features: Sequence[Tensor]) -> Tensor:
        """The mean of the network's pixel logits, each flipped back."""
        drawn = [_turned(self.network.segment(own), axes) for own, axes in self._by_look(features)]
        return torch.stack(drawn).mean(dim=0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor] | Tensor:
        """(class logits, pixel logits) of (N, C, H, W) normalised images; of a classifier class logits alone."""
        features = self.encode(x)
        return self.classify(features) if self.task == "classify" else (self.classify(features), self.segment(features))

    def _by_look(self, features: Sequence[Tensor]) -> list[tuple[list[Tensor], tuple[int, ...]]]:
        count = len(features) // len(self.looks)
        return [(list(features[n * count : (n + 1) * count]), axes) for n, axes in enumerate(self.looks)]


def _turned(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    return x.flip(axes) if axes else x
