"""Comparison: two bundles on the same frames, and whether the second may take the first one's place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.bundle import Bundle, BundleError
from models.data.collection import Collection
from models.evaluation.evaluation import DIGITS, rounded
from models.evaluation.figures import figures
from models.evaluation.intervals import Floats, Interval, Key, bootstrap
from models.evaluation.records import FrameRecords, Progress, record_frames, timings
from models.evaluation.timings import time_table
from models.labels.masks import MaskStack
from models.predictor import Predictor

FIGURES = (
    "mean_iou", "mean_dice", "foreground_dice", "competition_dice", "accuracy", "mean_recall", "auroc", "defect_auroc",
    "false_alarms",
)  # fmt: skip
"""What is compared over all classes."""
CLASS_FIGURES = ("recall", "drawn_recall", "precision", "f1", "auroc", "iou", "dice", "foreground_dice")
"""What is compared of each class."""
LOWER_IS_BETTER = frozenset({"false_alarms"})
TIMED_FRAMES = 50
MAIN_FIGURES = ("mean_dice", "accuracy", "auroc")
"""The first of these that both bundles have is what a comparison turns on."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the two: a bundle, what it ran on, and what it said of every frame.

    ``timings_ms`` is (M, 4) in the order of ``TIMED_PARTS``, of frames that both ran in turns.
    """

    bundle: Bundle
    runtime: str
    records: FrameRecords
    stacks: Sequence[MaskStack]
    timings_ms: Floats

    def to_json(self) -> dict[str, Any]:
        """``bundle``, ``bundle_sha256``, ``runtime`` and ``time_ms`` as ``time_table``."""
        return {
            "bundle": self.bundle.name,
            "bundle_sha256": self.bundle.sha256,
            "runtime": self.runtime,
            "time_ms": time_table(self.timings_ms),
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both bundles, B's minus A's, and the 95 % interval of that; ``None`` where it cannot be measured.

    ``class_name`` is '' for a figure over all classes.
    """

    figure: str
    class_name: str
    a: float | None
    b: float | None
    difference: float | None
    interval: Interval | None

    @property
    def worse(self) -> bool:
        """B is worse beyond the interval."""
        if self.interval is None:
            return False
        return self.interval[0] > 0 if self.figure in LOWER_IS_BETTER else self.interval[1] < 0

    @property
    def better(self) -> bool:
        """B is better beyond the interval."""
        if self.interval is None:
            return False
        return self.interval[1] < 0 if self.figure in LOWER_IS_BETTER else self.interval[0] > 0

    def to_json(self) -> dict[str, Any]:
        """The fields by name, ``class_name`` as ``class`` (``null``: over all), with ``worse`` and ``better``."""
        return {
            "figure": self.figure,
            "class": self.class_name or None,
            "a": self.a,
            "b": self.b,
            "difference": self.difference,
            "interval": None if self.interval is None else list(self.interval),
            "worse": self.worse,
            "better": self.better,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two bundles side by side; ``rows`` over all classes first, then class by class."""

    a: Side
    b: Side
    rows: tuple[Difference, ...]

    @property
    def main(self) -> Difference | None:
        """The figure the comparison turns on; ``None`` where neither can be measured."""
        whole = {row.figure: row for row in self.rows if not row.class_name}
        return next(
            (whole[name] for name in MAIN_FIGURES if name in whole and whole[name].difference is not None), None
        )

    def of(self, figure: str) -> list[Difference]:
        """A figure's rows, one a class, of those that could be measured."""
        return [row for row in self.rows if row.figure == figure and row.class_name and row.difference is not None]


def run_both(a: Predictor, b: Predictor, collection: Collection, progress: Progress = iter) -> tuple[Side, Side]:
    """Run both bundles on every frame. Raises ``DataError`` where their classes are not the collection's.

    Times are taken on at most ``TIMED_FRAMES``, by turns: what else the computer does then slows both alike.
    """
    images = collection.images[:TIMED_FRAMES]
    recorded = [record_frames(predictor, collection, progress) for predictor in (a, b)]
    timed = [[timings(predictor.predict(image)) for predictor in (a, b)] for image in images]
    sides = [
        Side(predictor.bundle, predictor.runtime.label, records, stacks, np.array([pair[place] for pair in timed]))
        for place, (predictor, (records, stacks)) in enumerate(zip((a, b), recorded, strict=True))
    ]
    return sides[0], sides[1]


def check_comparable(a: Bundle, b: Bundle) -> None:
    """Raise ``BundleError`` where the bundles do not know the same classes in the same order."""
    theirs, others = a.spec.taxonomy.names, b.spec.taxonomy.names
    if theirs != others:
        raise BundleError(
            f"Bundle '{a.name}' knows {', '.join(theirs)} and bundle '{b.name}' {', '.join(others)}; "
            "only bundles of the same classes in the same order can be compared."
        )


def compare(a: Side, b: Side) -> Comparison:
    """Lay two bundles that ran on the same frames side by side.

    Differences are resampled in pairs: each of 2,000 resamples takes the same frames of both, so that frames hard for
    both do not blur what sets them apart (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 8).
    """
    of_a, of_b = figures(a.records), figures(b.records)
    keys = [key for key in _keys(a.records) if key in of_a and key in of_b]

    def differences(weights: Floats) -> dict[Key, Floats]:
        from_a, from_b = figures(a.records, weights), figures(b.records, weights)
        return {key: from_b[key] - from_a[key] for key in keys}

    intervals = bootstrap(len(a.records), differences)
    return Comparison(a, b, tuple(_difference(key, of_a, of_b, intervals[key]) for key in keys))


def changed_frames(comparison: Comparison, at_most: int) -> list[tuple[int, float]]:
    """Frames B did worse than A, the most so first, as (row, B's score minus A's).

    The score is the mean Dice over the classes where both draw, else 1 or 0 for right or wrong.
    """
    a, b = comparison.a.records, comparison.b.records
    if a.pixels is not None and b.pixels is not None:
        change = (b.pixels.frame_dice - a.pixels.frame_dice)[:, a.columns].mean(axis=1)
    else:
        change = b.right.astype(np.float64) - a.right
    order = np.argsort(change, kind="stable")
    return [(int(row), float(change[row])) for row in order[:at_most] if change[row] < 0]


def _keys(records: FrameRecords) -> Iterable[Key]:
    yield from ((name, "") for name in FIGURES)
    for defect in records.counted:
        yield from ((name, defect.name) for name in CLASS_FIGURES)


def _difference(key: Key, of_a: dict[Key, Floats], of_b: dict[Key, Floats], interval: Interval | None) -> Difference:
    a, b = float(of_a[key][0]), float(of_b[key][0])
    known = rounded(b - a) is not None
    ends = None if interval is None or not known else (round(interval[0], DIGITS), round(interval[1], DIGITS))
    return Difference(*key, rounded(a), rounded(b), rounded(b - a), ends)
