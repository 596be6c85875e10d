"""Label file: a Kaggle CSV over a folder of frames, opened for review.

Every image in the folder and every frame the CSV names is one item. The file's masks are the 'word' that a person
confirms or corrects; a frame without a row is not clean, it is to do. What a person says goes to a correction log, the
CSV is never written to. Where ``labels check`` left its ``suspects.csv`` beside the CSV, what it suspects comes first.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from app.review.correction_log import CorrectionLog, LoggedCorrection
from app.review.image_file import image_names, image_size, read_image
from app.review.offered import with_offered
from app.review.ports import LabelRecord, ReviewCase, ReviewError, ReviewItem, Word
from app.words.correction import Correction, ReviewState
from app.words.frame import Image
from app.words.reason import Reason
from models.audit.suspects_file import SUSPECTS_FILE, SuspectRow, read_suspects
from models.labels.kaggle import FRAME_SIZE, KaggleFile, read_kaggle
from models.labels.label_set import Decoded, LabelError, Size
from models.labels.masks import class_mask, classes_present, empty_stack
from models.labels.rle import area_px, sorted_runs
from models.labels.taxonomy import Taxonomy

_NAMESPACE = UUID("5a2b5d0e-6d2f-4c5c-9a55-0f6f5c1d8e11")
_LABELLED_SUSPICION = 0.5
"""Frames without a row are looked at first: nobody has said anything of them."""

_SUSPECT_CODES = {
    "suspect_missing",
    "suspect_extra",
    "suspect_wrong_class",
    "suspect_shifted",
    "suspect_too_large",
    "suspect_too_small",
}
"""Kinds of suspicion that have a sentence of their own, which names the class."""

Progress = Callable[[int, int], bool]
"""Told (frames read, frames in all); answers whether to go on."""


@dataclass(frozen=True, slots=True)
class OpenedLabels:
    """What opening found: ``problems`` name every row and image that could not be used, as sentences."""

    file: LabelFile
    problems: tuple[str, ...]


class LabelFile:
    """A label CSV over its frames, as a ``ReviewStore``. ``close`` ends its thread."""

    exclusive = False
    """Kaggle's labels overlap."""

    def __init__(
        self,
        table: KaggleFile,
        frames: Path,
        taxonomy: Taxonomy,
        work: Path,
        suspects: Mapping[str, SuspectRow] | None = None,
    ) -> None:
        """``work`` is the folder the correction logs of label files are kept in, ``suspects`` a label check's rows."""
        self.path = table.path
        self._suspects = suspects
        self.frames = frames
        self.taxonomy = taxonomy
        self._corrected_taxonomy = with_offered(taxonomy)
        self._table = table
        content = hashlib.sha256(table.path.read_bytes()).hexdigest()
        self._identity = f"{content}:{os.path.abspath(frames)}"  # noqa: PTH100 - links stay as the person named them
        self._log = CorrectionLog(work / f"{uuid5(_NAMESPACE, self._identity)}.corrections")
        self._opened_utc = datetime.fromtimestamp(table.path.stat().st_mtime, UTC)
        present = image_names(frames)
        named = list(table.frames)
        self._names = {
            self._id(name): name for name in [*named, *(name for name in present if name not in table.frames)]
        }
        self._present = {*present, *(name for name in named if "/" in name and (frames / name).is_file())}
        self._sizes: dict[str, Size] = {}
        self._classes: dict[str, tuple[str, ...]] = {}
        self._areas_px: dict[str, int] = {}

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name

    def read(self, progress: Progress | None = None) -> tuple[str, ...]:
        """Read every image's size and check every row; the problems found, as sentences."""
        problems = [str(problem) for problem in self._table.problems]
        for place, name in enumerate(self._names.values()):
            if progress is not None and not progress(place, len(self._names)):
                raise ReviewError(f"Opening {self.path.name} was stopped.")
            problems += self._read_frame(name)
        return tuple(problems)

    def items(self) -> Sequence[ReviewItem]:
        """Every frame of the folder and of the file."""
        latest = self._log.latest
        return [self._item(item_id, latest.get(item_id)) for item_id in self._names]

    def counts(self) -> Mapping[ReviewState, int]:
        """How many frames stand in each state."""
        return Counter(item.state for item in self.items())

    def load(self, item_id: UUID) -> ReviewCase:
        """One frame with its image, the file's masks and the latest correction."""
        name = self._names.get(item_id)
        if name is None:
            raise ReviewError(f"{self.path.name} holds no such frame any more; open it again.")
        image, fault = read_image(self.frames / name)
        size = None if image is None else (image.shape[0], image.shape[1])
        logged = self._log.latest.get(item_id)
        word = None if size is None else self._decoded(name, size).stack
        stack = word
        if logged is not None and logged.size == size:
            stack = logged.stack(len(self._corrected_taxonomy))
        return ReviewCase(
            item=self._item(item_id, logged),
            taxonomy=self.taxonomy,
            image=image,
            stack=stack,
            word=word,
            author=Word.LABEL_FILE,
            fault=fault,
            note="" if logged is None else logged.note,
            actor="" if logged is None else logged.actor,
        )

    def save_correction(self, correction: Correction, image: Image | None = None) -> Future[None]:
        """Append to the correction log; the frames are files of their own and are not kept again."""
        return self._log.append(correction)

    def taxonomies(self) -> Sequence[Taxonomy]:
        """The one the file was opened with."""
        return (self.taxonomy,)

    def labels(self, taxonomy: Taxonomy) -> Iterator[LabelRecord]:
        """The file's frames in the file's order, then those it does not name."""
        latest = self._log.latest
        for item_id, name in self._names.items():
            yield self._record(name, latest.get(item_id))

    def close(self) -> None:
        """Finish what was handed over and end the log's thread."""
        self._log.close()

    def _id(self, name: str) -> UUID:
        return uuid5(_NAMESPACE, f"{self._identity}:{name}")

    def _read_frame(self, name: str) -> list[str]:
        """Note a frame's size and classes; what is wrong with it."""
        problems = []
        size = image_size(self.frames / name) if name in self._present else None
        if size is not None:
            self._sizes[name] = size
        elif name in self._present:
            problems.append(f"{name} cannot be read as an image; copy it again. Its rows are kept.")
        else:
            problems.append(f"{name} has rows but no image in {self.frames}; its rows are kept.")
        if name in self._table.frames:
            decoded = self._decoded(name, size or self._assumed_size())
            present = classes_present(decoded.stack)
            self._classes[name] = tuple(self.taxonomy.by_id(k).name for k in present)
            self._areas_px[name] = sum(int(class_mask(decoded.stack, k).sum()) for k in present)
            problems += [str(problem) for problem in decoded.problems]
        return problems

    def _decoded(self, name: str, size: Size) -> Decoded:
        if name not in self._table.frames:
            return Decoded(empty_stack(*size, len(self.taxonomy)), complete=False)
        return self._table.decode(name, size, len(self.taxonomy))

    def _assumed_size(self) -> Size:
        """The size of a frame without its image: that of the others where they agree."""
        sizes = set(self._sizes.values())
        return sizes.pop() if len(sizes) == 1 else FRAME_SIZE

    def _item(self, item_id: UUID, logged: LoggedCorrection | None) -> ReviewItem:
        name = self._names[item_id]
        labelled = name in self._table.frames
        item = ReviewItem(
            id=item_id,
            name=name,
            state=ReviewState.TO_DO,
            suspicion=self._suspicion(name, labelled=labelled),
            time_utc=self._opened_utc,
            reason=self._reason(name, labelled=labelled),
            class_names=self._classes.get(name, ()),
            source=str(self.frames),
            readable=name in self._present,
            area_px=self._areas_px.get(name, 0),
        )
        if logged is None:
            return item
        return replace(
            item,
            state=logged.state,
            class_names=tuple(self._corrected_taxonomy.by_id(class_id).name for class_id in sorted(logged.masks)),
            area_px=sum(area_px(sorted_runs(text)) for text in logged.masks.values()),
            reviewer=logged.actor,
            note=logged.note,
        )

    def _suspicion(self, name: str, *, labelled: bool) -> float:
        suspect = (self._suspects or {}).get(name)
        if suspect is not None:
            return suspect.score
        if not labelled:
            return 1.0
        # A check that looked at the labels and did not name the frame found nothing in it.
        return _LABELLED_SUSPICION if self._suspects is None else 0.0

    def _reason(self, name: str, *, labelled: bool) -> Reason:
        suspect = (self._suspects or {}).get(name)
        if suspect is None:
            return Reason("labelled" if labelled else "labelled_clean", {"file": self.path.name})
        code = f"suspect_{suspect.kind}"
        if code not in _SUSPECT_CODES:
            return Reason("suspect_otherwise", {"kind": suspect.kind.replace("_", " ")})
        return Reason(code, {"class_name": suspect.class_name})

    def _record(self, name: str, logged: LoggedCorrection | None) -> LabelRecord:
        if logged is None:
            return LabelRecord(
                name=name,
                state=ReviewState.TO_DO,
                word=Word.LABEL_FILE,
                decode=lambda: self._decoded(name, self._sizes.get(name) or self._assumed_size()),
                source=str(self.frames),
                frame_time_utc=self._opened_utc,
                stated_empty=self._table.explicit_empty(name),
            )
        return LabelRecord(
            name=name,
            state=logged.state,
            word=Word.UNSURE if logged.state is ReviewState.UNSURE else Word.REVIEWER,
            decode=lambda: Decoded(logged.stack(len(self._corrected_taxonomy))),
            source=str(self.frames),
            actor=logged.actor,
            time_utc=logged.time_utc,
            frame_time_utc=self._opened_utc,
        )


def open_label_file(
    path: Path,
    frames: Path,
    work: Path,
    choose: Callable[[int], Taxonomy],
    progress: Progress | None = None,
) -> OpenedLabels:
    """Open a label CSV over a folder of frames; ``choose`` gives the taxonomy for the file's highest class id.

    A row or an image that cannot be used becomes a problem and the rest goes on. Raises ``ReviewError`` where the file
    or the folder as a whole cannot be used.
    """
    try:
        table = read_kaggle(path)
        suspects, problems = _suspects_beside(path)
        file = LabelFile(table, frames, choose(table.class_count), work, suspects)
    except LabelError as error:
        raise ReviewError(str(error)) from error
    except OSError as error:
        place = error.filename or frames
        raise ReviewError(f"{place} cannot be read ({error.strerror}); name a folder that is there.") from error
    try:
        return OpenedLabels(file, (*problems, *file.read(progress)))
    except BaseException:
        file.close()
        raise


def _suspects_beside(path: Path) -> tuple[Mapping[str, SuspectRow] | None, tuple[str, ...]]:
    """What a label check says of the file, where it was written beside it, or why that cannot be read."""
    check = path.with_name(SUSPECTS_FILE)
    if not check.is_file():
        return None, ()
    try:
        return read_suspects(check), ()
    except LabelError as error:
        return None, (str(error),)
