"""Results: the files ``stripsight inspect`` leaves in a folder, which other programs read.

``labels.csv`` has a row for every frame and class found, ``frames.csv`` a row for every frame. Both are written frame
by frame under their own names: first the labels, then the overlay, then the frame's row, each handed to the operating
system at once. So a run that is killed leaves whole frames, and a frame that stands in ``frames.csv`` has all its
labels in ``labels.csv``. Commas and dots whatever the locale.
"""

from __future__ import annotations

import csv
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from app.inspection.overlay import OverlayNames, write_overlay
from app.words.inspection import Inspection, Verdict, VerdictKind
from app.words.reason import Reason
from models.labels.kaggle import KaggleStyle, RowWriter
from models.labels.taxonomy import Taxonomy

LABELS_FILE = "labels.csv"
FRAMES_FILE = "frames.csv"
OVERLAY_FOLDER = "overlays"


class ResultsError(OSError):
    """Results that cannot be written; the message names the place and the remedy."""


class Results:
    """Writes the inspections of one run into ``folder``; files of an earlier run there are replaced.

    The folder and the files are made here. Raises ``ResultsError`` where that or a later write fails. Close it, or use
    it as a context, when the run is over.
    """

    def __init__(self, folder: Path, taxonomy: Taxonomy, overlays: bool = False) -> None:
        self.folder = folder
        self._taxonomy = taxonomy
        self._overlays = OverlayNames() if overlays else None
        try:
            self._open()
        except OSError as error:
            raise _unwritable(folder, error) from error

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opened:
            labels, frames = (
                opened.enter_context((self.folder / name).open("w", encoding="utf-8", newline=""))
                for name in (LABELS_FILE, FRAMES_FILE)
            )
            self._labels = RowWriter(labels, KaggleStyle.SPLIT, len(self._taxonomy))
            self._frames_stream = frames
            self._frames = csv.writer(frames, lineterminator="\n")
            self._frames.writerow(frame_columns(self._taxonomy))
            labels.flush()
            frames.flush()
            self._streams = opened.pop_all()

    def add(self, inspection: Inspection) -> None:
        """Write one inspection, whose frame is ``nameable`` and whose classes are those the run began with."""
        try:
            if inspection.stack is not None:
                self._labels.add(inspection.frame.name, inspection.stack)
            if self._overlays is not None:
                name = self._overlays.name(inspection.frame.name)
                write_overlay(self.folder / OVERLAY_FOLDER / name, inspection)
            self._frames.writerow(frame_row(inspection, self._taxonomy))
            self._frames_stream.flush()
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def close(self) -> None:
        """Close the files; a second call does nothing."""
        # Every frame was flushed as it was written; what is left is of a write that failed and was told then.
        with suppress(OSError):
            self._streams.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def nameable(inspection: Inspection) -> Inspection:
    """The inspection, or, where its frame's name cannot stand in a CSV row, one that says so and has no labels.

    A line break in a name would cut its row in two for most readers; a byte that is no text has no row at all.
    """
    name = inspection.frame.name
    fit = name.encode("utf-8", "backslashreplace").decode("utf-8")
    fit = fit.replace("\r", "\\r").replace("\n", "\\n")
    if fit == name:
        return inspection
    return replace(
        inspection,
        frame=replace(inspection.frame, name=fit),
        stack=None,
        findings=(),
        probabilities=MappingProxyType({}),
        verdict=Verdict(VerdictKind.NOT_INSPECTED, Reason("bad_name", {"name": fit})),
    )


def frame_columns(taxonomy: Taxonomy) -> tuple[str, ...]:
    """The header of ``frames.csv``."""
    return ("ImageId", "verdict", "reason", *(f"p_{name}" for name in taxonomy.names), "frame_ms")


def frame_row(inspection: Inspection, taxonomy: Taxonomy) -> tuple[str, ...]:
    """A frame's row: verdict and reason as their codes, presence probabilities, and the time its inspection took.

    Probabilities are empty where the frame was not inspected, the time where nobody tried.
    """
    inspect_ms = inspection.timings_ms.get("inspect")
    return (
        inspection.frame.name,
        inspection.verdict.kind.value,
        inspection.verdict.reason.code,
        *(_number(inspection.probabilities.get(defect.id), 6) for defect in taxonomy),
        _number(inspect_ms, 3),
    )


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _unwritable(folder: Path, error: OSError) -> ResultsError:
    return ResultsError(f"Results cannot be written to {folder} ({error.strerror or error}); choose another folder.")
