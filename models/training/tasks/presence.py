"""What is said of whole frames against what they hold: figures a training is judged by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.data.collection import Collection, class_areas_px
from models.training.metrics import area_under_roc, mean, presence

Scores = npt.NDArray[np.floating[Any]]


def presence_figures(scores: Scores, collection: Collection, threshold: float, exclusive: bool) -> dict[str, float]:
    """Accuracy, AUROC and F1 from (N, K) probabilities; the latter two are means over the classes.

    With ``exclusive`` a frame is right where its most probable class, none among them, is its own; else where every
    class is on the right side of the threshold.
    """
    truth = collection.presence
    said = scores >= threshold
    right = main_class(collection) == said_class(scores) if exclusive else (truth == said).all(axis=1)
    places = range(truth.shape[1])
    return {
        "accuracy": float(np.mean(right)),
        "auroc": mean(np.array([area_under_roc(truth[:, k], scores[:, k]) for k in places])),
        "f1": mean(np.array([presence(truth[:, k], said[:, k]).f1 for k in places])),
    }


def main_class(collection: Collection) -> npt.NDArray[np.int64]:
    """(N,) id of the class each frame shows most of, 0 for none; of a frame with class labels alone the first."""
    areas = np.where(collection.presence, class_areas_px(collection) + 1, 0)
    return np.where(areas.any(axis=1), areas.argmax(axis=1) + 1, 0)


def said_class(scores: Scores) -> npt.NDArray[np.int64]:
    """(N,) id of the most probable class from (N, K) probabilities that sum up to at most 1; 0 where none is."""
    none = 1.0 - scores.sum(axis=1)
    return np.where(scores.max(axis=1) >= none, scores.argmax(axis=1) + 1, 0)
