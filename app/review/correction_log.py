"""Correction log: what a person said of the frames of a label file, kept beside the station's data.

The label file itself is never written to. One line per correction, appended and forced to the disk; the last one of a
frame holds. Masks are run lengths by class id, as in ``models.labels.rle``.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from app.review.record_lines import record_line, whole_length, whole_lines
from app.words.correction import Correction, ReviewState
from models.labels.masks import MaskStack, class_mask, classes_present, empty_stack, set_class
from models.labels.rle import decode, encode


@dataclass(frozen=True, slots=True)
class LoggedCorrection:
    """One line of the log; ``masks`` are run lengths by class id, ``size`` is (height, width)."""

    inspection_id: UUID
    state: ReviewState
    size: tuple[int, int]
    masks: dict[int, str]
    actor: str
    time_utc: datetime
    note: str

    def stack(self, class_count: int) -> MaskStack:
        """The (H, W) mask stack."""
        stack = empty_stack(*self.size, class_count)
        for class_id, text in self.masks.items():
            set_class(stack, class_id, decode(text, self.size))
        return stack


class CorrectionLog:
    """The corrections of one label file. ``close`` ends its thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._latest = _read(path)
        # appends corrections to the log in order, so that a slow disk never stalls the page; ended by close()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="review-log")

    @property
    def latest(self) -> dict[UUID, LoggedCorrection]:
        """The last correction of every frame that has one, as kept on disk."""
        return dict(self._latest)

    def append(self, correction: Correction) -> Future[None]:
        """Keep a correction; the future ends when it is on disk, or with the error that kept it off."""
        return self._writer.submit(self._append, correction)

    def close(self) -> None:
        """Finish what was handed over and end the thread."""
        self._writer.shutdown(wait=True)

    def _append(self, correction: Correction) -> None:
        entry = _to_json(correction)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as stream:
            # a line torn by a crash or a full disk must not swallow the next one
            stream.truncate(whole_length(self._path))
            stream.seek(0, os.SEEK_END)
            stream.write(record_line(entry))
            stream.flush()
            os.fsync(stream.fileno())
        self._latest[correction.inspection_id] = _from_json(entry)


def _read(path: Path) -> dict[UUID, LoggedCorrection]:
    if not path.exists():
        return {}
    logged = (_from_json(entry) for entry, _ in whole_lines(path))
    return {correction.inspection_id: correction for correction in logged}


def _to_json(correction: Correction) -> dict[str, Any]:
    stack = correction.stack
    return {
        "id": str(correction.id),
        "inspection_id": str(correction.inspection_id),
        "state": correction.state.value,
        "size": [int(stack.shape[0]), int(stack.shape[1])],
        "masks": {str(class_id): encode(class_mask(stack, class_id)) for class_id in classes_present(stack)},
        "taxonomy": correction.taxonomy.name,
        "actor": correction.actor,
        "station": correction.station,
        "time_utc": correction.time_utc.isoformat(),
        "note": correction.note,
    }


def _from_json(entry: dict[str, Any]) -> LoggedCorrection:
    height, width = entry["size"]
    return LoggedCorrection(
        inspection_id=UUID(entry["inspection_id"]),
        state=ReviewState(entry["state"]),
        size=(int(height), int(width)),
        masks={int(class_id): str(text) for class_id, text in entry["masks"].items()},
        actor=str(entry["actor"]),
        time_utc=datetime.fromisoformat(entry["time_utc"]),
        note=str(entry["note"]),
    )
