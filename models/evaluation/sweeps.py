"""Threshold sweeps: what other gates and pixel thresholds than the bundle's own would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.data.collection import Collection, ignored_px
from models.evaluation.overlap import dice
from models.evaluation.records import Flags, FrameRecords, Progress, Whole
from models.labels.components import drop_small
from models.labels.masks import MaskStack, class_mask
from models.pixel_probabilities import PixelProbabilities, pixel_probabilities
from models.predictor import Predictor

STEPS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Thresholds tried, beside the bundle's own."""
SWEPT_FRAMES = 200
"""Pixel thresholds are tried on at most so many frames, evenly chosen: each means drawing the frame some 20 times."""
DIGITS = 4

Shares = list[float | None]


@dataclass(frozen=True, slots=True, eq=False)
class PixelSweep:
    """Pixels that each of T ``thresholds`` would draw of K classes in the frames ``rows``, M of them.

    ``hits`` and ``drawn`` are (M, K, T) as if the class's gate were open, with its minimum area; ``truth`` is (M, K).
    """

    rows: tuple[int, ...]
    thresholds: tuple[float, ...]
    hits: Whole
    drawn: Whole
    truth: Whole


def sweep_pixels(predictor: Predictor, collection: Collection, progress: Progress = iter) -> PixelSweep:
    """Draw frames of a collection with masks at every threshold; for a bundle that draws."""
    taxonomy, thresholds = predictor.taxonomy, predictor.thresholds
    tried = tuple(sorted({*STEPS, *(round(value, 4) for value in thresholds.pixels.values())}))
    count = min(len(collection), SWEPT_FRAMES)
    rows = tuple(int(row) for row in np.linspace(0, len(collection) - 1, count).round())
    hits, drawn = (np.zeros((count, len(taxonomy), len(tried)), dtype=np.int64) for _ in range(2))
    truth = np.zeros((count, len(taxonomy)), dtype=np.int64)
    for place in progress(range(count)):
        row = rows[place]
        valid = ~ignored_px(collection.stacks[row], taxonomy, collection.ignored_at(row))
        said = pixel_probabilities(predictor.bundle, predictor.runtime, collection.images[row])
        for column, candidates in enumerate(_candidates(predictor, said)):
            real = class_mask(collection.stacks[row], column + 1) & valid
            truth[place, column] = np.count_nonzero(real)
            least_px = thresholds.min_area_px[column + 1]
            for step, threshold in enumerate(tried):
                mask = _large(candidates & (said.pixels[column] >= np.float32(threshold)), least_px) & valid
                drawn[place, column, step] = np.count_nonzero(mask)
                hits[place, column, step] = np.count_nonzero(mask & real)
    return PixelSweep(rows, tried, hits, drawn, truth)


def gate_table(records: FrameRecords) -> dict[str, Any]:
    """What other gates would give.

    ``gates``; ``clean_frames_opened``, the share of the clean frames in which any class is said if all classes have the
    gate; ``classes``: ``recall``, ``precision`` and ``f1`` of frames, ``false_alarms``, the share of the frames without
    the class in which it is said.
    """
    opened = records.probabilities[:, :, None] >= np.array(STEPS)
    clean = np.asarray(opened[records.clean][:, records.columns].any(axis=1))
    rows = {}
    for defect in records.counted:
        truth, said = records.held[:, defect.id - 1], opened[:, defect.id - 1]
        hits, alarms, there = said[truth].sum(axis=0), said[~truth].sum(axis=0), int(truth.sum())
        rows[defect.name] = {
            "recall": _shares(hits, there),
            "precision": _shares(hits, hits + alarms),
            "f1": _shares(2 * hits, hits + alarms + there),
            "false_alarms": _shares(alarms, len(truth) - there),
        }
    return {"gates": list(STEPS), "clean_frames_opened": _shares(clean.sum(axis=0), len(clean)), "classes": rows}


def dice_by_gate(records: FrameRecords, sweep: PixelSweep, pixel_thresholds: Sequence[float]) -> dict[str, Shares]:
    """Dice of each class over all pixels of the swept frames at each of ``STEPS`` as its gate.

    ``pixel_thresholds`` are the bundle's, one a class, at which it is drawn.
    """
    table = {}
    for defect in records.counted:
        column = defect.id - 1
        step = sweep.thresholds.index(round(pixel_thresholds[column], 4))
        opened = records.probabilities[list(sweep.rows), column][:, None] >= np.array(STEPS)
        hits = (sweep.hits[:, column, step][:, None] * opened).sum(axis=0)
        drawn = (sweep.drawn[:, column, step][:, None] * opened).sum(axis=0)
        table[defect.name] = _dice(hits, drawn, int(sweep.truth[:, column].sum()))
    return table


def pixel_table(records: FrameRecords, sweep: PixelSweep, gates: Sequence[float]) -> dict[str, Any]:
    """What other pixel thresholds would give with the bundle's ``gates``, one a class.

    ``thresholds``; ``frames``, how many were swept; ``classes``: ``dice``, ``recall`` and ``precision`` over all their
    pixels, ``false_alarms``, the share of the frames without the class in which any of it is drawn.
    """
    rows = {}
    for defect in records.counted:
        column = defect.id - 1
        opened = (records.probabilities[list(sweep.rows), column] >= gates[column])[:, None]
        hits, drawn = sweep.hits[:, column] * opened, sweep.drawn[:, column] * opened
        truth, without = int(sweep.truth[:, column].sum()), sweep.truth[:, column] == 0
        rows[defect.name] = {
            "dice": _dice(hits.sum(axis=0), drawn.sum(axis=0), truth),
            "recall": _shares(hits.sum(axis=0), truth),
            "precision": _shares(hits.sum(axis=0), drawn.sum(axis=0)),
            "false_alarms": _shares((drawn[without] > 0).sum(axis=0), int(without.sum())),
        }
    return {"thresholds": list(sweep.thresholds), "frames": len(sweep.rows), "classes": rows}


def _candidates(predictor: Predictor, said: PixelProbabilities) -> Iterator[Flags]:
    """Each class's (H, W) pixels that may be drawn were its gate open: of an exclusive bundle those it wins."""
    gates = predictor.thresholds.gates
    passed = [place for place in range(len(said.presence)) if said.presence[place] >= gates[place + 1]]
    for place, own in enumerate(said.pixels):
        rivals = [other for other in passed if other != place] if predictor.bundle.spec.exclusive else []
        yield own >= said.pixels[rivals].max(axis=0) if rivals else np.ones(own.shape, dtype=bool)


def _large(mask: Flags, least_px: int) -> Flags:
    """The pieces of a mask that are not below a minimum area."""
    if not mask.any():
        return mask
    stack: MaskStack = mask.astype(np.uint8)
    drop_small(stack, {1: least_px})
    return np.equal(stack, 1)


def _dice(hits: Whole, drawn: Whole, truth: int) -> Shares:
    """Dice at every step; nothing where there is nothing to draw."""
    if not truth:
        return [None] * len(hits)
    return [round(float(value), DIGITS) for value in dice(hits, truth, drawn)]


def _shares(part: Whole, whole: Whole | int) -> Shares:
    parts, wholes = np.broadcast_arrays(part, whole)
    return [round(int(a) / int(b), DIGITS) if b else None for a, b in zip(parts, wholes, strict=True)]
