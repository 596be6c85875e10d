"""Evaluation: a bundle, run as the line runs it, measured on labelled frames it never saw."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from models.data.collection import IGNORED, Collection, target_index
from models.labels.masks import MaskStack, class_mask
from models.labels.taxonomy import Role, Taxonomy
from models.predictor import Predictor
from models.training.metrics import (
    ConfusionMeter,
    area_under_roc,
    competition_dice,
    dice,
    intersection_over_union,
    mean,
    presence,
)

CLEAN_SIDE_PX = 96


@dataclass(frozen=True, slots=True, eq=False)
class FrameScore:
    """One frame: its row in the collection, what was predicted, and its mean Dice over the classes."""

    row: int
    name: str
    stack: MaskStack
    dice: float


@dataclass(slots=True, eq=False)
class Evaluation:
    """What was counted. ``metrics`` is JSON-ready; ``frames`` are ordered worst first."""

    taxonomy: Taxonomy
    metrics: dict[str, Any]
    frames: list[FrameScore] = field(default_factory=list)


def evaluate(
    predictor: Predictor, collection: Collection, progress: Callable[[Iterable[int]], Iterable[int]] = iter
) -> Evaluation:
    """Predict every frame and count. Classes are those of the bundle; the collection must have as many.

    IoU and Dice are over all pixels of all frames, a class against the rest; where classes overlap the confusion
    matrix shows the one with the highest id. ``progress`` wraps the iteration over rows.
    """
    taxonomy = predictor.taxonomy
    exclusive = predictor.bundle.spec.exclusive
    matrix = ConfusionMeter(len(taxonomy) + 1)
    meters = [ConfusionMeter(2) for _ in taxonomy]
    held = np.zeros((len(collection), len(taxonomy)), dtype=bool)
    scores = np.zeros((len(collection), len(taxonomy)))
    frame_dice = np.zeros((len(collection), len(taxonomy)))
    frames = []
    for row in progress(range(len(collection))):
        prediction = predictor.predict(collection.images[row])
        truth = target_index(collection.stacks[row], taxonomy)
        matrix.add(truth, target_index(prediction.stack, taxonomy))
        valid = truth != IGNORED
        for place, defect in enumerate(taxonomy):
            real = class_mask(collection.stacks[row], defect.id) & valid
            drawn = class_mask(prediction.stack, defect.id) & valid
            meters[place].add(real.astype(np.uint8), drawn.astype(np.uint8))
            held[row, place] = real.any()
            scores[row, place] = prediction.probabilities[defect.id]
            frame_dice[row, place] = competition_dice(real, drawn)
        frames.append(FrameScore(row, collection.names[row], prediction.stack, float(frame_dice[row].mean())))
    frames.sort(key=lambda frame: frame.dice)
    gates = np.array([predictor.thresholds.gates[defect.id] for defect in taxonomy])
    metrics = {
        "frames": len(collection),
        "mean_iou": _rounded(_mean_iou(matrix, meters, exclusive)),
        "mean_dice": _rounded(mean(np.array([dice(meter.counts)[1] for meter in meters]))),
        "competition_dice": _rounded(float(frame_dice.mean())),
        "classes": _by_class(taxonomy, meters, held, scores, gates, frame_dice),
        "confusion_px": {"order": ["background", *taxonomy.names], "rows_are_truth": matrix.counts.tolist()},
        "clean_frames": _clean_frames(held, scores >= gates, frames),
    }
    if exclusive:
        metrics["background_iou"] = _rounded(float(intersection_over_union(matrix.counts)[0]))
    return Evaluation(taxonomy, metrics, frames)


def clean_regions(collection: Collection, side_px: int = CLEAN_SIDE_PX) -> list[npt.NDArray[np.uint8]]:
    """At most one square region of each frame that holds no labelled pixel, (side, side): the most central of a grid.

    Sets without a clean frame still have clean steel, and a gate must stay shut there.
    """
    regions = []
    for image, stack in zip(collection.images, collection.stacks, strict=True):
        height, width = stack.shape
        tops = np.unique(np.linspace(0, max(0, height - side_px), 9).astype(int))
        lefts = np.unique(np.linspace(0, max(0, width - side_px), 9).astype(int))
        if min(height, width) < side_px:
            continue
        places = sorted(
            ((top, left) for top in tops for left in lefts),
            key=lambda at: math.hypot(at[0] + side_px / 2 - height / 2, at[1] + side_px / 2 - width / 2),
        )
        for top, left in places:
            if not stack[top : top + side_px, left : left + side_px].any():
                regions.append(np.ascontiguousarray(image[top : top + side_px, left : left + side_px]))
                break
    return regions


def clean_region_metrics(predictor: Predictor, collection: Collection) -> dict[str, Any]:
    """How often the bundle sees a defect in regions without one: share with a gate open, share with pixels drawn."""
    regions = clean_regions(collection)
    opened = drawn = 0
    for region in regions:
        prediction = predictor.predict(region)
        gates = predictor.thresholds.gates
        opened += any(value >= gates[class_id] for class_id, value in prediction.probabilities.items())
        drawn += bool(prediction.stack.any())
    count = len(regions)
    return {
        "regions": count,
        "side_px": CLEAN_SIDE_PX,
        "gate_open_share": _rounded(opened / count) if count else None,
        "drawn_share": _rounded(drawn / count) if count else None,
    }


def _mean_iou(matrix: ConfusionMeter, meters: list[ConfusionMeter], exclusive: bool) -> float:
    """Over background and classes where a pixel has one class, else over the classes."""
    if exclusive:
        return mean(intersection_over_union(matrix.counts))
    return mean(np.array([intersection_over_union(meter.counts)[1] for meter in meters]))


def _by_class(
    taxonomy: Taxonomy,
    meters: list[ConfusionMeter],
    held: npt.NDArray[np.bool_],
    scores: npt.NDArray[np.float64],
    gates: npt.NDArray[np.float64],
    frame_dice: npt.NDArray[np.float64],
) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for place, defect in enumerate(taxonomy):
        if defect.role is Role.IGNORE:
            continue
        said = presence(held[:, place], scores[:, place] >= gates[place])
        table[defect.name] = {
            "iou": _rounded(float(intersection_over_union(meters[place].counts)[1])),
            "dice": _rounded(float(dice(meters[place].counts)[1])),
            "competition_dice": _rounded(float(frame_dice[:, place].mean())),
            "support": said.hits + said.misses,
            "recall": _rounded(said.recall),
            "precision": _rounded(said.precision),
            "f1": _rounded(said.f1),
            "auroc": _rounded(area_under_roc(held[:, place], scores[:, place])),
        }
    return table


def _clean_frames(held: npt.NDArray[np.bool_], said: npt.NDArray[np.bool_], frames: list[FrameScore]) -> dict[str, Any]:
    clean = ~np.any(held, axis=1)
    count = int(clean.sum())
    drawn = sum(bool(frame.stack.any()) for frame in frames if clean[frame.row])
    return {
        "frames": count,
        "gate_open_share": _rounded(float(np.any(said[clean], axis=1).mean())) if count else None,
        "drawn_share": _rounded(drawn / count) if count else None,
    }


def _rounded(value: float) -> float | None:
    """Four digits; ``None`` for what is not a number, which JSON lacks."""
    return None if math.isnan(value) else round(value, 4)
