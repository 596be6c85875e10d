"""Training export: what reviewers decided, as a corrections folder that a training reads.

A frame counts where its newest word is a person's decision: corrected, confirmed, or found free of defects. Frames
nobody has looked at, or looked at and left open, are no truth and stay behind.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.store.errors import StoreError
from app.store.listing import InspectionFilter
from app.store.reader import StoreReader
from app.store.store import open_reader
from app.store.stored import FinalLabels
from app.words.correction import ReviewState
from models.data.cache import DataCache
from models.data.corrections_folder import CorrectedFrame, write_corrections
from models.labels.class_map import class_table, remap_stack
from models.labels.taxonomy import DefectClass, Taxonomy, TaxonomyError

_DECIDED = InspectionFilter(
    states=frozenset({ReviewState.CORRECTED, ReviewState.CONFIRMED, ReviewState.VERIFIED_EMPTY})
)


@dataclass(frozen=True, slots=True)
class TrainingExport:
    """What an export came to: the folder, the frames in it, and decided frames whose image is not there any more."""

    folder: Path
    frames: int
    without_image: int


def export_corrections(store: Path, folder: Path) -> TrainingExport:
    """Write every decided frame of the store in ``store`` to ``folder``, as ``models.data.corrections_folder`` has it.

    Classes of the same name are one class whatever the bundle they came with. Of several inspections of one image the
    newest decision counts. May run while a workstation writes to the store. Raises ``StoreError`` where the store
    cannot be read, holds no decision with its image or has more classes than a taxonomy can, and where ``folder`` is
    not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StoreError(f"The folder {folder} is not empty; name a new one for the corrections.")
    reader = open_reader(store)
    try:
        return _export(reader, _decisions(reader, store), folder)
    finally:
        reader.close()


def cached_corrections(store: Path, cache: DataCache) -> Path:
    """The folder of ``export_corrections`` in the data cache, written again once there are other decisions."""
    reader = open_reader(store)
    try:
        decisions = _decisions(reader, store)
        version = "\n".join(f"{labels.inspection_id} {labels.time_utc}" for labels in decisions)

        def fill(entry: Path) -> None:
            export = _export(reader, decisions, entry)
            left = f"; {export.without_image} more have no image any more" if export.without_image else ""
            cache.say(f"{export.frames} corrected frames come from the store in {store}{left}.")

        return cache.entry(f"{store.absolute()}/corrections", version, fill)
    finally:
        reader.close()


def _decisions(reader: StoreReader, store: Path) -> list[FinalLabels]:
    """Decided frames, the oldest decision first."""
    found = [labels for labels in reader.final_labels(_DECIDED) if labels.time_utc is not None]
    if not found:
        raise StoreError(f"The store in {store} holds no decision of a reviewer yet; review some frames first.")
    return sorted(found, key=lambda labels: (labels.time_utc, labels.inspection_id))


def _export(reader: StoreReader, decisions: Sequence[FinalLabels], folder: Path) -> TrainingExport:
    taxonomy = _common_taxonomy(decisions)
    newest: dict[str, FinalLabels] = {}
    without_image = 0
    for labels in decisions:
        digest = _image_sha256(reader, labels)
        if digest is None:
            without_image += 1
        else:
            newest[digest] = labels
    if not newest:
        raise StoreError(f"None of the {len(decisions)} decided frames has an image any more; keep more of them.")
    frames = write_corrections(folder, taxonomy, _frames(reader, newest, taxonomy))
    return TrainingExport(folder, frames, without_image)


def _frames(reader: StoreReader, newest: dict[str, FinalLabels], taxonomy: Taxonomy) -> Iterator[CorrectedFrame]:
    for digest, labels in newest.items():
        stored = reader.load(labels.inspection_id)
        image, stack = stored.inspection.frame.image, labels.stack()
        if image is None or stack is None:
            # The quota may have taken it since the first look.
            continue
        strip = stored.inspection.strip_id
        yield CorrectedFrame(
            name=f"{re.sub(r'[^A-Za-z0-9._-]+', '_', labels.name)}-{digest[:12]}",
            strip="" if strip is None else str(strip),
            image=image,
            stack=remap_stack(stack, class_table({}, labels.taxonomy, taxonomy), len(taxonomy)),
        )


def _image_sha256(reader: StoreReader, labels: FinalLabels) -> str | None:
    image = reader.load(labels.inspection_id).inspection.frame.image
    return None if image is None else hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()


def _common_taxonomy(decisions: Sequence[FinalLabels]) -> Taxonomy:
    """Every class of every taxonomy that was decided in, by name; as the newest decision has it, in its order."""
    classes: dict[str, DefectClass] = {}
    for labels in reversed(decisions):
        for defect in labels.taxonomy:
            classes.setdefault(defect.name, defect)
    try:
        return Taxonomy(
            "corrections", tuple(replace(defect, id=place) for place, defect in enumerate(classes.values(), start=1))
        )
    except TaxonomyError as error:
        raise StoreError(f"The store's corrections name {len(classes)} classes: {error}") from error
