"""Records: what was counted of each frame. Every figure, interval and comparison is a sum over these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.data.collection import IGNORED, Collection, DataError, ignored_px, target_index
from models.evaluation.overlap import Counts, competition_dice, confusion_counts
from models.labels.masks import MaskStack, class_mask
from models.labels.taxonomy import DefectClass, Taxonomy
from models.predictor import Prediction, Predictor

Progress = Callable[[Iterable[int]], Iterable[int]]
"""Wraps the iteration over the rows of a collection."""

TIMED_PARTS = ("prepare", "classify", "segment", "masks")
"""The parts of a frame's time, as ``Prediction.timings_ms`` names them."""

Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PixelRecords:
    """Pixels of N frames and K classes; ignored ones count nowhere.

    ``hits``, ``truth`` and ``drawn`` are (N, K): a class against the rest, whether or not classes overlap.
    ``frame_dice`` is (N, K), the competition's Dice. ``confusions`` are (N, K + 1, K + 1), truth by prediction with the
    background first, one class a pixel: where classes overlap the one with the highest id.
    """

    hits: Whole
    truth: Whole
    drawn: Whole
    frame_dice: Floats
    confusions: Whole


@dataclass(frozen=True, slots=True, eq=False)
class FrameRecords:
    """N frames and what a bundle of K classes says of them.

    ``held`` (N, K): the frame holds the class. ``main`` (N,): the class a frame shows most of, 0 for none.
    ``probabilities`` (N, K) are the classes' presence, 0 to 1. ``said`` (N, K): the class is said to be there.
    ``told`` (N,): the one class told of the frame, 0 for none. ``timings_ms`` is (N, 4), in the order of
    ``TIMED_PARTS``. ``pixels`` is ``None`` where the bundle draws nothing or no masks are known.
    """

    taxonomy: Taxonomy
    names: tuple[str, ...]
    one_class_a_frame: bool
    one_class_a_pixel: bool
    held: Flags
    main: Whole
    probabilities: Floats
    said: Flags
    told: Whole
    timings_ms: Floats
    pixels: PixelRecords | None

    def __len__(self) -> int:
        return len(self.names)

    @property
    def counted(self) -> tuple[DefectClass, ...]:
        """The classes that are measured: all but those whose pixels are to be ignored."""
        return tuple(defect for defect in self.taxonomy if not defect.role.left_out)

    @property
    def columns(self) -> list[int]:
        """The columns of ``counted``."""
        return [defect.id - 1 for defect in self.counted]

    @property
    def truth(self) -> Flags:
        """(N, K): what is to be said of each frame; one class at most where only one can be told."""
        if self.one_class_a_frame:
            return np.equal(self.main[:, None], np.arange(1, len(self.taxonomy) + 1))
        return self.held

    @property
    def right(self) -> Flags:
        """(N,): what is said of the frame is what is to be said, of every class."""
        if self.one_class_a_frame:
            return np.equal(self.main, self.told)
        return _all_of(np.equal(self.truth, self.said)[:, self.columns])

    @property
    def clean(self) -> Flags:
        """(N,): the frame holds no class."""
        return _all_of(~self.held[:, self.columns])


def record_frames(
    predictor: Predictor, collection: Collection, progress: Progress = iter
) -> tuple[FrameRecords, list[MaskStack]]:
    """Run every frame and count; also the stacks drawn, in the collection's order.

    An exclusive bundle that classifies tells the most probable of none and the classes, and says that class alone;
    any other says each class that reaches its gate, and tells the most probable of those. What a frame shows most of is
    counted in pixels where there are any, else its first label. Raises ``DataError`` where the collection has other
    classes than the bundle.
    """
    _check_classes(predictor.taxonomy, collection.taxonomy)
    spec = predictor.bundle.spec
    predictions = [predictor.predict(collection.images[row]) for row in progress(range(len(collection)))]
    stacks = [prediction.stack for prediction in predictions]
    probabilities = np.array([[p.probabilities[defect.id] for defect in spec.taxonomy] for p in predictions])
    areas = valid_areas_px(collection)
    held = areas > 0 if not collection.labels else collection.presence
    one_class = spec.exclusive and spec.task == "classify"
    gates = np.array([predictor.thresholds.gates[defect.id] for defect in spec.taxonomy])
    told = most_probable(probabilities) if one_class else most_probable_past(gates, probabilities)
    return FrameRecords(
        taxonomy=spec.taxonomy,
        names=collection.names,
        one_class_a_frame=one_class,
        one_class_a_pixel=spec.exclusive,
        held=held,
        # A frame that nobody drew on still shows what its label says.
        main=main_class(np.where(areas.any(axis=1, keepdims=True), areas, held)),
        probabilities=probabilities,
        said=np.arange(1, len(gates) + 1) == told[:, None] if one_class else probabilities >= gates,
        told=told,
        timings_ms=np.array([timings(prediction) for prediction in predictions]),
        pixels=_pixel_records(collection, stacks) if collection.drawn and spec.draws else None,
    ), stacks


def _all_of(flags: Flags) -> Flags:
    """(N,) whether all of (N, K) are true."""
    whole: Flags = flags.sum(axis=1) == flags.shape[1]
    return whole


def main_class(shown: Whole) -> Whole:
    """(N,) id of the class with most of (N, K) pixels (or labels), the first of equals; 0 where none has any."""
    return np.where(shown.any(axis=1), shown.argmax(axis=1) + 1, 0)


def most_probable(probabilities: Floats) -> Whole:
    """(N,) id of the most probable class from (N, K) probabilities; 0 where what they leave to 1 is more."""
    nothing = 1.0 - probabilities.sum(axis=1)
    return np.where(probabilities.max(axis=1) >= nothing, probabilities.argmax(axis=1) + 1, 0)


def most_probable_past(gates: Floats, probabilities: Floats) -> Whole:
    """(N,) id of the most probable of the classes that reach their (K,) gates; 0 where none does."""
    passed = np.where(probabilities >= gates, probabilities, -1.0)
    return np.where(passed.max(axis=1) >= 0, passed.argmax(axis=1) + 1, 0)


def valid_areas_px(collection: Collection) -> Whole:
    """(N, K) pixels of each class in each frame that are not ignored; none of the classes that are."""
    areas = np.zeros((len(collection), len(collection.taxonomy)), dtype=np.int64)
    for row, stack in enumerate(collection.stacks):
        valid = ~ignored_px(stack, collection.taxonomy, collection.ignored_at(row))
        for defect in collection.taxonomy:
            if not defect.role.left_out:
                areas[row, defect.id - 1] = np.count_nonzero(class_mask(stack, defect.id) & valid)
    return areas


def _pixel_records(collection: Collection, stacks: list[MaskStack]) -> PixelRecords:
    taxonomy, frames = collection.taxonomy, len(collection)
    hits, truth, drawn = (np.zeros((frames, len(taxonomy)), dtype=np.int64) for _ in range(3))
    frame_dice = np.zeros((frames, len(taxonomy)))
    confusions = np.zeros((frames, len(taxonomy) + 1, len(taxonomy) + 1), dtype=np.int64)
    for row, (true_stack, stack) in enumerate(zip(collection.stacks, stacks, strict=True)):
        index = target_index(true_stack, taxonomy, collection.ignored_at(row))
        # What is drawn of an ignored class is nothing, where the truth is not ignored.
        told = target_index(stack, taxonomy)
        told[told == IGNORED] = 0
        confusions[row] = confusion_counts(index, told, len(taxonomy) + 1)
        valid = index != IGNORED
        for place, defect in enumerate(taxonomy):
            if defect.role.left_out:
                continue
            real, said = class_mask(true_stack, defect.id) & valid, class_mask(stack, defect.id) & valid
            hits[row, place] = np.count_nonzero(real & said)
            truth[row, place], drawn[row, place] = np.count_nonzero(real), np.count_nonzero(said)
            frame_dice[row, place] = competition_dice(real, said)
    return PixelRecords(hits, truth, drawn, frame_dice, confusions)


def confusion_px(pixels: PixelRecords) -> Counts:
    """Pixels of all frames by true and drawn class, background first, (K + 1, K + 1)."""
    counts: Counts = pixels.confusions.sum(axis=0)
    return counts


def timings(prediction: Prediction) -> list[float]:
    """What each of ``TIMED_PARTS`` took, in ms."""
    return [prediction.timings_ms[part] for part in TIMED_PARTS]


def _check_classes(model: Taxonomy, data: Taxonomy) -> None:
    if model.names != data.names:
        raise DataError(
            f"The frames are labelled with {', '.join(data.names)} and the bundle knows {', '.join(model.names)}; "
            "measure it on frames with its own classes."
        )
