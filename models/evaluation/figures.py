"""Figures: every number an evaluation gives, as a function of how often each frame counts.

With a weight of 1 a frame they are the figures themselves; with resampled weights they are what intervals and
comparisons are made of, so that both rest on one definition.
"""

from __future__ import annotations

import numpy as np

from models.evaluation.intervals import Floats, Key
from models.evaluation.overlap import dice, intersection_over_union, mean_of_numbers, ratio
from models.evaluation.records import Flags, FrameRecords, PixelRecords
from models.labels.taxonomy import Role


def figures(records: FrameRecords, weights: Floats | None = None) -> dict[Key, Floats]:
    """Each figure by (name, class or ''), (B,) for (B, N) ``weights``; NaN where there is nothing to measure it on.

    Over all classes: accuracy, mean_recall, auroc, defect_auroc, false_alarms (share of clean frames in which any class
    is said) and, of what is drawn, mean_iou, background_iou, mean_dice, competition_dice, foreground_dice. A class:
    precision, recall, f1 and auroc of its presence in frames; iou, dice, pixel_precision, pixel_recall over all pixels;
    competition_dice and foreground_dice as means over frames; drawn_recall and drawn_precision of frames in which any
    of it is drawn.

    The AUROCs are those of Fawcett, Pattern Recognition Letters 27 (2006) 861,
    https://doi.org/10.1016/j.patrec.2005.10.010; ``auroc`` is their mean over the classes.
    """
    if weights is None:
        weights = np.ones((1, len(records)))
    return {**_presence(records, weights), **(_drawn(records, records.pixels, weights) if records.pixels else {})}


def _presence(records: FrameRecords, weights: Floats) -> dict[Key, Floats]:
    truth, said, right = records.truth, records.said, records.right
    hits = weights @ (truth & said).astype(np.float64)
    held, told = weights @ truth.astype(np.float64), weights @ said.astype(np.float64)
    recall = ratio(hits, held)
    by_class = zip(records.held.T, records.probabilities.T, strict=True)
    aurocs = np.stack([weighted_auroc(holds, scores, weights) for holds, scores in by_class], axis=1)
    table = {
        "recall": recall,
        "precision": ratio(hits, told),
        "f1": dice(hits, held, told),
        "auroc": aurocs,
    }
    clean, columns = records.clean, records.columns
    opened = clean & said[:, columns].any(axis=1)
    defects = [defect.id - 1 for defect in records.taxonomy if defect.role is Role.DEFECT]
    whole: dict[Key, Floats] = {
        ("accuracy", ""): ratio(weights @ right.astype(np.float64), weights.sum(axis=1)),
        ("mean_recall", ""): mean_of_numbers(recall[:, columns]),
        ("auroc", ""): mean_of_numbers(aurocs[:, columns]),
        ("false_alarms", ""): ratio(weights @ opened.astype(np.float64), weights @ clean.astype(np.float64)),
    }
    if defects:
        holds, most = np.any(records.held[:, defects], axis=1), np.max(records.probabilities[:, defects], axis=1)
        whole["defect_auroc", ""] = weighted_auroc(holds, most, weights)
    return {**whole, **_by_class(records, table)}


def _drawn(records: FrameRecords, pixels: PixelRecords, weights: Floats) -> dict[Key, Floats]:
    hits, truth, drawn = (weights @ counted.astype(np.float64) for counted in (pixels.hits, pixels.truth, pixels.drawn))
    holds, any_drawn = (pixels.truth > 0).astype(np.float64), (pixels.drawn > 0).astype(np.float64)
    in_frames, with_class = weights @ pixels.frame_dice, weights @ holds
    found = weights @ (holds * any_drawn)
    in_holding = weights @ (pixels.frame_dice * holds)
    columns = records.columns
    table = {
        "iou": intersection_over_union(hits, truth, drawn),
        "dice": dice(hits, truth, drawn),
        "pixel_precision": ratio(hits, drawn),
        "pixel_recall": ratio(hits, truth),
        "drawn_recall": ratio(found, with_class),
        "drawn_precision": ratio(found, weights @ any_drawn),
        "competition_dice": in_frames / weights.sum(axis=1, keepdims=True),
        "foreground_dice": ratio(in_holding, with_class),
    }
    whole: dict[Key, Floats] = {
        ("mean_iou", ""): mean_of_numbers(table["iou"][:, columns]),
        ("mean_dice", ""): mean_of_numbers(table["dice"][:, columns]),
        ("competition_dice", ""): mean_of_numbers(table["competition_dice"][:, columns]),
        ("foreground_dice", ""): ratio(in_holding[:, columns].sum(axis=1), with_class[:, columns].sum(axis=1)),
    }
    if records.one_class_a_pixel:
        by_index = _index_iou(pixels, weights)
        whole["mean_iou", ""] = mean_of_numbers(by_index[:, [0, *(column + 1 for column in columns)]])
        whole["background_iou", ""] = by_index[:, 0]
    return {**whole, **_by_class(records, table)}


def weighted_auroc(truth: Flags, scores: Floats, weights: Floats) -> Floats:
    """(B,) areas under the ROC curve of (N,) truths and scores with (B, N) weights; ties count half, NaN without both.

    The probability that a frame with the class scores above one without it (Mann and Whitney's U).
    """
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=-np.inf))
    ordered = weights[:, order]
    with_class = np.add.reduceat(ordered * truth[order], starts, axis=1)
    without = np.add.reduceat(ordered * ~truth[order], starts, axis=1)
    below = np.cumsum(without, axis=1) - without
    return ratio((with_class * (below + without / 2)).sum(axis=1), with_class.sum(axis=1) * without.sum(axis=1))


def _index_iou(pixels: PixelRecords, weights: Floats) -> Floats:
    """(B, K + 1), background first, of pixels that have one class each."""
    hits = weights @ np.diagonal(pixels.confusions, axis1=1, axis2=2)
    truth, drawn = (weights @ pixels.confusions.sum(axis=axis) for axis in (2, 1))
    return intersection_over_union(hits, truth, drawn)


def _by_class(records: FrameRecords, table: dict[str, Floats]) -> dict[Key, Floats]:
    return {
        (name, defect.name): values[:, defect.id - 1] for name, values in table.items() for defect in records.counted
    }
