"""Inspections and corrections the store's tests are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from app.store.columns import new_id
from app.words.correction import Correction, ReviewState
from app.words.frame import Frame, Image
from app.words.inspection import Finding, Inspection, ModelUsed, Verdict, VerdictKind
from app.words.reason import Reason
from models.labels.masks import MaskStack, empty_stack
from models.labels.taxonomy import Taxonomy, make_taxonomy

TAXONOMY = make_taxonomy("steel", ["pitting", "scratch", "scale"], version=2)
HEIGHT, WIDTH = 32, 48
START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
MODEL = ModelUsed("demo-strip", "ab" * 32, "OpenVINO · CPU · bf16")


def grain(seed: int, shape: tuple[int, ...] = (HEIGHT, WIDTH)) -> Image:
    return np.random.default_rng(seed).integers(60, 180, shape, dtype=np.uint8)


def stack_with(*classes: int, taxonomy: Taxonomy = TAXONOMY) -> MaskStack:
    """A stack in which class k holds row k and shares column 0 with every other class."""
    stack = empty_stack(HEIGHT, WIDTH, len(taxonomy))
    for class_id in classes:
        stack[class_id, :] |= stack.dtype.type(1 << (class_id - 1))
        stack[:, 0] |= stack.dtype.type(1 << (class_id - 1))
    return stack


def make_inspection(
    number: int = 0,
    *classes: int,
    kind: VerdictKind = VerdictKind.PASS,
    suspicion: float = 0.0,
    strip_id: UUID | None = None,
    image: Image | None = None,
    path: Path | None = None,
    name: str = "",
    **other: object,
) -> Inspection:
    values: dict[str, object] = {
        "id": new_id(),
        "frame": Frame(
            source="sim:strip",
            number=number,
            name=name or f"frame{number:06d}",
            time_utc=START + timedelta(seconds=number),
            image=image,
            path=path,
        ),
        "taxonomy": TAXONOMY,
        "stack": stack_with(*classes),
        "findings": tuple(Finding(k, (0, k, WIDTH, 1), WIDTH, 0.5 + k / 10, 1.5) for k in classes),
        "probabilities": {1: 0.125, 2: 0.25, 3: 0.75},
        "verdict": Verdict(kind, Reason("clean")),
        "model": MODEL,
        "recipe": "standard",
        "strip_id": strip_id,
        "suspicion": suspicion,
        "timings_ms": {"infer": 12.5},
    }
    return Inspection(**(values | other))  # type: ignore[arg-type]


def make_correction(
    inspection: Inspection, *classes: int, state: ReviewState = ReviewState.CORRECTED, note: str = ""
) -> Correction:
    return Correction(
        new_id(), inspection.id, state, stack_with(*classes), TAXONOMY, "Inspector A", "Mill 2", datetime.now(UTC), note
    )
