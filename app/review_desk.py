"""The review desk of a station: the store's inspections as the review sees them, and where unfinished work lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import UUID

from app import paths
from app.inspection.verdict import LIKELY
from app.review.desk import ReviewDesk
from app.review.journal import JournalFolder
from app.review.open_case import Reviewer
from app.review.opinion import Opinions
from app.review.ports import PERSONS_WORD, LabelRecord, ReviewCase, ReviewError, ReviewItem, Word
from app.review.taxonomies import shipped_taxonomies
from app.store import (
    FinalLabels,
    InspectionFilter,
    ListedInspection,
    SortBy,
    Store,
    StoredInspection,
    StoreError,
    StoreReader,
    StoreWriter,
)
from app.store.columns import new_id
from app.words.correction import Correction, ReviewState
from app.words.frame import Image
from app.words.reason import Reason
from models.bundle import list_bundles
from models.labels.label_set import Decoded
from models.labels.masks import MaskStack, empty_stack
from models.labels.taxonomy import Role, Taxonomy

MOST_OPEN = 5_000
"""Undecided inspections listed at once, the most suspicious first; the rest follow when these are decided."""
MOST_DECIDED = 2_000
"""Decided ones listed at once, the newest first."""


def open_desk(store: Store | None, actor: str, station: str, folder: Path | None = None) -> ReviewDesk:
    """The desk of a station (without its store: for label files alone); unfinished work lies below ``folder``."""
    place = folder or paths.station_data() / "review"
    return ReviewDesk(
        station=None if store is None else StationReview(store.reader(), store.writer),
        reviewer=Reviewer(actor, station, new_id),
        journals=JournalFolder(place / "journals"),
        work=place / "label_files",
        taxonomies=_known_taxonomies(),
        opinions=Opinions(paths.bundle_folders(), paths.cache()),
    )


def _known_taxonomies() -> dict[str, Taxonomy]:
    """The shipped taxonomies of label files, and those of the bundles, whose label files have no class names either."""
    of_bundles = (bundle.spec.taxonomy for bundle in list_bundles(paths.bundle_folders()))
    return {
        **shipped_taxonomies(paths.resources() / "taxonomies"),
        **{taxonomy.name: taxonomy for taxonomy in of_bundles},
    }


class StationReview:
    """The station's store as a ``ReviewStore``."""

    title = "This station"
    exclusive = True
    """A defect of steel is of one kind as a rule; where two lie on one another the reviewer can say so."""

    def __init__(self, reader: StoreReader, writer: StoreWriter) -> None:
        self._reader = reader
        self._writer = writer

    def items(self) -> Sequence[ReviewItem]:
        """The undecided inspections by suspicion and the decided ones by time, as many as can be listed."""
        undecided = InspectionFilter(states=frozenset(ReviewState) - PERSONS_WORD)
        decided = InspectionFilter(states=PERSONS_WORD)
        return [
            *map(_item, islice(self._reader.listed(undecided, SortBy.SUSPICION), MOST_OPEN)),
            *map(_item, islice(self._reader.listed(decided, SortBy.TIME), MOST_DECIDED)),
        ]

    def counts(self) -> Mapping[ReviewState, int]:
        """How many inspections stand in each state, listed or not."""
        return self._reader.count_by_state()

    def load(self, item_id: UUID) -> ReviewCase:
        """One inspection with its pixels and its newest labels."""
        try:
            return _case(self._reader.load(item_id))
        except StoreError as error:
            raise ReviewError(str(error)) from error

    def save_correction(self, correction: Correction, image: Image | None = None) -> Future[None]:
        """Append it to the store."""
        try:
            return self._writer.save_correction(correction, image)
        except StoreError as error:
            raise ReviewError(str(error)) from error

    def taxonomies(self) -> Sequence[Taxonomy]:
        """Those of the stored inspections."""
        return self._reader.taxonomies()

    def labels(self, taxonomy: Taxonomy) -> Iterator[LabelRecord]:
        """The labels of every inspection of one taxonomy as the page shows them, oldest frame first."""
        for final in self._reader.final_labels(InspectionFilter(taxonomy=taxonomy), undecided=True):
            yield LabelRecord(
                name=final.name,
                state=final.state,
                word=_word(final),
                decode=partial(_decoded, final),
                source=final.source,
                actor=final.reviewer,
                time_utc=final.time_utc,
                verdict=final.verdict,
            )


def _item(line: ListedInspection) -> ReviewItem:
    return ReviewItem(
        id=line.id,
        name=line.name,
        state=line.review_state,
        suspicion=line.suspicion,
        time_utc=line.frame_time_utc,
        reason=line.verdict.reason,
        verdict=line.verdict.kind,
        class_names=line.class_names,
        source=line.source,
        readable=line.size is not None,
        area_px=line.labelled_px,
        doubts=_doubts(line),
        strip=line.strip,
        station=line.station,
        reviewer=line.reviewer,
        note=line.note,
    )


def _doubts(line: ListedInspection) -> tuple[Reason, ...]:
    """The defect classes the classifier is sure of and nobody drew, surest first.

    The verdict's reason names such a class only where nothing more important, a reject, was to be said.
    """
    if not line.inspected or line.review_state in PERSONS_WORD:
        return ()
    unfound = [
        (line.probabilities.get(defect.id, 0.0), defect.title)
        for defect in line.taxonomy
        if defect.role is Role.DEFECT and defect.name not in line.class_names
    ]
    return tuple(
        Reason("gate_without_mask", {"class_title": title, "probability": probability})
        for probability, title in sorted(unfound, reverse=True)
        if probability >= LIKELY
    )


def _case(stored: StoredInspection) -> ReviewCase:
    inspection, latest = stored.inspection, stored.latest
    frame = inspection.frame
    image, fault = frame.image, stored.image_fault or frame.fault
    word = _or_empty(inspection.stack, image, inspection.taxonomy)
    stack = _or_empty(stored.stack, image, inspection.taxonomy)
    if image is not None and stack is not None and image.shape[:2] != stack.shape:
        image, fault = None, Reason("unreadable", {"name": frame.name})
    return ReviewCase(
        item=ReviewItem(
            id=inspection.id,
            name=frame.name,
            state=stored.review_state,
            suspicion=inspection.suspicion,
            time_utc=frame.time_utc,
            reason=inspection.verdict.reason,
            verdict=inspection.verdict.kind,
            source=frame.source,
            readable=stack is not None,
        ),
        taxonomy=inspection.taxonomy,
        image=image,
        stack=stack,
        word=word,
        author=Word.LABEL_FILE if inspection.model is None else Word.MODEL,
        fault=fault,
        note="" if latest is None else latest.note,
        actor="" if latest is None else latest.actor,
        mm_per_px=frame.mm_per_px,
    )


def _or_empty(stack: MaskStack | None, image: Image | None, taxonomy: Taxonomy) -> MaskStack | None:
    """The stack, or an empty one to draw on where the line did not inspect the frame but kept its image."""
    if stack is not None or image is None:
        return stack
    return empty_stack(image.shape[0], image.shape[1], len(taxonomy))


def _word(final: FinalLabels) -> Word:
    if final.state in PERSONS_WORD:
        return Word.REVIEWER
    if final.state is ReviewState.UNSURE:
        return Word.UNSURE
    return Word.LABEL_FILE if final.model is None else Word.MODEL


def _decoded(final: FinalLabels) -> Decoded | None:
    try:
        stack = final.stack()
    except StoreError as error:
        raise ReviewError(str(error)) from error
    return None if stack is None else Decoded(stack)
