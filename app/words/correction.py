"""Correction: a reviewer's new mask stack for an inspection, with who, when and why. Appended, never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy


class ReviewState(StrEnum):
    """How far a person has got with an inspection. Only the last three are a person's word."""

    TO_DO = "to_do"
    UNSURE = "unsure"
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    """The model's masks are right as they are."""
    VERIFIED_EMPTY = "verified_empty"
    """A person looked and there is no defect: not the same as an empty mask nobody looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What a reviewer says of an inspection.

    ``stack`` is the whole new (H, W) mask stack, not a difference; for ``VERIFIED_EMPTY`` it has no bit set.
    """

    id: UUID
    inspection_id: UUID
    state: ReviewState
    stack: MaskStack
    taxonomy: Taxonomy
    actor: str
    station: str
    time_utc: datetime
    note: str = ""
