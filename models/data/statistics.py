"""Statistics of a collection: what normalisation and a card need. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.data.collection import Collection


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Mean and standard deviation a channel of pixels scaled to 0..1."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def normalisation(collection: Collection) -> Normalisation:
    """Mean and standard deviation over every pixel; a constant channel gets a deviation of 1/255."""
    count = 0
    total = np.zeros(collection.channels)
    squares = np.zeros(collection.channels)
    for image in collection.images:
        pixels = image.reshape(-1, collection.channels).astype(np.float64) / 255.0
        count += len(pixels)
        total += pixels.sum(axis=0)
        squares += np.square(pixels).sum(axis=0)
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - np.square(mean), 0.0)).clip(min=1 / 255)
    return Normalisation(tuple(round(float(v), 6) for v in mean), tuple(round(float(v), 6) for v in std))


def frames_by_class(collection: Collection) -> dict[str, int]:
    """How many frames hold each class, and under 'clean' how many hold none."""
    present = collection.presence
    counts = {defect.name: int(present[:, defect.id - 1].sum()) for defect in collection.taxonomy.classes}
    return {**counts, "clean": int((~present.any(axis=1)).sum())}


def even_shares(collection: Collection, crops_a_frame: int = 1) -> npt.NDArray[np.float64]:
    """(N * ``crops_a_frame``,) probabilities, sum 1, with which to draw crops so that every class comes up as often.

    Frames without any class together count as one class, too; a frame of several classes is drawn for each of them.
    """
    kinds = np.column_stack([collection.presence, ~collection.presence.any(axis=1)]).astype(np.float64)
    kinds = kinds[:, kinds.any(axis=0)]
    frames = (kinds / kinds.sum(axis=0)).sum(axis=1) / kinds.shape[1]
    return np.tile(frames / crops_a_frame, crops_a_frame)
