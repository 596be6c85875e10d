"""From probabilities to pixels: a bundle's thresholds, a recipe's changes to them, and what they let through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from models.bundle import BundleSpec
from models.labels.masks import MaskStack

Probabilities = npt.NDArray[np.floating[Any]]
"""(classes, H, W), 0 to 1."""


class ThresholdError(ValueError):
    """A threshold that cannot be; one sentence names the class and what would do."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a recipe changes in a bundle's thresholds, by class name; a class it does not name keeps the bundle's.

    Gates and pixel thresholds are probabilities, 0 to 1; minimum areas are pixels.
    """

    gates: Mapping[str, float] = field(default_factory=dict)
    pixel_thresholds: Mapping[str, float] = field(default_factory=dict)
    min_area_px: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds in force, by class id."""

    gates: Mapping[int, float]
    pixels: Mapping[int, float]
    min_area_px: Mapping[int, int]


def effective_thresholds(spec: BundleSpec, overrides: Overrides) -> Thresholds:
    """The bundle's thresholds with a recipe's own put over them, by class id."""
    tables = {}
    for name, own, changed, highest in (
        ("gate", spec.gates, overrides.gates, 1.0),
        ("pixel threshold", spec.pixel_thresholds, overrides.pixel_thresholds, 1.0),
        ("minimum area", spec.min_area_px, overrides.min_area_px, float("inf")),
    ):
        for key, value in changed.items():
            if key not in spec.taxonomy.names:
                raise ThresholdError(
                    f"The {name} of class '{key}' fits no class of bundle '{spec.name}'; "
                    f"its classes are {', '.join(spec.taxonomy.names)}."
                )
            if not 0 <= value <= highest:
                limit = "0 to 1" if highest == 1.0 else "0 or more"
                raise ThresholdError(f"The {name} of class '{key}' is {value}; use {limit}.")
        merged = {**own, **changed}
        tables[name] = {defect.id: merged.get(defect.name, 0) for defect in spec.taxonomy}
    areas = {class_id: int(value) for class_id, value in tables["minimum area"].items()}
    return Thresholds(gates=tables["gate"], pixels=tables["pixel threshold"], min_area_px=areas)


def draw_classes(
    stack: MaskStack,
    class_ids: tuple[int, ...],
    probabilities: Probabilities,
    thresholds: Mapping[int, float],
    *,
    exclusive: bool,
) -> None:
    """Set the classes' bits in ``stack`` (H, W), in place, by their (len(class_ids), H, W) pixel probabilities.

    Exclusive: only the most probable of ``class_ids`` (the first of equals), where it reaches its own threshold.
    """
    # Ten times as fast as argmax over the first axis.
    best = probabilities.max(axis=0) if exclusive and len(class_ids) > 1 else None
    taken = np.zeros(stack.shape, dtype=np.bool_)
    for place, class_id in enumerate(class_ids):
        mask = probabilities[place] >= np.float32(thresholds[class_id])
        if best is not None:
            mine = (probabilities[place] == best) & ~taken
            taken |= mine
            mask &= mine
        if mask.any():
            stack |= mask.astype(stack.dtype) << stack.dtype.type(class_id - 1)
