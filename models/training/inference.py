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
from models.networks.cascade import MULTIPLE_PX


@dataclass(frozen=True, slots=True, eq=False)
class FrameOutput:
    """Probabilities of one frame, 0 to 1.

    ``presence`` is (K,), ``pixels`` (K + 1, H, W) with background first if exclusive, else (K, H, W).
    """

    row: int
    presence: npt.NDArray[np.float32]
    pixels: npt.NDArray[np.float32]


def infer(
    fabric: Fabric,
    network: nn.Module,
    collection: Collection,
    normalisation: Normalisation,
    exclusive: bool,
    batch: int,
) -> Iterator[FrameOutput]:
    """The network's probabilities for every frame of a collection, size by size.

    Frames are mirrored outwards to multiples of 32 pixels and the output is cut back. The network is left in training
    mode.
    """
    network.eval()
    try:
        for rows in _batches(collection, batch):
            x = torch.stack([network_input(collection.images[row], normalisation) for row in rows])
            with torch.no_grad():
                classes, pixels = network(fabric.to_device(x.contiguous(memory_format=torch.channels_last)))
            presence = classes.float().sigmoid().cpu().numpy()
            probabilities = pixels.float().softmax(1) if exclusive else pixels.float().sigmoid()
            height, width = collection.images[rows[0]].shape[:2]
            cut = probabilities[:, :, :height, :width].cpu().numpy()
            for place, row in enumerate(rows):
                yield FrameOutput(row, presence[place], cut[place])
    finally:
        network.train()


def network_input(image: npt.NDArray[np.uint8], normalisation: Normalisation) -> Tensor:
    """A frame as the network takes it: (C, H', W') float32, mirrored outwards to multiples of 32 and normalised."""
    height, width = (-(-side // MULTIPLE_PX) * MULTIPLE_PX for side in image.shape[:2])
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
