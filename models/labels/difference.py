"""Difference of two label sets: which frames changed, pixels added and removed, and the Dice coefficient.

Dice is 2 |A ∩ B| / (|A| + |B|), counted over every class of every frame that both name; 1 where neither has a pixel
(L. R. Dice, Measures of the amount of ecologic association between species, Ecology 26, 1945). Frames that one side
alone names are listed and not counted: a frame that is not there is unknown and not clean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.labels.frame_files import frame_stem
from models.labels.label_set import Decoded, FrameLabels, LabelError, LabelSet, RowProblem, is_numbered
from models.labels.masks import Mask, class_mask, empty_stack
from models.labels.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class PixelChange:
    """Pixels of one class, or of all, before, after and in both."""

    before_px: int = 0
    after_px: int = 0
    shared_px: int = 0

    @property
    def added_px(self) -> int:
        """Pixels that are there only after."""
        return self.after_px - self.shared_px

    @property
    def removed_px(self) -> int:
        """Pixels that were there only before."""
        return self.before_px - self.shared_px

    @property
    def dice(self) -> float:
        """Dice coefficient of before and after, 0 to 1."""
        together = self.before_px + self.after_px
        return 2 * self.shared_px / together if together else 1.0

    def __add__(self, other: PixelChange) -> PixelChange:
        return PixelChange(
            self.before_px + other.before_px, self.after_px + other.after_px, self.shared_px + other.shared_px
        )


class FrameState(StrEnum):
    """How a frame fared. The values stand in manifests and on the terminal."""

    SAME = "same"
    CHANGED = "changed"
    ONLY_BEFORE = "only before"
    ONLY_AFTER = "only after"
    OTHER_SIZE = "other size"
    """Both name it, in different sizes: not compared."""


@dataclass(frozen=True, slots=True)
class FrameChange:
    """One frame: its state, its pixels of all classes together, and those of each class by name that has any.

    The problems are those of its masks on either side; what could not be used counts as no pixel.
    """

    name: str
    state: FrameState
    pixels: PixelChange
    classes: Mapping[str, PixelChange]
    problems_before: tuple[RowProblem, ...] = ()
    problems_after: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelDifference:
    """Every frame's change, in the order of the first set, then what only the second names."""

    frames: tuple[FrameChange, ...]

    def names(self, state: FrameState) -> tuple[str, ...]:
        """The frames in this state."""
        return tuple(frame.name for frame in self.frames if frame.state is state)

    @property
    def compared(self) -> tuple[FrameChange, ...]:
        """The frames that both name in one size."""
        return tuple(frame for frame in self.frames if frame.state in (FrameState.SAME, FrameState.CHANGED))

    @property
    def pixels(self) -> PixelChange:
        """All classes of all compared frames."""
        return sum((frame.pixels for frame in self.compared), PixelChange())

    @property
    def classes(self) -> dict[str, PixelChange]:
        """All compared frames, by class."""
        totals: dict[str, PixelChange] = {}
        for frame in self.compared:
            for name, change in frame.classes.items():
                totals[name] = totals.get(name, PixelChange()) + change
        return totals


ClassPairs = tuple[tuple[str, int | None, int | None], ...]
"""Name, id before and id after of every class of either side."""


def compare_labels(before: LabelSet, after: LabelSet, frames: Iterable[FrameLabels] | None = None) -> LabelDifference:
    """Compare two label sets, frame by frame; ``frames`` are those of ``before``, perhaps with a progress.

    Frames are matched by name, else by name without the image's suffix, where that is clear; classes by name, or by id
    where one side has numbers alone. Raises ``LabelError`` where the two have no class in common.
    """
    pairs = class_pairs(before.taxonomy, after.taxonomy)
    partners = _partners(before.frames, after.frames)
    changes = []
    for frame in before.frames.values() if frames is None else frames:
        partner = partners.get(frame.name)
        changes.append(_change(frame, None if partner is None else after.frames[partner], pairs))
    matched = set(partners.values())
    changes += [_change(None, frame, pairs) for name, frame in after.frames.items() if name not in matched]
    return LabelDifference(tuple(changes))


def class_pairs(before: Taxonomy, after: Taxonomy) -> ClassPairs:
    """The classes of both sides, matched. Raises ``LabelError`` where none is common."""
    if is_numbered(before) or is_numbered(after):
        named = after if is_numbered(before) else before
        longest = max(before, after, key=len)
        names = (*named.names, *longest.names[len(named) :])
        return tuple(
            (name, number if number <= len(before) else None, number if number <= len(after) else None)
            for number, name in enumerate(names, start=1)
        )
    ids = {defect.name: defect.id for defect in after}
    pairs = [(defect.name, defect.id, ids.pop(defect.name, None)) for defect in before]
    if all(number is None for _, _, number in pairs):
        raise LabelError(
            f"One side names the classes {', '.join(before.names)}, the other {', '.join(after.names)}; name the "
            "classes of both with --classes."
        )
    return (*pairs, *((name, None, number) for name, number in ids.items()))


def _partners(before: Mapping[str, FrameLabels], after: Mapping[str, FrameLabels]) -> dict[str, str]:
    """The name after of each name before that has one."""
    partners = {name: name for name in before if name in after}
    stems: dict[str, list[str]] = {}
    for name in after:
        if name not in partners:
            stems.setdefault(frame_stem(name), []).append(name)
    claimed: dict[str, list[str]] = {}
    for name in before:
        if name not in partners:
            claimed.setdefault(frame_stem(name), []).append(name)
    for stem, names in claimed.items():
        if len(names) == 1 and len(stems.get(stem, [])) == 1:
            partners[names[0]] = stems[stem][0]
    return partners


def _change(before: FrameLabels | None, after: FrameLabels | None, pairs: ClassPairs) -> FrameChange:
    name = before.name if before is not None else after.name if after is not None else ""
    if before is not None and after is not None and before.size != after.size:
        return FrameChange(name, FrameState.OTHER_SIZE, PixelChange(), {})
    # A side without the frame has no pixel of it, whatever the size.
    was, now = (Decoded(empty_stack(1, 1, 1)) if one is None else one.decode() for one in (before, after))
    classes: dict[str, PixelChange] = {}
    for class_name, old_id, new_id in pairs:
        old, new = _mask(was, old_id), _mask(now, new_id)
        shared = _count(old & new) if old.shape == new.shape else 0
        change = PixelChange(_count(old), _count(new), shared)
        if change.before_px or change.after_px:
            classes[class_name] = change
    pixels = sum(classes.values(), PixelChange())
    if before is None or after is None:
        state = FrameState.ONLY_AFTER if before is None else FrameState.ONLY_BEFORE
    else:
        state = FrameState.CHANGED if pixels.added_px or pixels.removed_px else FrameState.SAME
    return FrameChange(name, state, pixels, classes, was.problems, now.problems)


def _mask(decoded: Decoded, class_id: int | None) -> Mask:
    stack = decoded.stack
    if class_id is None or class_id > stack.dtype.itemsize * 8:
        return np.zeros(stack.shape, dtype=np.bool_)
    return class_mask(stack, class_id)


def _count(mask: Mask) -> int:
    return int(np.count_nonzero(mask))
