"""A measurement: everything ``stripsight evaluate`` finds out about a bundle on a set of labelled frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.bundle import Bundle
from models.data.collection import Collection
from models.evaluation.clean_regions import clean_region_metrics
from models.evaluation.curves import presence_curves
from models.evaluation.evaluation import Evaluation, evaluate
from models.evaluation.records import FrameRecords, Progress
from models.evaluation.saliency import Saliency, SaliencyFinder
from models.evaluation.sweeps import dice_by_gate, gate_table, pixel_table, sweep_pixels
from models.evaluation.timings import time_table
from models.predictor import Predictor

WRONG_LOOKS, RIGHT_LOOKS = 6, 1
"""Saliency is shown of so many frames told wrong, and of so many told right a class."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A frame, the class in question and what its probability rested on; ``right`` where the frame was told right."""

    row: int
    saliency: Saliency
    probability: float
    right: bool


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """What was measured. ``extras`` holds what ``to_json`` gives beside ``evaluation.metrics``."""

    bundle: Bundle
    runtime: str
    collection: Collection
    evaluation: Evaluation
    extras: dict[str, Any]
    looks: tuple[Look, ...]

    def to_json(self) -> dict[str, Any]:
        """``metrics.json``: JSON-ready, without NaN; ``null`` is what there was nothing to measure on.

        - ``bundle``, ``bundle_sha256`` (of its ``bundle.json``), ``runtime``
        - everything ``evaluate`` documents
        - ``clean_regions``: as ``clean_region_metrics``, where masks are known
        - ``curves``: by class ``roc``, ``precision_recall``, ``average_precision``, ``calibration``, as in
          ``models.evaluation.curves``
        - ``gate_sweep``, ``pixel_sweep``: as ``gate_table`` (with ``dice`` by class where the pixels of a cascade were
          measured) and ``pixel_table``
        - ``thresholds``: ``gates`` and, of a bundle that draws, ``min_area_px`` and, of a cascade, ``pixels``, by class
        - ``time_ms``: as ``time_table``
        """
        return {
            "bundle": self.bundle.name,
            "bundle_sha256": self.bundle.sha256,
            "runtime": self.runtime,
            **self.evaluation.metrics,
            **self.extras,
        }


def measure(
    predictor: Predictor, collection: Collection, progress: Progress = iter, *, looks: bool = True
) -> Measurement:
    """Measure a bundle on labelled frames of its own classes; ``looks`` also finds what its classes rest on.

    Raises ``DataError`` where the classes differ, ``ModelError`` where the network gives no number.
    """
    evaluation = evaluate(predictor, collection, progress)
    records, thresholds = evaluation.records, predictor.thresholds
    by_name = {defect.name: defect.id for defect in predictor.taxonomy}
    extras: dict[str, Any] = {
        "clean_regions": clean_region_metrics(predictor, collection),
        "curves": presence_curves(records),
        "gate_sweep": gate_table(records),
        "pixel_sweep": None,
        "thresholds": {"gates": {name: thresholds.gates[class_id] for name, class_id in by_name.items()}},
        "time_ms": time_table(records.timings_ms),
    }
    spec = predictor.bundle.spec
    if spec.draws:
        extras["thresholds"]["min_area_px"] = {name: thresholds.min_area_px[k] for name, k in by_name.items()}
    if spec.task == "cascade":
        extras["thresholds"]["pixels"] = {name: thresholds.pixels[class_id] for name, class_id in by_name.items()}
    # Behind a front end regions are drawn whole: there is no pixel threshold to sweep.
    if records.pixels is not None and spec.task == "cascade":
        sweep = sweep_pixels(predictor, collection, progress)
        extras["pixel_sweep"] = pixel_table(records, sweep, list(thresholds.gates.values()))
        for name, dice in dice_by_gate(records, sweep, list(thresholds.pixels.values())).items():
            extras["gate_sweep"]["classes"][name]["dice"] = dice
    return Measurement(
        bundle=predictor.bundle,
        runtime=predictor.runtime.label,
        collection=collection,
        evaluation=evaluation,
        extras=extras,
        looks=_looks(predictor, collection, records) if looks else (),
    )


def looked_at(records: FrameRecords) -> list[tuple[int, int, bool]]:
    """Frames worth a look, each as (row, class id, told right): the surest mistakes first, then the surest hits.

    Of a mistake the class is the one said, or, where nothing was said, the one missed.
    """
    wrong = []
    for row in np.flatnonzero(~records.right):
        column = _class_in_question(records, int(row))
        wrong.append((abs(float(records.probabilities[row, column]) - 0.5), int(row), column + 1))
    chosen = [(row, class_id, False) for _, row, class_id in sorted(wrong, reverse=True)[:WRONG_LOOKS]]
    for defect in records.counted:
        column = defect.id - 1
        hits = np.flatnonzero(records.right & records.truth[:, column])
        surest = hits[np.argsort(-records.probabilities[hits, column], kind="stable")]
        chosen += [(int(row), defect.id, True) for row in surest[:RIGHT_LOOKS]]
    return chosen


def _class_in_question(records: FrameRecords, row: int) -> int:
    """The column of the surest class that is said and not there, else of the surest that is there and not said."""
    for asked in (records.said[row] & ~records.truth[row], records.truth[row] & ~records.said[row]):
        columns = [column for column in records.columns if asked[column]]
        if columns:
            return max(columns, key=lambda column: float(records.probabilities[row, column]))
    return int(records.probabilities[row].argmax())


def _looks(predictor: Predictor, collection: Collection, records: FrameRecords) -> tuple[Look, ...]:
    finder = SaliencyFinder(predictor)
    return tuple(
        Look(
            row,
            finder.find(collection.images[row], class_id),
            float(records.probabilities[row, class_id - 1]),
            right,
        )
        for row, class_id, right in looked_at(records)
    )
