"""Figures of a bundle that classifies, measured as the line runs it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.data.collection import Collection
from models.predictor import Predictor
from models.training.metrics import area_under_roc, mean, presence
from models.training.tasks.classifying import main_class, said_class


def evaluate_classes(predictor: Predictor, collection: Collection) -> dict[str, Any]:
    """Accuracy and, for each class, recall, precision, F1, support and AUROC; of an exclusive bundle the confusion too.

    JSON-ready. Of an exclusive bundle a frame is right where its most probable class, none among them, is its own; else
    where every class is on the right side of its gate.
    """
    taxonomy, exclusive = predictor.taxonomy, predictor.bundle.spec.exclusive
    scores = np.array(
        [[predictor.predict(image).probabilities[defect.id] for defect in taxonomy] for image in collection.images]
    )
    truth = collection.presence
    said = scores >= np.array([predictor.thresholds.gates[defect.id] for defect in taxonomy])
    table = {}
    for place, defect in enumerate(taxonomy):
        counted = presence(truth[:, place], said[:, place])
        table[defect.name] = {
            "support": counted.hits + counted.misses,
            "recall": _rounded(counted.recall),
            "precision": _rounded(counted.precision),
            "f1": _rounded(counted.f1),
            "auroc": _rounded(area_under_roc(truth[:, place], scores[:, place])),
        }
    metrics: dict[str, Any] = {"frames": len(collection), "classes": table}
    metrics["auroc"] = _rounded(mean(np.array([row["auroc"] or math.nan for row in table.values()])))
    if exclusive:
        real, told = main_class(collection), said_class(scores)
        counts = np.zeros((len(taxonomy) + 1, len(taxonomy) + 1), dtype=np.int64)
        np.add.at(counts, (real, told), 1)
        metrics["confusion"] = {"order": ["none", *taxonomy.names], "rows_are_truth": counts.tolist()}
        metrics["accuracy"] = _rounded(float((real == told).mean()))
    else:
        metrics["accuracy"] = _rounded(float((truth == said).all(axis=1).mean()))
    return metrics


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
