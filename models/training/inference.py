"""What a network says of whole frames: used to validate, to tune thresholds and to measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from models.data.collection import Collection
from models.data.crops import mirrored_to
from models.data.statistics import Normalisation
from models.training.network import task_name
from models.training.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class FrameOutput:
    """Probabilities of one frame, 0 to 1.

    ``presence`` is (K,), ``pixels`` (K + 1, H, W) with background first if exclusive, else (K, H, W); of a network that
    only classifies (0, H, W).
    """

    row: int
    presence: npt.NDArray[np.float32]
    pixels: npt.NDArray[np.float32]


def infer(
    fabric: Fabric, network: nn.Module, collection: Collection, normalisation: Normalisation, plan: Plan
) -> Iterator[FrameOutput]:
    """The network's probabilities for every frame of a collection, size by size.

    Frames are mirrored outwards to what the network takes and the output is cut back. The network is left in training
    mode.
    """
    exclusive, classifies = plan.data.exclusive, task_name(plan) == "classify"
    multiple_px = int(network.multiple_px)  # type: ignore[arg-type]
    network.eval()
    try:
        for rows in _batches(collection, plan.schedule.batch_size):
            x = torch.stack([network_input(collection.images[row], normalisation, multiple_px) for row in rows])
            with torch.no_grad():
                answer = network(fabric.to_device(x.contiguous(memory_format=torch.channels_last)))
            height, width = collection.images[rows[0]].shape[:2]
            if classifies:
                presence = class_probabilities(answer, exclusive)
                pixels = presence.new_zeros((len(rows), 0, height, width))
            else:
                presence = answer[0].float().sigmoid()
                pixels = answer[1].float().softmax(1) if exclusive else answer[1].float().sigmoid()
                pixels = pixels[:, :, :height, :width]
            for row, held, drawn in zip(rows, presence.cpu().numpy(), pixels.cpu().numpy(), strict=True):
                yield FrameOutput(row, held, drawn)
    finally:
        network.train()


def class_probabilities(logits: Tensor, exclusive: bool) -> Tensor:
    """(N, K) from a classifier's logits: softmax over none and the classes (N, K + 1), else a sigmoid each (N, K)."""
    return logits.float().softmax(dim=1)[:, 1:] if exclusive else logits.float().sigmoid()


def network_input(image: npt.NDArray[np.uint8], normalisation: Normalisation, multiple_px: int) -> Tensor:
    """A frame as the network takes it: (C, H', W') float32, mirrored outwards to the multiple and normalised."""
    height, width = (-(-side // multiple_px) * multiple_px for side in image.shape[:2])
    whole = mirrored_to(image, (height, width))
    pixels = torch.from_numpy(whole if whole.ndim == 3 else whole[:, :, None]).permute(2, 0, 1).float() / 255.0
    mean = torch.tensor(normalisation.mean).view(-1, 1, 1)
    std = torch.tensor(normalisation.std).view(-1, 1, 1)
    return (pixels - mean) / std


def _batches(collection: Collection, batch: int) -> Iterator[list[int]]:
    by_size: dict[tuple[int, ...], list[int]] = {}
    for row, image in enumerate(collection.images):
        by_size.setdefault(image.shape, []).append(row)
    for rows in by_size.values():
        for first in range(0, len(rows), batch):
            yield rows[first : first + batch]
