"""Thresholds tuned on the validation part: gates, pixel thresholds and minimum areas of each class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.evaluation.overlap import dice

GATE_STEPS = np.round(np.arange(0.05, 0.96, 0.05), 2)
PIXEL_STEPS = np.round(np.arange(0.30, 0.71, 0.05), 2)
AREA_STEPS_PX = (0, 8, 16, 32, 64, 96, 128, 192, 256, 384)
LEAST_RECALL = 0.98
"""A gate that lets so many of the frames with a class through costs hardly any defect."""

Floats = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TunedThresholds:
    """One value a class, in the order of ids: probabilities 0 to 1, areas in pixels."""

    gates: tuple[float, ...]
    pixels: tuple[float, ...]
    min_area_px: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TuningFrame:
    """A validation frame: ``presence`` (K,) and ``pixels`` (K, H, W) probabilities, ``truth`` (K, H, W) bool.

    ``valid`` is (H, W) bool, false where pixels are ignored.
    """

    presence: Floats
    pixels: Floats
    truth: Mask
    valid: Mask


def tune_gate(truth: Mask, scores: Floats) -> float:
    """The gate of one class from (N,) true presences and scores.

    Of the gates that find at least ``LEAST_RECALL`` of the frames that hold the class the one with the best F1, and
    of equals the one nearest to one half; 0.5 where no frame holds the class.
    """
    if not truth.any():
        return 0.5
    said = scores >= GATE_STEPS[:, None]
    hits, held = np.count_nonzero(said & truth, axis=1), int(np.count_nonzero(truth))
    f1 = dice(hits, held, np.count_nonzero(said, axis=1))
    safe = np.flatnonzero(hits / held >= LEAST_RECALL).tolist() or [0]
    return float(GATE_STEPS[max(safe, key=lambda place: (round(float(f1[place]), 6), -abs(GATE_STEPS[place] - 0.5)))])


@dataclass(slots=True)
class PixelTuner:
    """Counts, frame by frame, what each pixel threshold of one class would hit and draw."""

    hits: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(PIXEL_STEPS), dtype=np.int64))
    drawn: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(PIXEL_STEPS), dtype=np.int64))
    true_px: int = 0

    def add(self, probabilities: Floats, candidates: Mask, truth: Mask) -> None:
        """(H, W) probabilities, the pixels that may be drawn at all, and the true pixels."""
        self.true_px += int(np.count_nonzero(truth))
        for place, threshold in enumerate(PIXEL_STEPS):
            mask = candidates & (probabilities >= threshold)
            self.drawn[place] += int(np.count_nonzero(mask))
            self.hits[place] += int(np.count_nonzero(mask & truth))

    def best(self) -> float:
        """The threshold with the best Dice over all pixels; of equals the one nearest to one half."""
        if not self.true_px:
            return 0.5
        scores = dice(self.hits, self.true_px, self.drawn)
        order = sorted(
            range(len(PIXEL_STEPS)), key=lambda place: (-round(float(scores[place]), 6), abs(PIXEL_STEPS[place] - 0.5))
        )
        return float(PIXEL_STEPS[order[0]])


def frame_dice_by_area(drawn: Mask, truth: Mask) -> npt.NDArray[np.float64]:
    """The frame's Dice (1 where both are empty) after dropping pieces below each of ``AREA_STEPS_PX``; (steps,)."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(drawn.astype(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    hits = np.bincount(pieces[truth], minlength=count)[1:]
    true_px = int(np.count_nonzero(truth))
    result = np.ones(len(AREA_STEPS_PX))
    for place, least in enumerate(AREA_STEPS_PX):
        kept = areas >= least
        total = int(areas[kept].sum()) + true_px
        if total:
            result[place] = 2.0 * int(hits[kept].sum()) / total
    return result


def tune_thresholds(frames: Sequence[TuningFrame] | Iterable[TuningFrame], exclusive: bool) -> TunedThresholds:
    """Tune all three on validation frames, one after the other: gates, then pixels, then areas.

    ``frames`` are iterated once and may be large; what is kept of a frame is its probabilities in 16 bits.
    """
    kept = [TuningFrame(f.presence, f.pixels.astype(np.float16), f.truth, f.valid) for f in frames]
    class_count = len(kept[0].presence)
    held = np.array([frame.truth.any(axis=(1, 2)) for frame in kept])
    scores = np.array([frame.presence for frame in kept])
    gates = [tune_gate(held[:, k], scores[:, k]) for k in range(class_count)]
    tuners = [PixelTuner() for _ in range(class_count)]
    for frame in kept:
        for k, candidates in _candidates(frame, gates, exclusive):
            tuners[k].add(frame.pixels[k], candidates & frame.valid, frame.truth[k])
    pixels = [tuner.best() for tuner in tuners]
    by_area = np.zeros((class_count, len(AREA_STEPS_PX)))
    for frame in kept:
        for k, candidates in _candidates(frame, gates, exclusive):
            drawn = candidates & (frame.pixels[k] >= pixels[k]) & frame.valid
            by_area[k] += frame_dice_by_area(drawn, frame.truth[k])
    areas = [AREA_STEPS_PX[int(np.argmax(np.round(by_area[k] / len(kept), 5)))] for k in range(class_count)]
    return TunedThresholds(tuple(gates), tuple(pixels), tuple(areas))


def _candidates(frame: TuningFrame, gates: Sequence[float], exclusive: bool) -> Iterable[tuple[int, Mask]]:
    """Each class with the pixels the predictor may draw it on: none of a class that its gate keeps out."""
    passed = frame.presence >= np.asarray(gates, dtype=np.float32)
    nothing = np.zeros(frame.valid.shape, dtype=bool)
    best = np.where(passed[:, None, None], frame.pixels, -1).argmax(axis=0) if exclusive else None
    for k in range(len(gates)):
        if not passed[k]:
            yield k, nothing
        else:
            yield k, ~nothing if best is None else best == k
