"""Metrics of masks: confusion counts and what follows from them. NumPy only; pure functions first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.data.collection import IGNORED

METRIC_WORDS = {
    "mean_iou": "mean IoU",
    "mean_dice": "mean Dice",
    "accuracy": "accuracy",
    "auroc": "AUROC",
    "f1": "F1",
    "loss": "loss",
}
"""How the figures an epoch may be chosen by are called in sentences."""

Counts = npt.NDArray[np.int64]
"""(C, C) pixel counts: row the truth, column the prediction."""


def confusion_counts(
    truth: npt.NDArray[np.integer[Any]], prediction: npt.NDArray[np.integer[Any]], count: int
) -> Counts:
    """Pixels by true and predicted index, (``count``, ``count``).

    Both indices have one shape; pixels that are 255 in the truth are left out.
    """
    valid = truth != IGNORED
    pairs = truth[valid].astype(np.int64) * count + prediction[valid].astype(np.int64)
    return np.bincount(pairs, minlength=count * count).reshape(count, count)


def intersection_over_union(counts: Counts) -> npt.NDArray[np.float64]:
    """IoU of each index, (C,); NaN where neither truth nor prediction holds it."""
    hit = np.diag(counts).astype(np.float64)
    return _ratio(hit, counts.sum(axis=0) + counts.sum(axis=1) - hit)


def dice(counts: Counts) -> npt.NDArray[np.float64]:
    """Dice (F1 of pixels) of each index, (C,); NaN where neither truth nor prediction holds it."""
    hit = np.diag(counts).astype(np.float64)
    return _ratio(2 * hit, (counts.sum(axis=0) + counts.sum(axis=1)).astype(np.float64))


def competition_dice(truth: npt.NDArray[np.bool_], prediction: npt.NDArray[np.bool_]) -> float:
    """Dice of one class in one frame as Kaggle's Severstal competition counts it: 1 where both masks are empty."""
    total = int(np.count_nonzero(truth)) + int(np.count_nonzero(prediction))
    return 1.0 if total == 0 else 2.0 * int(np.count_nonzero(truth & prediction)) / total


@dataclass(frozen=True, slots=True)
class Presence:
    """How well presence of one class in a frame is told: counts of frames."""

    hits: int
    misses: int
    false_alarms: int
    rejections: int

    @property
    def recall(self) -> float:
        """Share of the frames that hold the class and were said to; NaN without any."""
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else float("nan")

    @property
    def precision(self) -> float:
        """Share of the frames said to hold the class that do; NaN without any."""
        return self.hits / (self.hits + self.false_alarms) if self.hits + self.false_alarms else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision; NaN where no frame holds the class or was said to."""
        total = 2 * self.hits + self.misses + self.false_alarms
        return 2 * self.hits / total if total else float("nan")


def presence(truth: npt.NDArray[np.bool_], said: npt.NDArray[np.bool_]) -> Presence:
    """Count (N,) true and said presences."""
    return Presence(
        hits=int(np.count_nonzero(truth & said)),
        misses=int(np.count_nonzero(truth & ~said)),
        false_alarms=int(np.count_nonzero(~truth & said)),
        rejections=int(np.count_nonzero(~truth & ~said)),
    )


def area_under_roc(truth: npt.NDArray[np.bool_], scores: npt.NDArray[np.floating[Any]]) -> float:
    """Probability that a frame with the class scores above one without it (ties count half); NaN without both."""
    with_class, without = scores[truth], scores[~truth]
    if not len(with_class) or not len(without):
        return float("nan")
    ordered = np.sort(without)
    below = np.searchsorted(ordered, with_class, side="left")
    up_to = np.searchsorted(ordered, with_class, side="right")
    return float((below + up_to).sum() / 2.0 / (len(with_class) * len(without)))


class ConfusionMeter:
    """Adds confusion counts up over frames."""

    def __init__(self, count: int) -> None:
        self.counts: Counts = np.zeros((count, count), dtype=np.int64)

    def add(self, truth: npt.NDArray[np.integer[Any]], prediction: npt.NDArray[np.integer[Any]]) -> None:
        """Add one frame's, or one batch's, indices of one shape."""
        self.counts += confusion_counts(truth, prediction, len(self.counts))


def better(metric: str, score: float, than: float | None) -> bool:
    """Whether a score beats another; what is not a number beats nothing but ``None``."""
    if than is None or math.isnan(than):
        return than is None or not math.isnan(score)
    return score < than if metric == "loss" else score > than


def mean(values: npt.NDArray[np.float64]) -> float:
    """The mean of what is a number; NaN without any, and no warning."""
    numbers = values[~np.isnan(values)]
    return float(numbers.mean()) if len(numbers) else float("nan")


def _ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    ratio: npt.NDArray[np.float64] = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return ratio
