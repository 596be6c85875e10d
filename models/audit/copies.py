"""Copies: frames that show the same steel, as it is, turned or mirrored, and are labelled otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from models.audit.suspect import Suspect, SuspectKind
from models.data.alike import SAME, SIMILAR, similar_groups
from models.labels.label_set import LabelSet
from models.labels.masks import Mask, MaskStack, class_mask, classes_present

_THUMBNAIL_PX = 96
"""Side of what is kept of an image: a hundred thousand of them are 1 GB."""
_DIFFERING = 0.5
"""Two labels of the same steel differ where a class's overlap (intersection over union) is below this."""
_TURNS = ((1, 1), (-1, -1), (1, -1), (-1, 1))
"""Steps down and across: as it is, turned by 180°, mirrored, upside down."""

Thumbnail = npt.NDArray[np.uint8]


class CopyFinder:
    """Frames' thumbnails, and in the end the pairs that show the same and are labelled otherwise."""

    def __init__(self, labels: LabelSet) -> None:
        self._labels = labels
        self._names: list[str] = []
        self._thumbnails: list[Thumbnail] = []

    def add(self, name: str, image: npt.NDArray[np.uint8]) -> None:
        """Keep a frame's (H, W) grey image in small."""
        self._names.append(name)
        small = cv2.resize(image, (_THUMBNAIL_PX, _THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
        self._thumbnails.append(small.astype(np.uint8))

    def differing(self) -> Iterator[Suspect]:
        """Both frames of every pair whose labels differ, each naming the other; the score is 1 less their overlap."""
        if len(self._names) < 2:
            return
        for group in similar_groups(self._thumbnails):
            for one, other in combinations(group, 2):
                turn = _same_turn(self._thumbnails[one], self._thumbnails[other])
                if turn is not None:
                    yield from self._compared(one, other, turn)

    def _compared(self, one: int, other: int, turn: tuple[int, int]) -> Iterator[Suspect]:
        names = self._names[one], self._names[other]
        stack = self._labels.frames[names[0]].decode().stack
        turned = self._labels.frames[names[1]].decode().stack[:: turn[0], :: turn[1]]
        if stack.shape != turned.shape:
            return
        thumbnails = self._thumbnails[one], self._thumbnails[other][:: turn[0], :: turn[1]]
        overlaps = {
            class_id: overlap
            for class_id, overlap, differing in _overlaps(stack, turned)
            if overlap < _DIFFERING and _same_there(*thumbnails, differing)
        }
        if overlaps:
            class_id, overlap = min(overlaps.items(), key=lambda item: item[1])
            for name, twin in (names, names[::-1]):
                note = f"{twin} shows the same steel, {_turn_words(turn)}; the labels overlap by {overlap:.0%}."
                yield Suspect(name, 1 - overlap, SuspectKind.COPIES_DIFFER, class_id, note=note, twin=twin)


def _same_turn(one: Thumbnail, other: Thumbnail) -> tuple[int, int] | None:
    """How ``other`` must be turned to be ``one``; ``None`` where it is not the same steel."""
    still = _fine(one)
    likeness = {turn: float((still * _fine(other[:: turn[0], :: turn[1]])).sum()) for turn in _TURNS}
    best = max(likeness, key=lambda turn: likeness[turn])
    return best if likeness[best] > SAME else None


def _same_there(one: Thumbnail, other: Thumbnail, where: Mask) -> bool:
    """Whether two turned frames show the same steel where a class differs, and not a defect pasted into one."""
    share = cv2.resize(where.astype(np.float32), one.shape[::-1], interpolation=cv2.INTER_AREA)
    near = cv2.dilate((share > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    first, second = _fine(one)[near], _fine(other)[near]
    first, second = first - first.mean(), second - second.mean()
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    return length > 0 and float((first * second).sum()) / length > SIMILAR


def _fine(thumbnail: Thumbnail) -> npt.NDArray[np.float32]:
    """Its fine structure, of mean 0 and length 1: brightness and illumination say nothing of what it shows."""
    small = thumbnail.astype(np.float32)
    fine = small - cv2.GaussianBlur(small, (0, 0), 5.0)
    fine -= fine.mean()
    return np.asarray(fine / max(float(np.linalg.norm(fine)), 1e-3), dtype=np.float32)


def _overlaps(one: MaskStack, other: MaskStack) -> Iterator[tuple[int, float, Mask]]:
    """Of each class that either holds its id, the intersection over union of the two, and where they differ, (H, W)."""
    for class_id in classes_present(one | other):
        mine, its = class_mask(one, class_id), class_mask(other, class_id)
        overlap = float(np.count_nonzero(mine & its) / np.count_nonzero(mine | its))
        yield class_id, overlap, mine ^ its


def _turn_words(turn: tuple[int, int]) -> str:
    words = {(1, 1): "as it is", (-1, -1): "turned by 180°", (1, -1): "mirrored", (-1, 1): "upside down"}
    return words[turn]
