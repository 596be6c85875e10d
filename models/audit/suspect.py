"""Suspect: a frame whose labels are probably wrong, how probably, and in what way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


class SuspectKind(StrEnum):
    """What may be wrong with a frame's labels. The values stand in ``suspects.csv``."""

    MISSING = "missing"
    """The model sees a piece of a class where nothing is labelled."""
    EXTRA = "extra"
    """A piece is labelled where the model sees nothing."""
    WRONG_CLASS = "wrong_class"
    """Both see a piece, of different classes."""
    SHIFTED = "shifted"
    """The label lies beside what the model sees."""
    TOO_LARGE = "too_large"
    """The label's outline reaches past what the model sees."""
    TOO_SMALL = "too_small"
    """The model sees more than the label's outline holds."""
    UNUSABLE = "unusable"
    """Labels that cannot be read: out of range, damaged, of an unknown class."""
    NO_IMAGE = "no_image"
    """Labels of an image that is not there or cannot be read."""
    OTHER_SIZE = "other_size"
    """Labels for another size than the image has."""
    COPIES_DIFFER = "copies_differ"
    """Another frame shows the same steel, turned or mirrored, and is labelled otherwise."""
    OVERLAP = "overlap"
    """Pixels carry more than one class."""
    UNSTATED = "unstated"
    """The frame is named, but neither with a pixel nor as free of every class."""
    SPECKS = "specks"
    """Pieces too small to have been drawn on purpose."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """What is suspected of one frame.

    ``score`` is 0 (nothing speaks against the labels) to 1. ``class_id`` is the class whose label is suspected, 0 where
    it is none of them; of a wrong class it is the labelled one, and ``seen_id`` what the model sees instead.
    ``box_px`` is where to look, ``note`` a sentence more where the kind does not say it all, ``twin`` the frame that
    shows the same steel.
    """

    name: str
    score: float
    kind: SuspectKind
    class_id: int = 0
    seen_id: int = 0
    box_px: Box | None = None
    note: str = ""
    twin: str = ""


def ranked(suspects: Iterable[Suspect]) -> list[Suspect]:
    """The worst of each frame, the most suspicious frame first; equals by name."""
    worst: dict[str, Suspect] = {}
    for suspect in suspects:
        known = worst.get(suspect.name)
        if known is None or suspect.score > known.score:
            worst[suspect.name] = suspect
    return sorted(worst.values(), key=lambda suspect: (-suspect.score, suspect.name))
