"""What is written for one inspection: plain rows, made outside the transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from app.store.columns import Stamp, finite, name_text, text
from app.store.images import ImageFile, KeptFor
from app.words.correction import Correction, ReviewState
from app.words.frame import Frame
from app.words.inspection import Finding, Inspection, ModelUsed, Verdict
from models.labels import rle
from models.labels.masks import MaskStack, class_mask, classes_present
from models.labels.taxonomy import Taxonomy

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """The rows of one inspection. The ids of taxonomy, model and recipe are filled in when it is written."""

    inspection_id: UUID
    name: str
    taxonomy: Taxonomy
    model: ModelUsed | None
    recipe: str
    inspection: Row
    verdict: Row
    masks: list[Row]
    findings: list[Row]
    image: Row | None


def record(inspection: Inspection, stamp: Stamp, image: Row | None) -> Record:
    """The rows of an inspection; ``image`` is that of its kept image."""
    masks = [{**row, "inspection_id": inspection.id} for row in mask_rows(inspection.stack, inspection.taxonomy, stamp)]
    return Record(
        inspection_id=inspection.id,
        name=inspection.frame.name,
        taxonomy=inspection.taxonomy,
        model=inspection.model,
        recipe=inspection.recipe,
        inspection=_inspection_row(inspection, stamp),
        verdict=verdict_row(inspection.id, 1, inspection.verdict, stamp),
        masks=masks,
        findings=[_finding_row(inspection, n, f, stamp) for n, f in enumerate(inspection.findings)],
        image=image,
    )


def image_row(inspection_id: UUID, kept_for: KeptFor, file: ImageFile, stamp: Stamp) -> Row:
    """The row of an image that is kept."""
    return {
        **stamp.row(),
        "inspection_id": inspection_id,
        "kept_for": kept_for.value,
        "path": text(file.path),
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "held": False,
        "removed_utc": None,
    }


def verdict_row(inspection_id: UUID, revision: int, verdict: Verdict, stamp: Stamp) -> Row:
    """A verdict to append."""
    return {
        **stamp.row(),
        "inspection_id": inspection_id,
        "revision": revision,
        "kind": verdict.kind.value,
        "reason_code": name_text(verdict.reason.code),
        "reason_parameters": _parameters(verdict.reason.parameters),
    }


def correction_row(correction: Correction, revision: int, taxonomy_id: UUID, stamp: Stamp) -> Row:
    """A correction to append, without its masks."""
    height, width = correction.stack.shape
    return {
        **stamp.row(correction.id),
        "inspection_id": correction.inspection_id,
        "taxonomy_id": taxonomy_id,
        "revision": revision,
        "state": correction.state.value,
        "height_px": height,
        "width_px": width,
        "note": text(correction.note),
    }


def mask_rows(stack: MaskStack | None, taxonomy: Taxonomy, stamp: Stamp) -> Iterator[Row]:
    """One row for each class with a pixel. Raises ``TaxonomyError`` for a bit the taxonomy has no class for."""
    if stack is None or not stack.any():
        return
    for class_id in classes_present(stack):
        mask = class_mask(stack, class_id)
        yield {
            **stamp.row(),
            "taxonomy_id": None,
            "class_id": class_id,
            "class_name": name_text(taxonomy.by_id(class_id).name),
            "area_px": int(np.count_nonzero(mask)),
            "rle": rle.encode(mask),
        }


def _inspection_row(inspection: Inspection, stamp: Stamp) -> Row:
    stack = inspection.stack
    return {
        **stamp.row(inspection.id),
        "strip_id": inspection.strip_id,
        "taxonomy_id": None,
        "model_id": None,
        "recipe_id": None,
        **_frame_values(inspection.frame, stack),
        "inspected": stack is not None,
        "probabilities": {str(k): finite(p) for k, p in inspection.probabilities.items()},
        "suspicion": finite(inspection.suspicion) or 0.0,
        "area_px": 0 if stack is None else int(np.count_nonzero(stack)),
        "timings_ms": {str(k): finite(ms) for k, ms in inspection.timings_ms.items()},
        "verdict_kind": inspection.verdict.kind.value,
        "review_state": ReviewState.TO_DO.value,
        "newest_correction_id": None,
        "decided_correction_id": None,
    }


def _frame_values(frame: Frame, stack: MaskStack | None) -> Row:
    # Labels are imported without loading the frames they belong to: then the stack knows the size.
    height, width = stack.shape if stack is not None else frame.size or (None, None)
    return {
        "source": text(frame.source),
        "camera": name_text(frame.camera),
        "side": name_text(frame.side),
        "number": int(frame.number),
        "name": text(frame.name),
        "frame_time_utc": frame.time_utc,
        "along_mm": finite(frame.along_mm),
        "across_mm": finite(frame.across_mm),
        "mm_per_px": finite(frame.mm_per_px),
        "path": None if frame.path is None else text(str(frame.path.absolute())),
        "fault_code": None if frame.fault is None else name_text(frame.fault.code),
        "fault_parameters": None if frame.fault is None else _parameters(frame.fault.parameters),
        "height_px": height,
        "width_px": width,
    }


def _finding_row(inspection: Inspection, place: int, finding: Finding, stamp: Stamp) -> Row:
    x, y, width, height = finding.box_px
    return {
        **stamp.row(),
        "inspection_id": inspection.id,
        "taxonomy_id": None,
        "place": place,
        "class_id": int(finding.class_id),
        "class_name": name_text(inspection.taxonomy.by_id(finding.class_id).name),
        "x_px": int(x),
        "y_px": int(y),
        "width_px": int(width),
        "height_px": int(height),
        "area_px": int(finding.area_px),
        "score": finite(finding.score),
        "area_mm2": finite(finding.area_mm2),
    }


def _parameters(parameters: Any) -> Row:
    return {
        text(str(k)): text(v) if isinstance(v, str) else int(v) if isinstance(v, int) else finite(v)
        for k, v in parameters.items()
    }
