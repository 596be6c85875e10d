"""Pixel meter: IoU and Dice of what is drawn over all frames of a collection, added up frame by frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torchmetrics.classification import MulticlassStatScores, MultilabelStatScores

from models.data.collection import IGNORED
from models.evaluation.overlap import dice, intersection_over_union, mean_of_numbers

DRAWN_FROM = 0.5
"""The probability from which a pixel that may have several classes is drawn."""


class PixelMeter:
    """Counts of true and drawn pixels; those that are ``IGNORED`` in the truth count nowhere.

    ``exclusive``: a pixel has one of background and ``class_count`` classes; else each class stands for itself.
    """

    def __init__(self, class_count: int, exclusive: bool) -> None:
        self._exclusive = exclusive
        # Each process judges every frame itself: what others counted may not be added, nor be waited for.
        settings: dict[str, Any] = {"average": None, "ignore_index": IGNORED, "sync_on_compute": False}
        # Checking what this program itself has made looks for every value of every frame.
        settings["validate_args"] = False
        self._counts = (
            MulticlassStatScores(class_count + 1, **settings)
            if exclusive
            else MultilabelStatScores(class_count, **settings)
        )

    def add(self, truth: npt.NDArray[np.uint8], probabilities: npt.NDArray[np.float32]) -> None:
        """Add a frame.

        ``truth`` is (H, W) of indices (exclusive), else (H, W, K) of 0 and 1; ``probabilities`` (K + 1, H, W) with the
        background first (exclusive), else (K, H, W).
        """
        if self._exclusive:
            true, drawn = truth, probabilities.argmax(axis=0)
        else:
            true, drawn = truth.transpose(2, 0, 1), (probabilities >= DRAWN_FROM).astype(np.int64)
        self._counts.update(torch.from_numpy(drawn)[None], torch.from_numpy(true.astype(np.int64))[None])

    def figures(self) -> dict[str, float]:
        """``mean_iou``, over background and classes (exclusive) or classes, and ``mean_dice``, over the classes.

        What is neither true nor drawn counts in no mean; NaN where that is all.
        """
        hits, false, _, missed, _ = self._counts.compute().reshape(-1, 5).numpy().T
        true, drawn = hits + missed, hits + false
        classes = np.s_[1:] if self._exclusive else np.s_[:]
        return {
            "mean_iou": float(mean_of_numbers(intersection_over_union(hits, true, drawn))),
            "mean_dice": float(mean_of_numbers(dice(hits, true, drawn)[classes])),
        }
