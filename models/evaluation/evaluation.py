"""Evaluation: a bundle, run as the line runs it, measured on labelled frames it never saw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.data.collection import Collection
from models.evaluation.clean_regions import clean_region_metrics, clean_regions
from models.evaluation.figures import figures
from models.evaluation.intervals import Interval, Key, bootstrap, wilson_interval
from models.evaluation.records import Flags, FrameRecords, Progress, confusion_px, record_frames
from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy
from models.predictor import Predictor

__all__ = ["Evaluation", "FrameScore", "clean_region_metrics", "clean_regions", "evaluate"]

NONE = "none"
"""What a frame without any class is called in a confusion matrix."""
DIGITS = 4


@dataclass(frozen=True, slots=True, eq=False)
class FrameScore:
    """One frame: its row in the collection, what was drawn, and how well it was done, 0 to 1.

    ``dice`` is the mean Dice over the classes; of a bundle or a collection without masks the mean over the classes of
    the probability given to what is true.
    """

    row: int
    name: str
    stack: MaskStack
    dice: float


@dataclass(slots=True, eq=False)
class Evaluation:
    """What was counted. ``metrics`` is JSON-ready (see ``evaluate``); ``frames`` are ordered worst first."""

    taxonomy: Taxonomy
    metrics: dict[str, Any]
    records: FrameRecords
    frames: list[FrameScore] = field(default_factory=list)


def evaluate(predictor: Predictor, collection: Collection, progress: Progress = iter) -> Evaluation:
    """Predict every frame and count. The collection must have the bundle's classes, else ``DataError``.

    ``metrics`` holds, each ``None`` where there is nothing to measure it on:

    - ``frames``; ``task``, 'cascade' or 'classify'; ``drawn``, whether pixels were measured
    - ``accuracy``: share of frames told right. An exclusive classifier tells the most probable of none and the classes;
      any other is right where every class is on the right side of its gate
    - ``mean_recall``: mean over the classes; ``auroc``: mean over the classes; ``defect_auroc``: defect or not, by the
      largest probability of any class that is a defect
    - where pixels were measured: ``mean_iou`` (with the background where a pixel has one class; it then stands in
      ``background_iou`` too), ``mean_dice``, both over all pixels; ``competition_dice`` (mean over frames and classes,
      1 where a class is neither there nor drawn), ``competition_dice_of_nothing`` (what drawing nothing at all would
      score there), ``foreground_dice`` (mean over the pairs of frame and class that hold the class)
    - ``intervals``: 95 % confidence intervals [low, high] of these, by name
    - ``classes``: for each class by name ``precision``, ``recall``, ``f1``, ``auroc`` and ``support`` (frames) of its
      presence; where pixels were measured ``iou``, ``dice``, ``pixel_precision``, ``pixel_recall``, ``pixel_support``
      (px), ``competition_dice``, ``foreground_dice``, ``drawn_recall`` and ``drawn_precision`` (of frames in which
      any of it is drawn, the gate and the minimum area passed); ``intervals`` as above
    - ``averages``: ``macro`` and ``weighted`` (by support) precision, recall and f1
    - ``confusion_frames``: ``order`` ('none', classes), ``rows_are_truth`` (frames by true and told class) and
      ``left_out``: frames that hold several classes, which one column cannot answer for
    - ``confusion_px``, where pixels were measured: ``order`` ('background', classes), ``rows_are_truth`` (px)
    - ``clean_frames``: ``frames`` without any class; ``gate_open_share`` of them in which one is said, with its
      ``interval``; ``drawn_share`` of them in which one is drawn

    IoU and Dice are a class against the rest; pixels of ignored classes count nowhere. Where classes overlap
    ``confusion_px`` shows the one with the highest id. Intervals are Wilson's for proportions, else from 2,000
    resamples of the frames. ``progress`` wraps the iteration over rows.
    """
    records, stacks = record_frames(predictor, collection, progress)
    metrics = {
        "frames": len(records),
        "task": predictor.bundle.spec.task,
        "drawn": records.pixels is not None,
        **_figures(records),
        "averages": _averages(records),
        "confusion_frames": _confusion_frames(records),
        **_confusion_px(records),
        "clean_frames": _clean_frames(records, stacks),
    }
    return Evaluation(records.taxonomy, metrics, records, _worst_first(records, stacks))


def rounded(value: float) -> float | None:
    """Four digits; ``None`` for what is not a number, which JSON lacks."""
    return None if math.isnan(value) else round(float(value), DIGITS)


def _figures(records: FrameRecords) -> dict[str, Any]:
    values = {key: rounded(float(value[0])) for key, value in figures(records).items()}
    values["competition_dice_of_nothing", ""] = None
    if records.pixels is not None:
        empty = records.pixels.truth[:, records.columns] == 0
        values["competition_dice_of_nothing", ""] = rounded(float(empty.mean()))
    del values["false_alarms", ""]
    intervals = {**bootstrap(len(records), lambda weights: figures(records, weights)), **_proportions(records)}
    whole: dict[str, Any] = {name: value for (name, of), value in values.items() if not of}
    whole["intervals"] = _listed(values, intervals, "")
    whole["classes"] = {}
    for defect in records.counted:
        row: dict[str, Any] = {name: value for (name, of), value in values.items() if of == defect.name}
        row["support"] = int(records.truth[:, defect.id - 1].sum())
        if records.pixels is not None:
            row["pixel_support"] = int(records.pixels.truth[:, defect.id - 1].sum())
        row["intervals"] = _listed(values, intervals, defect.name)
        whole["classes"][defect.name] = row
    return whole


def _proportions(records: FrameRecords) -> dict[Key, Interval | None]:
    """Intervals of what is a share of frames."""
    truth, said, right = records.truth, records.said, records.right
    table = {("accuracy", ""): wilson_interval(int(right.sum()), len(records))}
    for defect in records.counted:
        real, told = truth[:, defect.id - 1], said[:, defect.id - 1]
        table.update(_found("recall", "precision", defect.name, real, told))
        if records.pixels is not None:
            real, drawn = records.pixels.truth[:, defect.id - 1] > 0, records.pixels.drawn[:, defect.id - 1] > 0
            table.update(_found("drawn_recall", "drawn_precision", defect.name, real, drawn))
    return table


def _found(recall: str, precision: str, of: str, real: Flags, told: Flags) -> dict[Key, Interval | None]:
    hits = int((real & told).sum())
    return {
        (recall, of): wilson_interval(hits, int(real.sum())),
        (precision, of): wilson_interval(hits, int(told.sum())),
    }


def _listed(
    values: dict[Key, float | None], intervals: dict[Key, Interval | None], of: str
) -> dict[str, list[float] | None]:
    """The intervals of the figures of one class, or of all, by name."""
    listed: dict[str, list[float] | None] = {}
    for key in values:
        if key[1] == of and key in intervals:
            ends = intervals[key]
            listed[key[0]] = None if ends is None else [round(end, DIGITS) for end in ends]
    return listed


def _averages(records: FrameRecords) -> dict[str, dict[str, float | None]]:
    """Precision, recall and F1 as means over the classes, plain and by support."""
    values = figures(records)
    support = records.truth.sum(axis=0)[records.columns].astype(np.float64)
    table: dict[str, dict[str, float | None]] = {}
    for title, weights in (("macro", np.ones_like(support)), ("weighted", support)):
        row = {}
        for name in ("precision", "recall", "f1"):
            numbers = np.array([float(values[name, defect.name][0]) for defect in records.counted])
            there = ~np.isnan(numbers) & (weights > 0)
            row[name] = rounded(float(np.average(numbers[there], weights=weights[there])) if there.any() else math.nan)
        table[title] = row
    return table


def _confusion_frames(records: FrameRecords) -> dict[str, Any]:
    single = np.ones(len(records), dtype=bool) if records.one_class_a_frame else records.held.sum(axis=1) <= 1
    count = len(records.taxonomy) + 1
    counts = np.zeros((count, count), dtype=np.int64)
    np.add.at(counts, (records.main[single], records.told[single]), 1)
    return {
        "order": [NONE, *records.taxonomy.names],
        "rows_are_truth": counts.tolist(),
        "left_out": int((~single).sum()),
    }


def _confusion_px(records: FrameRecords) -> dict[str, Any]:
    if records.pixels is None:
        return {}
    counts = confusion_px(records.pixels)
    return {"confusion_px": {"order": ["background", *records.taxonomy.names], "rows_are_truth": counts.tolist()}}


def _clean_frames(records: FrameRecords, stacks: Sequence[MaskStack]) -> dict[str, Any]:
    clean = records.clean
    count = int(clean.sum())
    opened = int((clean & records.said[:, records.columns].any(axis=1)).sum())
    drawn = sum(bool(stack.any()) for stack, is_clean in zip(stacks, clean, strict=True) if is_clean)
    ends = wilson_interval(opened, count)
    return {
        "frames": count,
        "gate_open_share": rounded(opened / count) if count else None,
        "interval": None if ends is None else [round(end, DIGITS) for end in ends],
        "drawn_share": rounded(drawn / count) if count and records.pixels is not None else None,
    }


def _worst_first(records: FrameRecords, stacks: Sequence[MaskStack]) -> list[FrameScore]:
    columns = records.columns
    if records.pixels is not None:
        scores = records.pixels.frame_dice[:, columns].mean(axis=1)
    else:
        given = records.probabilities[:, columns]
        scores = np.where(records.held[:, columns], given, 1.0 - given).mean(axis=1)
    order = np.argsort(scores, kind="stable")
    return [FrameScore(int(row), records.names[row], stacks[row], float(scores[row])) for row in order]
