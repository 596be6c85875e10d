"""Label checks: what is wrong with labels in ways that need no model to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from models.audit.copies import CopyFinder
from models.audit.frame_images import FrameImages
from models.audit.label_auditor import size_note
from models.audit.suspect import Suspect, SuspectKind
from models.data.collection import DataError
from models.data.image_files import read_image
from models.labels.components import components
from models.labels.label_set import Decoded, FrameLabels, LabelSet, RowProblem
from models.labels.masks import class_mask, classes_present, overlap_px
from models.labels.taxonomy import Taxonomy

SPECK_PX = 9
"""A piece of fewer pixels than three by three was left by a brush or a polygon's corner, and is no defect."""

_UNSTATED_SCORE = 0.5
_DOUBTFUL_SCORE = 0.6
_SPECKS_SCORE = 0.3

Progress = Callable[[Iterable[FrameLabels]], Iterable[FrameLabels]]


def check_labels(labels: LabelSet, images: FrameImages | None, progress: Progress = iter) -> list[Suspect]:
    """Every fault found, several a frame where there are; with images also those of size and of copies.

    Scores are 1 for labels that cannot be used, for copies how much they differ, for an overlap its share of the
    smaller class; doubtful rows, frames without a statement and specks get 0.6, 0.5 and 0.3.
    """
    found = [_unusable(problem) for problem in labels.problems if problem.image]
    copies = CopyFinder(labels)
    for frame in progress(labels.frames.values()):
        decoded = frame.decode()
        found += _of_labels(frame, decoded, labels.taxonomy)
        if images is not None:
            found += _of_image(frame, decoded, images, copies)
    return [*found, *copies.differing()]


def _of_labels(frame: FrameLabels, decoded: Decoded, taxonomy: Taxonomy) -> Iterator[Suspect]:
    for problem in decoded.problems:
        score = _DOUBTFUL_SCORE if decoded.complete else 1.0
        yield Suspect(frame.name, score, SuspectKind.UNUSABLE, note=str(problem.sentence))
    if decoded.complete and not frame.explicit_empty and not decoded.stack.any():
        yield Suspect(frame.name, _UNSTATED_SCORE, SuspectKind.UNSTATED)
    yield from _overlaps(frame.name, decoded)
    yield from _specks(frame.name, decoded, taxonomy)


def _overlaps(name: str, decoded: Decoded) -> Iterator[Suspect]:
    stack = decoded.stack
    if not overlap_px(stack):
        return
    several = (stack & (stack - stack.dtype.type(1))) != 0
    shares = {
        class_id: float(np.count_nonzero(mask & several) / np.count_nonzero(mask))
        for class_id in classes_present(stack)
        if (mask := class_mask(stack, class_id)).any()
    }
    class_id = max(shares, key=lambda key: shares[key])
    note = f"{overlap_px(stack):,} px carry several classes, {shares[class_id]:.0%} of this class."
    yield Suspect(name, shares[class_id], SuspectKind.OVERLAP, class_id, note=note)


def _specks(name: str, decoded: Decoded, taxonomy: Taxonomy) -> Iterator[Suspect]:
    small = [piece for piece in components(decoded.stack, len(taxonomy)) if piece.area_px < SPECK_PX]
    if small:
        note = f"{len(small)} piece(s) of fewer than {SPECK_PX} px."
        first = small[0]
        yield Suspect(name, _SPECKS_SCORE, SuspectKind.SPECKS, first.class_id, box_px=first.box_px, note=note)


def _of_image(frame: FrameLabels, decoded: Decoded, images: FrameImages, copies: CopyFinder) -> Iterator[Suspect]:
    path = images.find(frame.name)
    if path is None:
        note = f"There is no such image in {images.folder}."
        yield Suspect(frame.name, 1.0, SuspectKind.NO_IMAGE, note=note)
        return
    try:
        image = read_image(path, 1)
    except DataError as error:
        yield Suspect(frame.name, 1.0, SuspectKind.NO_IMAGE, note=str(error))
        return
    if image.shape != decoded.stack.shape:
        yield Suspect(frame.name, 1.0, SuspectKind.OTHER_SIZE, note=size_note(image, decoded.stack))
    elif decoded.complete:
        copies.add(frame.name, image)


def _unusable(problem: RowProblem) -> Suspect:
    return Suspect(problem.image, 1.0, SuspectKind.UNUSABLE, note=problem.sentence)
