"""A moving average of a network's weights over the steps of its training."""

from __future__ import annotations

import copy

import torch
from torch import nn

WARM_UP_STEPS = 10
"""While the average is young it follows faster: after n steps its decay is at most (1 + n) / (10 + n)."""


class WeightAverage:
    """``network`` is a copy whose weights are the exponential moving average of those it is updated with.

    Averages of the last weights generalise better than each of them (Polyak and Juditsky 1992,
    https://doi.org/10.1137/0330046; Tarvainen and Valpola 2017, https://arxiv.org/abs/1703.01780). ``decay`` is what is
    left of the average after a step, 0 to below 1.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take a step's weights, and the statistics of its normalisation, in; ``step`` is counted from 0."""
        new_share = 1.0 - min(self._decay, (1 + step) / (WARM_UP_STEPS + step))
        current = network.state_dict()
        for name, averaged in self.network.state_dict().items():
            if averaged.is_floating_point():
                averaged.lerp_(current[name], new_share)
            else:
                averaged.copy_(current[name])
