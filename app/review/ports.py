"""What the review needs from whoever keeps the inspections: the words it is told and the protocol it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from app.words.correction import Correction, ReviewState
from app.words.frame import Image
from app.words.inspection import VerdictKind
from app.words.reason import Reason
from models.labels.label_set import Decoded
from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy

PERSONS_WORD = frozenset({ReviewState.CORRECTED, ReviewState.CONFIRMED, ReviewState.VERIFIED_EMPTY})
"""The states in which a person has decided; ``TO_DO`` and ``UNSURE`` are not."""


class ReviewError(RuntimeError):
    """Something the review cannot do; one sentence naming the thing and the remedy."""


class Word(StrEnum):
    """Whose word a frame's labels are. The values stand in export manifests."""

    REVIEWER = "reviewer"
    UNSURE = "unsure"
    """A person looked, maybe edited, and did not decide."""
    MODEL = "model"
    LABEL_FILE = "label_file"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One line of the queue: small, without pixels.

    ``class_names`` are the classes with pixels in the latest labels, ``area_px`` these pixels class by class.
    ``source`` and ``name`` say which frame; ``verdict`` is ``None`` where nobody gave one (a label file). ``readable``
    is false for a frame without an image. ``doubts`` are further reasons to look at it, beside the verdict's.
    ``strip`` (by its name) and ``station`` say where it ran, '' in a label file; ``reviewer`` and ``note`` are those of
    the latest correction, '' without one.
    """

    id: UUID
    name: str
    state: ReviewState
    suspicion: float
    time_utc: datetime
    reason: Reason
    verdict: VerdictKind | None = None
    class_names: tuple[str, ...] = ()
    source: str = ""
    readable: bool = True
    area_px: int = 0
    doubts: tuple[Reason, ...] = ()
    strip: str = ""
    station: str = ""
    reviewer: str = ""
    note: str = ""

    @property
    def reviewed(self) -> bool:
        """Whether a person has decided on it."""
        return self.state in PERSONS_WORD


@dataclass(frozen=True, slots=True, eq=False)
class ReviewCase:
    """A loaded item, ready to be worked on.

    ``image`` is ``None`` where the frame cannot be read any more; ``fault`` then says why. ``stack`` is the latest
    (H, W) mask stack, ``word`` that of the model or the label file before any correction; both ``None`` for a frame
    that was never inspected and has no image to draw on. ``author`` is whose word ``word`` is.
    """

    item: ReviewItem
    taxonomy: Taxonomy
    image: Image | None
    stack: MaskStack | None
    word: MaskStack | None
    author: Word = Word.MODEL
    fault: Reason | None = None
    note: str = ""
    actor: str = ""
    probabilities: MappingProxyType[int, float] = field(default_factory=lambda: MappingProxyType({}))
    mm_per_px: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LabelRecord:
    """The final labels of one frame, for an export; ``decode`` makes the pixels when they are written.

    ``decode`` gives ``None`` where there are none: a frame that was never inspected. ``stated_empty``: a label file
    says in so many words that the frame has no defect. ``actor`` and ``time_utc`` are the reviewer's, '' and ``None``
    where nobody reviewed. ``frame_time_utc`` tells the newest of several inspections of one frame.
    """

    name: str
    state: ReviewState
    word: Word
    decode: Callable[[], Decoded | None]
    source: str = ""
    actor: str = ""
    time_utc: datetime | None = None
    frame_time_utc: datetime | None = None
    verdict: VerdictKind | None = None
    stated_empty: bool = False

    @property
    def reviewed(self) -> bool:
        """Whether a person has decided on it."""
        return self.state in PERSONS_WORD


class ReviewStore(Protocol):
    """Where inspections to review come from and corrections go. ``load`` and ``labels`` may be called on any thread."""

    @property
    def title(self) -> str:
        """What is being reviewed, for the page's head: 'This station' or a label file's name."""

    @property
    def exclusive(self) -> bool:
        """Whether a pixel mostly holds one class, so that drawing replaces unless the reviewer says otherwise."""

    def items(self) -> Sequence[ReviewItem]:
        """The inspections to look at, in any order; of very many, the most suspicious."""

    def counts(self) -> Mapping[ReviewState, int]:
        """How many inspections stand in each state, those that ``items`` leaves out included."""

    def load(self, item_id: UUID) -> ReviewCase:
        """One item with its pixels. Raises ``ReviewError`` where it is gone."""

    def save_correction(self, correction: Correction, image: Image | None = None) -> Future[None]:
        """Keep a correction; the future ends when it is on disk, or with the error that kept it off.

        ``image`` is the frame's, to be kept where it was not: what a reviewer touched is learnt from.
        """

    def taxonomies(self) -> Sequence[Taxonomy]:
        """The taxonomies its items have; an export is of one of them."""

    def labels(self, taxonomy: Taxonomy) -> Iterator[LabelRecord]:
        """The latest labels of every frame of one taxonomy, in the order they are to be written."""
