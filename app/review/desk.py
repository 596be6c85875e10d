"""ReviewDesk: everything a review page is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.review.journal import JournalFolder
from app.review.label_file import OpenedLabels, Progress, open_label_file
from app.review.open_case import Reviewer
from app.review.opinion import Opinions
from app.review.ports import ReviewStore
from app.review.taxonomies import taxonomy_for
from models.labels.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """The station's inspections (``None`` without a store), who reviews, and where unfinished work lies.

    ``work`` is the folder of label files' correction logs; ``taxonomies`` are those a label file can be opened with;
    ``opinions`` asks the bundles that are here.
    """

    station: ReviewStore | None
    reviewer: Reviewer
    journals: JournalFolder
    work: Path
    taxonomies: Mapping[str, Taxonomy]
    opinions: Opinions = field(default_factory=lambda: Opinions(()))

    def open_labels(
        self, path: Path, frames: Path, taxonomy: Taxonomy | None = None, progress: Progress | None = None
    ) -> OpenedLabels:
        """Open a label CSV over a folder of frames; without a taxonomy, the one its class ids suggest."""

        def choose(class_count: int) -> Taxonomy:
            return taxonomy or taxonomy_for(class_count, dict(self.taxonomies))

        return open_label_file(path, frames, self.work, choose, progress)

    def close(self) -> None:
        """End the journals' thread."""
        self.journals.close()
