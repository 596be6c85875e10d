"""What is said of whole frames against what they hold: figures a training is judged by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torchmetrics.functional.classification import (
    binary_auroc,
    multiclass_accuracy,
    multilabel_exact_match,
    multilabel_stat_scores,
)

from models.data.collection import Collection, class_areas_px
from models.evaluation.overlap import dice, mean_of_numbers
from models.evaluation.records import main_class, most_probable

Scores = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]


def presence_figures(scores: Scores, collection: Collection, threshold: float, exclusive: bool) -> dict[str, float]:
    """Accuracy, AUROC and F1 from (N, K) probabilities; the latter two are means over the classes.

    With ``exclusive`` a frame is right where its most probable class, none among them, is its own; else where every
    class is on the right side of the threshold. A class that no frame holds, or all do, has no AUROC; one that no frame
    holds or is said to has no F1; NaN where none has.
    """
    truth, said = collection.presence, scores >= threshold
    if exclusive:
        accuracy = multiclass_accuracy(
            torch.from_numpy(most_probable(scores.astype(np.float64))),
            torch.from_numpy(main_classes(collection)),
            num_classes=truth.shape[1] + 1,
            average="micro",
            validate_args=False,
        )
    else:
        accuracy = multilabel_exact_match(*_labels(said, truth), num_labels=truth.shape[1], validate_args=False)
    areas = [area_under_roc(truth[:, place], scores[:, place]) for place in range(truth.shape[1])]
    return {"accuracy": float(accuracy), "auroc": float(mean_of_numbers(np.array(areas))), "f1": _mean_f1(truth, said)}


def area_under_roc(truth: Flags, scores: Scores) -> float:
    """The AUROC of (N,) truths and probabilities; NaN where not both kinds are there."""
    if truth.all() or not truth.any():
        return float("nan")
    return float(binary_auroc(torch.from_numpy(scores.astype(np.float64)), torch.from_numpy(truth.astype(np.int64))))


def main_classes(collection: Collection) -> npt.NDArray[np.int64]:
    """(N,) id of the class each frame shows most of, 0 for none; of a frame with class labels alone the first."""
    return main_class(np.where(collection.presence, class_areas_px(collection) + 1, 0))


def _mean_f1(truth: Flags, said: Flags) -> float:
    counts = multilabel_stat_scores(*_labels(said, truth), num_labels=truth.shape[1], average=None, validate_args=False)
    hits, false, _, missed, _ = counts.reshape(-1, 5).numpy().T
    return float(mean_of_numbers(dice(hits, hits + missed, hits + false)))


def _labels(said: Flags, truth: Flags) -> tuple[Tensor, Tensor]:
    """Prediction and target as torchmetrics takes them, (N, K) of 0 and 1."""
    return torch.from_numpy(said.astype(np.int64)), torch.from_numpy(truth.astype(np.int64))
