"""Causes of suspicion: why a frame stands high up in the queue."""

from __future__ import annotations

from enum import StrEnum

from app.review.ports import ReviewItem
from app.words.inspection import VerdictKind

SUSPICIOUS = 0.5
"""From this suspicion on a frame is near another verdict: less than half way from a gate or limit to certainty."""


class Cause(StrEnum):
    """What two things disagree, or how nearly another verdict was given."""

    LABEL = "label"
    """A model sees something else than is labelled."""
    CONTRADICTION = "contradiction"
    """The classifier is sure of a class the segmenter drew no pixel of."""
    THRESHOLD = "threshold"
    """A probability is near its gate, or an area or a count near its limit."""
    UNLABELLED = "unlabelled"
    """A label file says nothing of the frame."""
    NOT_INSPECTED = "not_inspected"


def cause_of(item: ReviewItem) -> Cause | None:
    """The weightiest cause of an item's suspicion; ``None`` where it is not suspicious."""
    codes = {item.reason.code, *(doubt.code for doubt in item.doubts)}
    if any(code.startswith("suspect_") for code in codes):
        return Cause.LABEL
    if item.verdict is VerdictKind.NOT_INSPECTED:
        return Cause.NOT_INSPECTED
    if "gate_without_mask" in codes:
        return Cause.CONTRADICTION
    if item.reason.code == "labelled_clean":
        return Cause.UNLABELLED
    # The line's suspicion is the closeness to the nearest gate or limit; a label file's says that nobody knows.
    near = item.verdict is not None and item.suspicion >= SUSPICIOUS
    return Cause.THRESHOLD if near or item.reason.code == "near_threshold" else None
