"""Overlap: how far what is said and what is true are the same, of pixels as of frames. NumPy alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.data.collection import IGNORED

Counts = npt.NDArray[np.int64]
"""(C, C) pixel counts: row the truth, column the prediction."""
Numbers = npt.NDArray[np.floating[Any]] | npt.NDArray[np.integer[Any]] | int
Floats = npt.NDArray[np.float64]


def confusion_counts(
    truth: npt.NDArray[np.integer[Any]], prediction: npt.NDArray[np.integer[Any]], count: int
) -> Counts:
    """Pixels by true and predicted index, (``count``, ``count``).

    Both indices have one shape; pixels that are 255 in the truth are left out.
    """
    valid = truth != IGNORED
    pairs = truth[valid].astype(np.int64) * count + prediction[valid].astype(np.int64)
    return np.bincount(pairs, minlength=count * count).reshape(count, count)


def intersection_over_union(hits: Numbers, true: Numbers, said: Numbers) -> Floats:
    """IoU from how many are true and said at once, are true, and are said; NaN where nothing is either."""
    return ratio(hits, true + said - hits)


def dice(hits: Numbers, true: Numbers, said: Numbers) -> Floats:
    """Dice, which of frames is called F1, from the same counts; NaN where nothing is true or said."""
    return ratio(2 * hits, true + said)


def competition_dice(truth: npt.NDArray[np.bool_], prediction: npt.NDArray[np.bool_]) -> float:
    """Dice of one class in one frame as Kaggle's Severstal competition counts it: 1 where both masks are empty."""
    total = int(np.count_nonzero(truth)) + int(np.count_nonzero(prediction))
    return 1.0 if total == 0 else 2.0 * int(np.count_nonzero(truth & prediction)) / total


def mean_of_numbers(values: Floats) -> Floats:
    """The mean over the last axis of what is a number; NaN without any, and no warning."""
    numbers = ~np.isnan(values)
    return ratio(np.where(numbers, values, 0.0).sum(axis=-1), numbers.sum(axis=-1).astype(np.float64))


def ratio(part: Numbers, whole: Numbers) -> Floats:
    """``part`` / ``whole``, of shapes that go together; NaN where ``whole`` is 0."""
    parts, wholes = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    quotient: Floats = np.divide(parts, wholes, out=np.full(parts.shape, np.nan), where=wholes > 0)
    return quotient
