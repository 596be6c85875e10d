"""Export: the final labels as a Kaggle CSV, and beside it a manifest that says whose word every frame is.

The CSV is pure: other programs read it. Who reviewed what stands in ``NAME.manifest.json``. A frame that nobody
reviewed never leaves as clean: without a pixel it gets no row at all, not even in the style that writes empty cells,
unless a label file said in so many words that it is empty. In that style a frame that a person found free of defects
gets its empty cells.

A CSV cannot say that a pixel is ignored or a finding's class unknown: its rows are of the other classes alone, and the
manifest counts the pixels of both.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from app.review.offered import without_offered
from app.review.ports import LabelRecord, ReviewError, Word
from app.words.correction import ReviewState
from models.labels.kaggle import KaggleStyle, RowWriter, labels_csv
from models.labels.label_set import Decoded, LabelError
from models.labels.masks import class_mask, classes_present
from models.labels.replacement import text_replacement
from models.labels.taxonomy import Role, Taxonomy

MANIFEST_VERSION = 1


class Scope(StrEnum):
    """Which frames leave."""

    REVIEWED = "reviewed"
    """Only those a person has decided on."""
    EVERYTHING = "everything"
    """Also what the model or the label file says, marked as such."""


class LeftOut(StrEnum):
    """Why a frame has no row. The values stand in manifests."""

    UNREVIEWED = "unreviewed"
    UNREVIEWED_EMPTY = "unreviewed_and_empty"
    """Nobody reviewed it and nothing was found: a row would call it clean."""
    INCOMPLETE = "rows_unusable"
    """Nobody reviewed it and the label file has broken rows for it: an empty cell would be a guess."""
    NO_LABELS = "no_labels"
    """Never inspected, or what was stored is damaged."""
    SUPERSEDED = "superseded"
    """Another inspection of the same name stands for it: the reviewed one, else the newest."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What is written where."""

    path: Path
    taxonomy: Taxonomy
    style: KaggleStyle = KaggleStyle.SPLIT
    scope: Scope = Scope.REVIEWED

    @property
    def manifest_path(self) -> Path:
        """The manifest's place beside the CSV."""
        return self.path.with_name(f"{self.path.stem}.manifest.json")


@dataclass(frozen=True, slots=True)
class ExportedFrame:
    """One frame's line in the manifest; ``area_px`` is by class name, ``left_out`` says why it has no row.

    ``ignored_px`` counts pixels a reviewer marked as ignored and ``unknown_px`` those of findings whose class nobody
    could name; the CSV says nothing of either.
    """

    name: str
    source: str
    word: Word
    state: ReviewState
    reviewed: bool
    actor: str
    time_utc: datetime | None
    verdict: str
    area_px: dict[str, int] = field(default_factory=dict)
    ignored_px: int = 0
    unknown_px: int = 0
    rows: int = 0
    left_out: LeftOut | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export came to."""

    plan: ExportPlan
    sha256: str
    frames: tuple[ExportedFrame, ...]

    @property
    def written(self) -> tuple[ExportedFrame, ...]:
        """The frames the CSV speaks of, those found free of defects included."""
        return tuple(frame for frame in self.frames if frame.left_out is None)

    @property
    def rows(self) -> int:
        """Rows below the header."""
        return sum(frame.rows for frame in self.frames)

    @property
    def words(self) -> Counter[Word]:
        """How many written frames are whose word."""
        return Counter(frame.word for frame in self.written)

    @property
    def left_out(self) -> Counter[LeftOut]:
        """How many frames have no row, by reason."""
        return Counter(frame.left_out for frame in self.frames if frame.left_out is not None)

    @property
    def verified_empty(self) -> int:
        """How many written frames a person found free of defects."""
        return sum(frame.state is ReviewState.VERIFIED_EMPTY for frame in self.written)

    @property
    def problems(self) -> tuple[str, ...]:
        """Rows of the label file that could not be used, in frames that were written."""
        return tuple(problem for frame in self.written for problem in frame.problems)


Progress = Callable[[int, int], bool]
"""Told (frames done, frames in all); answers whether to go on."""


def export_labels(records: Iterable[LabelRecord], plan: ExportPlan, progress: Progress | None = None) -> ExportReport:
    """Write the CSV and its manifest whole, or leave what was there.

    Raises ``ReviewError`` where the file cannot be written or ``progress`` stopped it.
    """
    chosen, superseded = _one_per_name(records)
    try:
        with labels_csv(plan.path, len(plan.taxonomy), plan.style) as rows:
            frames = []
            for place, record in enumerate(chosen):
                if progress is not None and not progress(place, len(chosen)):
                    raise ReviewError("The export was stopped; nothing was written.")
                frames.append(_write(record, plan, rows))
        frames += [_line(record, LeftOut.SUPERSEDED) for record in superseded]
        report = ExportReport(plan, hashlib.sha256(plan.path.read_bytes()).hexdigest(), tuple(frames))
        with text_replacement(plan.manifest_path) as stream:
            json.dump(manifest(report), stream, indent=1, ensure_ascii=False)
    except (OSError, LabelError) as error:
        raise ReviewError(f"{plan.path} could not be written: {_said(error)}.") from error
    return report


def left_out(record: LabelRecord, decoded: Decoded | None, plan: ExportPlan) -> LeftOut | None:
    """Why a frame must not have a row, or ``None`` where it leaves."""
    if decoded is None:
        return LeftOut.NO_LABELS
    if record.reviewed:
        return None
    if plan.scope is Scope.REVIEWED:
        return LeftOut.UNREVIEWED
    if not decoded.stack.any() and not (record.stated_empty and record.word is Word.LABEL_FILE):
        return LeftOut.UNREVIEWED_EMPTY
    if plan.style is KaggleStyle.FULL and not decoded.complete:
        return LeftOut.INCOMPLETE
    return None


def manifest(report: ExportReport) -> dict[str, Any]:
    """The manifest as JSON: whose word every frame is, and which frames have no row and why."""
    plan = report.plan
    return {
        "version": MANIFEST_VERSION,
        "written_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "labels": plan.path.name,
        "sha256": report.sha256,
        "style": plan.style.value,
        "columns": list(plan.style.columns),
        "scope": plan.scope.value,
        "taxonomy": plan.taxonomy.to_json(),
        "counts": {
            "frames": len(report.written),
            "rows": report.rows,
            "reviewed": sum(frame.reviewed for frame in report.written),
            "verified_empty": report.verified_empty,
            "with_unknown": sum(frame.unknown_px > 0 for frame in report.written),
            "words": {word.value: report.words[word] for word in Word},
            "left_out": {why.value: report.left_out[why] for why in LeftOut},
        },
        "frames": [_frame_json(frame) for frame in report.written],
        "left_out": [_frame_json(frame) for frame in report.frames if frame.left_out is not None],
    }


def _frame_json(frame: ExportedFrame) -> dict[str, Any]:
    said: dict[str, Any] = {
        "ImageId": frame.name,
        "source": frame.source,
        "word": frame.word.value,
        "reviewed": frame.reviewed,
        "state": frame.state.value,
        "reviewer": frame.actor,
        "time_utc": "" if frame.time_utc is None else frame.time_utc.isoformat(),
        "verdict": frame.verdict,
        "area_px": frame.area_px,
        "rows": frame.rows,
    }
    if frame.ignored_px:
        said["ignored_px"] = frame.ignored_px
    if frame.unknown_px:
        said["unknown_px"] = frame.unknown_px
    if frame.left_out is not None:
        said["left_out"] = frame.left_out.value
    if frame.problems:
        said["problems"] = list(frame.problems)
    return said


def _one_per_name(records: Iterable[LabelRecord]) -> tuple[list[LabelRecord], list[LabelRecord]]:
    """The record that stands for each name, in order, and the others: a CSV can name a frame only once."""
    best: dict[str, LabelRecord] = {}
    superseded: list[LabelRecord] = []
    for record in records:
        held = best.get(record.name)
        if held is None:
            best[record.name] = record
        elif _standing(record) >= _standing(held):
            superseded.append(held)
            best[record.name] = record
        else:
            superseded.append(record)
    return list(best.values()), superseded


def _standing(record: LabelRecord) -> tuple[bool, float]:
    moment = (record.time_utc if record.reviewed else record.frame_time_utc) or datetime.min.replace(tzinfo=UTC)
    return record.reviewed, (moment - datetime.min.replace(tzinfo=UTC)).total_seconds()


def _write(record: LabelRecord, plan: ExportPlan, rows: RowWriter) -> ExportedFrame:
    if plan.scope is Scope.REVIEWED and not record.reviewed:
        return _line(record, LeftOut.UNREVIEWED)
    try:
        decoded = record.decode()
    except ReviewError as error:
        return _line(record, LeftOut.NO_LABELS, problems=(str(error),))
    unsaid_px: Mapping[Role, int] = {}
    if decoded is not None:
        stack, unsaid_px = without_offered(decoded.stack, plan.taxonomy)
        decoded = replace(decoded, stack=stack)
    why = left_out(record, decoded, plan)
    if why is not None or decoded is None:
        return _line(record, why, problems=_sentences(decoded))
    # a person who decided has said what the whole frame holds: broken rows of the file no longer matter
    problems = () if record.reviewed else _sentences(decoded)
    areas = {
        plan.taxonomy.by_id(class_id).name: int(np.count_nonzero(class_mask(decoded.stack, class_id)))
        for class_id in classes_present(decoded.stack)
    }
    return replace(
        _line(record, None, areas, rows.add(record.name, decoded.stack), problems),
        ignored_px=unsaid_px.get(Role.IGNORE, 0),
        unknown_px=unsaid_px.get(Role.UNKNOWN, 0),
    )


def _line(
    record: LabelRecord,
    why: LeftOut | None,
    areas: dict[str, int] | None = None,
    rows: int = 0,
    problems: Sequence[str] = (),
) -> ExportedFrame:
    return ExportedFrame(
        name=record.name,
        source=record.source,
        word=record.word,
        state=record.state,
        reviewed=record.reviewed,
        actor=record.actor,
        time_utc=record.time_utc,
        verdict="" if record.verdict is None else record.verdict.value,
        area_px=areas or {},
        rows=rows,
        left_out=why,
        problems=tuple(problems),
    )


def _sentences(decoded: Decoded | None) -> tuple[str, ...]:
    return () if decoded is None else tuple(str(problem) for problem in decoded.problems)


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).rstrip(".")
