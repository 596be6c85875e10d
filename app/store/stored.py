"""What is read back: inspections, corrections and final labels, made from rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.store.errors import StoreError
from app.store.images import ImageFolder, KeptFor, decode_image
from app.words.correction import Correction, ReviewState
from app.words.frame import Frame, Image
from app.words.inspection import Finding, Inspection, ModelUsed, Verdict, VerdictKind
from app.words.reason import Reason
from models.labels import rle
from models.labels.masks import MaskStack, empty_stack, set_class
from models.labels.taxonomy import Taxonomy

Size = tuple[int, int]
"""(height, width) in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredInspection:
    """An inspection as it was kept, and what was said of it since.

    ``inspection.stack`` is the model's (or the label file's) word and ``inspection.verdict`` the newest verdict.
    ``inspection.frame.image`` is the kept or original image, ``None`` where there is none to show; then ``image_fault``
    says why. ``corrections`` and ``verdicts`` are the whole history, oldest first.
    """

    inspection: Inspection
    review_state: ReviewState
    corrections: tuple[Correction, ...]
    verdicts: tuple[Verdict, ...]
    image_fault: Reason | None
    held: bool

    @property
    def latest(self) -> Correction | None:
        """The newest correction, whatever its state."""
        return self.corrections[-1] if self.corrections else None

    @property
    def stack(self) -> MaskStack | None:
        """The latest (H, W) mask stack: the newest correction's, else the model's."""
        return self.inspection.stack if self.latest is None else self.latest.stack


@dataclass(frozen=True, slots=True, eq=False)
class FinalLabels:
    """The labels of one frame for an export.

    ``rle`` holds the Kaggle text of every class with pixels, by class id. ``labelled`` is false where nobody and
    nothing said what is in the frame. ``state`` is the inspection's; ``reviewer`` and ``time_utc`` are those of the
    correction the labels come from, '' and ``None`` where they are the model's (``model``) or a label file's
    (``model`` is ``None``).
    """

    inspection_id: UUID
    name: str
    source: str
    size: Size | None
    taxonomy: Taxonomy
    rle: Mapping[int, str]
    labelled: bool
    state: ReviewState
    verdict: VerdictKind
    model: str | None
    reviewer: str = ""
    time_utc: datetime | None = None

    def stack(self) -> MaskStack | None:
        """The (H, W) mask stack, decoded at each call; ``None`` where the frame is not labelled."""
        if not self.labelled or self.size is None:
            return None
        return stack_of(self.rle, self.size, self.taxonomy, self.name)


def stack_of(texts: Mapping[int, str], size: Size, taxonomy: Taxonomy, name: str) -> MaskStack:
    """The stack of RLE texts by class id. Raises ``StoreError`` naming the frame where one does not decode."""
    stack = empty_stack(*size, len(taxonomy))
    for class_id, text in texts.items():
        try:
            set_class(stack, class_id, rle.decode(text, size))
        except ValueError as error:
            raise StoreError(
                f"The stored mask of class {class_id} of {name} is damaged ({error}); restore the store from a backup."
            ) from error
    return stack


def texts_of(masks: Iterable[Any]) -> dict[int, str]:
    """RLE by class id from rows of ``mask`` or ``correction_mask``."""
    return {row.class_id: row.rle for row in masks}


def size_of(row: Any) -> Size | None:
    """(height, width) of an inspection's row."""
    return None if row.height_px is None else (row.height_px, row.width_px)


def inspection_of(
    row: Any, taxonomy: Taxonomy, masks: Iterable[Any], findings: Iterable[Any], verdict: Verdict, image: Image | None
) -> Inspection:
    """An inspection from its row (with ``model_name``, ``model_sha256``, ``model_runtime`` and ``recipe_name``)."""
    size = size_of(row)
    return Inspection(
        id=row.id,
        frame=_frame_of(row, image),
        taxonomy=taxonomy,
        stack=stack_of(texts_of(masks), size, taxonomy, row.name) if row.inspected and size is not None else None,
        findings=tuple(_finding_of(finding) for finding in findings),
        probabilities=MappingProxyType({int(k): _number(p) for k, p in row.probabilities.items()}),
        verdict=verdict,
        model=None if row.model_id is None else ModelUsed(row.model_name, row.model_sha256, row.model_runtime),
        recipe=row.recipe_name,
        strip_id=row.strip_id,
        suspicion=row.suspicion,
        timings_ms=MappingProxyType({k: _number(ms) for k, ms in row.timings_ms.items()}),
    )


def correction_of(row: Any, taxonomy: Taxonomy, masks: Iterable[Any], name: str) -> Correction:
    """A correction from its row and those of its masks."""
    return Correction(
        id=row.id,
        inspection_id=row.inspection_id,
        state=ReviewState(row.state),
        stack=stack_of(texts_of(masks), (row.height_px, row.width_px), taxonomy, name),
        taxonomy=taxonomy,
        actor=row.actor,
        station=row.station,
        time_utc=row.time_utc,
        note=row.note,
    )


def verdict_of(row: Any) -> Verdict:
    """A verdict from its row."""
    return Verdict(VerdictKind(row.kind), Reason(row.reason_code, MappingProxyType(row.reason_parameters)))


def load_image(images: ImageFolder, image: Any | None, frame: Any) -> tuple[Image | None, Reason | None]:
    """The image of a frame (its inspection's row) from the row that says where it lies; or why there is none."""
    fault = _fault_of(frame)
    if fault is not None and frame.height_px is None:
        return None, fault
    if image is None or image.removed_utc is not None:
        return None, Reason("image_not_kept" if image is None else "image_removed", {"name": frame.name})
    path = Path(image.path) if image.kept_for == KeptFor.ORIGINAL else images.path(image.path)
    named = {"path": str(path)}
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None, Reason("image_missing", named)
    except OSError:
        return None, Reason("image_unreadable", named)
    if _changed(data, image):
        return None, Reason("image_changed", named)
    loaded = decode_image(data)
    if loaded is None:
        return None, Reason("image_unreadable", named)
    size = size_of(frame)
    if size is not None and size != loaded.shape[:2]:
        return None, Reason("image_changed", named)
    return loaded, None


def _changed(data: bytes, image: Any) -> bool:
    if image.size_bytes is not None and image.size_bytes != len(data):
        return True
    return image.sha256 is not None and image.sha256 != hashlib.sha256(data).hexdigest()


def _fault_of(row: Any) -> Reason | None:
    return None if row.fault_code is None else Reason(row.fault_code, MappingProxyType(row.fault_parameters or {}))


def _frame_of(row: Any, image: Image | None) -> Frame:
    return Frame(
        source=row.source,
        number=row.number,
        name=row.name,
        time_utc=row.frame_time_utc,
        image=image,
        camera=row.camera,
        side=row.side,
        along_mm=row.along_mm,
        across_mm=row.across_mm,
        mm_per_px=row.mm_per_px,
        path=None if row.path is None else Path(row.path),
        fault=_fault_of(row),
    )


def _finding_of(row: Any) -> Finding:
    return Finding(
        class_id=row.class_id,
        box_px=(row.x_px, row.y_px, row.width_px, row.height_px),
        area_px=row.area_px,
        score=row.score,
        area_mm2=row.area_mm2,
    )


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
