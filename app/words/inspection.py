"""Inspection: a frame with its mask stack, findings, scores, verdict, model and recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.words.frame import Frame
from app.words.reason import Reason
from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy


class VerdictKind(StrEnum):
    """What is to be done with the frame. The values stand in contract files."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    REVIEW = "review"
    REJECT = "reject"
    NOT_INSPECTED = "not_inspected"
    """Lost, dark, frozen or unreadable: never a pass."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision and the rule that made it."""

    kind: VerdictKind
    reason: Reason


@dataclass(frozen=True, slots=True)
class Finding:
    """One connected piece of one class, in pixels of its frame.

    ``box_px`` is (x, y, width, height); ``area_px`` counts pixels; ``score`` is the mean probability of its class over
    its pixels, 0 to 1 (``None`` where nobody scored it, as in a label file). ``area_mm2`` is ``None`` without a scale.
    """

    class_id: int
    box_px: tuple[int, int, int, int]
    area_px: int
    score: float | None = None
    area_mm2: float | None = None


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """Which bundle said so, by name and hash, and the runtime it ran on."""

    name: str
    sha256: str
    runtime: str


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """What the line knows of one frame.

    ``stack`` is the (H, W) mask stack, ``None`` for a frame that was not inspected. ``probabilities`` are the
    presence probabilities by class id, 0 to 1 (empty where not inspected). ``timings_ms`` are named parts in ms.
    ``strip_id`` is the store's strip the frame belongs to. ``suspicion`` is the margin to the nearest threshold, used
    to sort the review queue: 0 certain, 1 at a threshold.
    """

    id: UUID
    frame: Frame
    taxonomy: Taxonomy
    stack: MaskStack | None
    findings: tuple[Finding, ...]
    probabilities: Mapping[int, float]
    verdict: Verdict
    model: ModelUsed | None
    recipe: str
    strip_id: UUID | None = None
    suspicion: float = 0.0
    timings_ms: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
