"""Losses: what a label set holds and a format cannot, found before anything is written.

A loss names the frames and how much each would lose. What a format merely has no place for, and nothing drawn depends
on (that a frame was looked at and found clean, in Kaggle's short columns), is a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.labels.frame_files import FrameFiles, FrameNameError
from models.labels.label_set import Decoded, FrameLabels, LabelError, RowProblem, is_known
from models.labels.masks import class_mask, overlap_px
from models.labels.taxonomy import Role, Taxonomy


class LossKind(StrEnum):
    """What would be lost. The values stand in manifests."""

    OVERLAP = "overlap"
    """A pixel carries several classes; the one with the lowest id would stay."""
    ROLE = "role"
    """Pixels to ignore, of a nuisance or of no known class would come back as those of an ordinary defect."""
    UNKNOWN = "unknown"
    """A frame of which not everything is known; it would be left out, for the format would call the rest clean."""
    NAME = "name"
    """A frame whose name cannot be a file's, or would be the same as another's; it would be left out."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What a format can hold. ``file_suffix`` is that of its files where it keeps one a frame."""

    overlap: bool = True
    roles: bool = True
    unknown: bool = False
    clean: bool = True
    file_suffix: str | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of loss: how many pixels each frame would lose, 0 where the whole frame would be left out."""

    kind: LossKind
    frames: Mapping[str, int]

    def __str__(self) -> str:
        pixels, count = sum(self.frames.values()), len(self.frames)
        match self.kind:
            case LossKind.OVERLAP:
                return f"{pixels} pixel(s) in {count} frame(s) carry several classes; the lowest class id would stay."
            case LossKind.ROLE:
                return (
                    f"{pixels} pixel(s) in {count} frame(s) are to be ignored, of a nuisance or unknown; they would "
                    "come back as those of a known defect."
                )
            case LossKind.UNKNOWN:
                return f"{count} frame(s) are not wholly known; they would be left out, or the rest would look clean."
            case LossKind.NAME:
                return f"{count} frame(s) cannot have a file of their own by their name; they would be left out."


@dataclass(frozen=True, slots=True)
class LossSurvey:
    """What writing would lose, and why frames are not wholly known.

    ``unstated`` counts frames known to be clean that the format has no way to say so of: worth a note, and no loss.
    """

    losses: tuple[Loss, ...] = ()
    unstated: int = 0
    problems: tuple[RowProblem, ...] = ()

    @property
    def left_out(self) -> frozenset[str]:
        """The frames that would be left out as a whole."""
        return frozenset(name for loss in self.losses for name, pixels in loss.frames.items() if not pixels)


class LossError(LabelError):
    """A format cannot hold everything and nobody agreed to the loss; nothing was written."""

    def __init__(self, sentence: str, losses: tuple[Loss, ...]) -> None:
        super().__init__(sentence)
        self.losses = losses


def survey_losses(taxonomy: Taxonomy, frames: Iterable[FrameLabels], holds: Holds) -> LossSurvey:
    """Look through all frames for what a format that ``holds`` so much would lose."""
    lost: dict[LossKind, dict[str, int]] = {kind: {} for kind in LossKind}
    files = None if holds.file_suffix is None else FrameFiles(holds.file_suffix)
    roles = [defect.id for defect in taxonomy if defect.role is not Role.DEFECT and not holds.roles]
    problems: list[RowProblem] = []
    unstated = 0
    for frame in frames:
        decoded = frame.decode()
        problems.extend(decoded.problems)
        if not holds.unknown and not is_known(frame, decoded):
            lost[LossKind.UNKNOWN][frame.name] = 0
            continue
        if not holds.clean and frame.explicit_empty and not decoded.stack.any():
            unstated += 1
            continue
        _look(frame, decoded, holds, roles, files, lost)
    return LossSurvey(tuple(Loss(kind, names) for kind, names in lost.items() if names), unstated, tuple(problems))


def _look(
    frame: FrameLabels,
    decoded: Decoded,
    holds: Holds,
    roles: list[int],
    files: FrameFiles | None,
    lost: dict[LossKind, dict[str, int]],
) -> None:
    if files is not None:
        try:
            files.claim(frame.name)
        except FrameNameError:
            lost[LossKind.NAME][frame.name] = 0
            return
    overlapping = 0 if holds.overlap else overlap_px(decoded.stack)
    if overlapping:
        lost[LossKind.OVERLAP][frame.name] = overlapping
    of_role = sum(int(np.count_nonzero(class_mask(decoded.stack, class_id))) for class_id in roles)
    if of_role:
        lost[LossKind.ROLE][frame.name] = of_role
