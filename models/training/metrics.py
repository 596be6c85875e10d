"""The figures an epoch may be chosen by: what they are called, and which of two is better."""

from __future__ import annotations

import math

METRIC_WORDS = {
    "mean_iou": "mean IoU",
    "mean_dice": "mean Dice",
    "accuracy": "accuracy",
    "auroc": "AUROC",
    "f1": "F1",
    "loss": "loss",
}
"""How they are called in sentences."""


def better(metric: str, score: float, than: float | None) -> bool:
    """Whether a score beats another; what is not a number beats nothing but ``None``."""
    if than is None or math.isnan(than):
        return than is None or not math.isnan(score)
    return score < than if metric == "loss" else score > than
