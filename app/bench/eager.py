"""The bundle's networks as training leaves them: eager torch, 32 bit, on the processor. Only here is torch imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from models.bundle import Bundle
from models.runtimes.base import Encoded, Floats
from models.runtimes.torch_runtime import DrawStage, GateStage, load_network


class EagerRuntime:
    """As ``Runtime`` has it, on ``cores`` threads, without any of what makes a runtime fast."""

    label = "torch · CPU · eager fp32"
    reason = "What the shipped runtime is measured beside."

    def __init__(self, bundle: Bundle, cores: int) -> None:
        torch.set_num_threads(cores)
        network = load_network(bundle)
        self._gate = GateStage(network, task=bundle.spec.task, exclusive=bundle.spec.exclusive)
        self._draw = DrawStage(network, exclusive=bundle.spec.exclusive)

    def classify(self, tiles: Floats) -> Encoded:
        """Stage one."""
        with torch.inference_mode():
            probabilities, *features = self._gate(torch.from_numpy(tiles))
        return Encoded(probabilities=cast("Floats", probabilities.numpy()), state=tuple(features))

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        """Stage two."""
        features = cast("tuple[Tensor, ...]", encoded.state)
        if list(rows) != list(range(len(encoded.probabilities))):
            features = tuple(feature[list(rows)] for feature in features)
        with torch.inference_mode():
            return cast("Floats", self._draw(*features).numpy())

    def close(self) -> None:
        """Nothing is held beyond memory."""
