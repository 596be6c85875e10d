"""Curves of presence in frames: ROC, precision against recall, and calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.evaluation.records import Flags, Floats, FrameRecords

BINS = 10
_POINTS_AT_MOST = 200
DIGITS = 4

Curve = dict[str, list[float]]


def roc_curve(truth: Flags, scores: Floats) -> Curve | None:
    """``false_alarm_rate`` and ``recall`` at every ``threshold``, from the strictest on; ``None`` without both kinds.

    (N,) truths and scores. The first point says nothing at all; its threshold is 1 more than the highest score. Of more
    than 200 points those are kept that follow one another evenly (Fawcett, Pattern Recognition Letters 27 (2006) 861).
    """
    if truth.all() or not truth.any():
        return None
    thresholds, hits, alarms = _counts(truth, scores)
    return _thinned(
        threshold=np.concatenate([[thresholds[0] + 1.0], thresholds]),
        false_alarm_rate=np.concatenate([[0.0], alarms / np.count_nonzero(~truth)]),
        recall=np.concatenate([[0.0], hits / np.count_nonzero(truth)]),
    )


def precision_recall_curve(truth: Flags, scores: Floats) -> Curve | None:
    """``recall`` and ``precision`` at every ``threshold``, from the strictest on; ``None`` where no frame is true."""
    if not truth.any():
        return None
    thresholds, hits, alarms = _counts(truth, scores)
    return _thinned(threshold=thresholds, recall=hits / np.count_nonzero(truth), precision=hits / (hits + alarms))


def average_precision(truth: Flags, scores: Floats) -> float | None:
    """The precision at each threshold, weighted by how much recall it brings; ``None`` where no frame is true.

    Unlike the area under straight lines between the points it promises nothing in between: Davis and Goadrich, ICML
    2006, https://doi.org/10.1145/1143844.1143874.
    """
    if not truth.any():
        return None
    _, hits, alarms = _counts(truth, scores)
    gained = np.diff(hits, prepend=0) / np.count_nonzero(truth)
    return round(float((gained * hits / (hits + alarms)).sum()), DIGITS)


def calibration(truth: Flags, probabilities: Floats) -> dict[str, Any]:
    """How often a class is there when it is said to be with a probability, in ten bins of equal width.

    ``bins``: for each that holds a frame ``low``, ``high``, ``frames``, ``probability`` (their mean) and ``share`` (of
    them that hold the class). ``expected_error``: the mean distance of the two, weighted by frames, as in Guo, Pleiss,
    Sun and Weinberger, ICML 2017, https://arxiv.org/abs/1706.04599.
    """
    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    bins, error = [], 0.0
    for place in range(BINS):
        here = places == place
        count = int(here.sum())
        if not count:
            continue
        probability, share = float(probabilities[here].mean()), float(truth[here].mean())
        error += count / len(truth) * abs(probability - share)
        bins.append(
            {
                "low": place / BINS,
                "high": (place + 1) / BINS,
                "frames": count,
                "probability": round(probability, DIGITS),
                "share": round(share, DIGITS),
            }
        )
    return {"bins": bins, "expected_error": round(error, DIGITS)}


def presence_curves(records: FrameRecords) -> dict[str, dict[str, Any]]:
    """``roc``, ``precision_recall``, ``average_precision`` and ``calibration`` of each class, by name."""
    table = {}
    for defect in records.counted:
        truth, scores = records.held[:, defect.id - 1], records.probabilities[:, defect.id - 1]
        table[defect.name] = {
            "roc": roc_curve(truth, scores),
            "precision_recall": precision_recall_curve(truth, scores),
            "average_precision": average_precision(truth, scores),
            "calibration": calibration(truth, scores),
        }
    return table


def _counts(truth: Flags, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Thresholds, descending, each score once; hits and false alarms of what is at or above each."""
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    hits = np.cumsum(truth[order])[last].astype(np.float64)
    return scores[order][last], hits, last + 1.0 - hits


def _thinned(**columns: npt.NDArray[np.float64]) -> Curve:
    count = len(next(iter(columns.values())))
    rows = np.unique(np.linspace(0, count - 1, min(count, _POINTS_AT_MOST)).round().astype(int))
    return {name: [round(float(value), DIGITS) for value in values[rows]] for name, values in columns.items()}
