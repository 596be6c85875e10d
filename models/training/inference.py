"""What a network says of whole frames: used to validate, to tune thresholds and to measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from models.data.collection import Collection
from models.data.crops import mirrored_to
from models.data.statistics import Normalisation
from models.training.memory import memory_is_full
from models.training.plan import Plan

AUTOMATIC_BATCH = 32
"""Frames to a batch where the plan leaves the number to the computer."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameOutput:
    """Probabilities of one frame, 0 to 1.

    ``presence`` is (K,), ``pixels`` (K + 1, H, W) with background first if exclusive, else (K, H, W); of a network that
    only classifies (0, 1, 1).
    """

    row: int
    presence: npt.NDArray[np.float32]
    pixels: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Logits:
    """What a network says of frames of one size, float32: ``rows`` of the collection, class logits (N, P), pixel logits
    (N, P, H, W) at the frames' size, or ``None`` from a network that only classifies."""

    rows: tuple[int, ...]
    classes: Tensor
    pixels: Tensor | None


def infer(
    fabric: Fabric, network: nn.Module, collection: Collection, normalisation: Normalisation, plan: Plan
) -> Iterator[FrameOutput]:
    """The network's probabilities for every frame of a collection, size by size, as ``infer_logits`` gives them."""
    for logits in infer_logits(fabric, network, collection, normalisation, plan):
        yield from frame_outputs(logits, plan.data.exclusive)


def infer_logits(
    fabric: Fabric, network: nn.Module, collection: Collection, normalisation: Normalisation, plan: Plan
) -> Iterator[Logits]:
    """The network's logits for every frame of a collection, size by size, in the precision of the validation.

    Frames are mirrored outwards to what the network takes and the answer is cut back. Where memory runs out a batch is
    halved. The network is left in training mode.
    """
    network.eval()
    multiple_px = int(cast("int", network.multiple_px))
    waiting = list(_batches(collection, plan.schedule.batch_size or AUTOMATIC_BATCH))
    try:
        while waiting:
            rows = waiting.pop(0)
            x = torch.stack([network_input(collection.images[row], normalisation, multiple_px) for row in rows])
            try:
                with torch.no_grad(), precision_of_validation(fabric, plan):
                    answer = network(fabric.to_device(x.contiguous(memory_format=torch.channels_last)))
            except RuntimeError as error:
                if len(rows) == 1 or not memory_is_full(error):
                    raise
                waiting[:0] = [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
                continue
            height, width = collection.images[rows[0]].shape[:2]
            if isinstance(answer, tuple):
                yield Logits(tuple(rows), answer[0].float(), answer[1].float()[:, :, :height, :width])
            else:
                yield Logits(tuple(rows), answer.float(), None)
    finally:
        network.train()


def precision_of_validation(fabric: Fabric, plan: Plan) -> torch.autocast:
    """Mixed precision, or none, for what judges the network, whatever it was trained in."""
    mixed = (plan.validation.precision or plan.schedule.precision) == "bf16"
    return torch.autocast(fabric.device.type, dtype=torch.bfloat16, enabled=mixed)


def frame_outputs(logits: Logits, exclusive: bool) -> Iterator[FrameOutput]:
    """Probabilities frame by frame from the logits of some."""
    if logits.pixels is None:
        presence = class_probabilities(logits.classes, exclusive).cpu().numpy()
        nothing = np.zeros((0, 1, 1), dtype=np.float32)
        for row, held in zip(logits.rows, presence, strict=True):
            yield FrameOutput(row, held, nothing)
        return
    presence = logits.classes.sigmoid().cpu().numpy()
    pixels = (logits.pixels.softmax(1) if exclusive else logits.pixels.sigmoid()).cpu().numpy()
    for row, held, drawn in zip(logits.rows, presence, pixels, strict=True):
        yield FrameOutput(row, held, drawn)


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
